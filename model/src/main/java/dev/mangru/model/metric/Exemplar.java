package dev.mangru.model.metric;

/// One observation picked from those behind a sample, usually with the trace that made it.
///
/// @param labels such as `trace_id`; may be empty
/// @param value what was observed
/// @param timestampMs milliseconds since the epoch
public record Exemplar(Labels labels, double value, long timestampMs) {

  /// Most characters that the names and values of an exemplar's labels may have together
  /// (OpenMetrics 1.0, “Exemplars”).
  public static final int MAX_LABEL_CHARACTERS = 128;

  /// Characters (Unicode code points) that names and values have together.
  public int labelCharacters() {
    int characters = 0;
    for (Label label : labels) {
      characters += label.name().codePointCount(0, label.name().length());
      characters += label.value().codePointCount(0, label.value().length());
    }
    return characters;
  }
}
