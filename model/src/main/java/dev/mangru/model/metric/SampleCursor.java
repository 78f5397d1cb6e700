package dev.mangru.model.metric;

/// Walks over samples in time order. Stands before the first one at the beginning. Confined to one
/// thread.
public interface SampleCursor {

  /// Moves to the next sample; false at the end.
  boolean next();

  /// Moves to the next sample that is at or after `timestampMs`; false at the end.
  default boolean seek(long timestampMs) {
    do {
      if (!next()) {
        return false;
      }
    } while (timestampMs() < timestampMs);
    return true;
  }

  /// Time of the current sample, in milliseconds since the epoch.
  long timestampMs();

  /// Value of the current sample.
  double value();
}
