package dev.mangru.model.metric;

import org.jspecify.annotations.Nullable;

/// Walks over samples in time order. Stands before the first one at the beginning. Confined to one
/// thread.
public interface SampleCursor {

  /// No start timestamp is known. The wire has no other way to say it.
  long NO_START = 0;

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

  /// The current sample if it is a native histogram, else null. Then [#value] is the histogram's
  /// sum, so that a stale marker reads as one.
  default @Nullable NativeHistogram histogram() {
    return null;
  }

  /// When the current sample's counter began, in milliseconds since the epoch; [#NO_START] if the
  /// sender did not say.
  default long startMs() {
    return NO_START;
  }
}
