package dev.mangru.tsdb.ingest;

import java.util.List;

/// What one body had in it.
///
/// @param series series whose samples were appended
/// @param samples samples handed to the appender; its own summary says what became of them
/// @param badSeries series left out, because their labels are wrong
/// @param badSamples samples of those
/// @param histograms native histogram samples, which are not stored yet: a caller that answers
///   success without naming them would lie
/// @param exemplars exemplars, which are not stored
/// @param metadata types and help texts, which are not stored
/// @param problems why series were left out, the first few
public record RemoteWriteSummary(
    long series,
    long samples,
    long badSeries,
    long badSamples,
    long histograms,
    long exemplars,
    long metadata,
    List<String> problems) {

  /// How many problems are told one by one.
  public static final int MAX_PROBLEMS = 10;

  public RemoteWriteSummary {
    problems = List.copyOf(problems);
  }

  /// Whether everything that must be stored was handed to the appender.
  public boolean complete() {
    return badSeries == 0 && histograms == 0;
  }

  /// What is missing, in words, for the answer to a body that was stored in part; empty if nothing
  /// is.
  public String describeMissing() {
    StringBuilder text = new StringBuilder();
    if (badSeries > 0) {
      text.append(badSeries)
          .append(" series with ")
          .append(badSamples)
          .append(" samples left out: ")
          .append(String.join("; ", problems));
      if (badSeries > problems.size()) {
        text.append("; and ").append(badSeries - problems.size()).append(" more");
      }
    }
    if (histograms > 0) {
      text.append(text.isEmpty() ? "" : "; ")
          .append(histograms)
          .append(" native histogram samples left out: native histograms are not supported yet;")
          .append(" send classic histograms (send_native_histograms: false)");
    }
    return text.toString();
  }
}
