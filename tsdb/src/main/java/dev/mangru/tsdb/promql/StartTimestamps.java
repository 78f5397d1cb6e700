package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.SampleCursor;

/// What start timestamps say of counter resets. Pure.
///
/// Source: Prometheus, feature `use-start-timestamps`.
final class StartTimestamps {

  private StartTimestamps() {}

  /// Whether a counter began anew between two neighbouring samples.
  static boolean isReset(MixedSeries series, int previous, int current) {
    long start = series.starts[current];
    long before = series.starts[previous];
    long previousTime = series.times[previous];
    if (start == SampleCursor.NO_START || start >= series.times[current]) {
      return false;
    }
    return start > previousTime
        || (start == previousTime && before != SampleCursor.NO_START && before < previousTime);
  }

  /// Whether a counter seems to have begun before the sample of its predecessor.
  static boolean overlaps(MixedSeries series, int previous, int current) {
    long start = series.starts[current];
    return start != SampleCursor.NO_START
        && start < series.times[previous]
        && start != series.starts[previous];
  }
}
