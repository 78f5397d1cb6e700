package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import java.util.Arrays;

/// One series of an intermediate result: a value per step, [#ABSENT] where there is none.
///
/// The stale marker is never a value here, so its bits say “absent” and one array suffices.
/// Confined to the query's thread.
final class StepSeries {

  /// Compare with [#isAbsent], never with `==`: it is a NaN.
  static final double ABSENT = StaleMarker.VALUE;

  private final Labels labels;
  private final boolean dropName;
  private final double[] values;

  StepSeries(Labels labels, boolean dropName, double[] values) {
    this.labels = labels;
    this.dropName = dropName;
    this.values = values;
  }

  static double[] absent(int steps) {
    double[] values = new double[steps];
    Arrays.fill(values, ABSENT);
    return values;
  }

  static boolean isAbsent(double value) {
    return StaleMarker.is(value);
  }

  Labels labels() {
    return labels;
  }

  /// Whether the metric name goes at the end of the query.
  boolean dropName() {
    return dropName;
  }

  /// One per step; shared, so treat as read-only once built.
  double[] values() {
    return values;
  }

  boolean present(int step) {
    return !StaleMarker.is(values[step]);
  }

  boolean anyPresent() {
    for (double value : values) {
      if (!StaleMarker.is(value)) {
        return true;
      }
    }
    return false;
  }
}
