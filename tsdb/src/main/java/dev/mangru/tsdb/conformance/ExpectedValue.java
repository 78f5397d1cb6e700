package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.StaleMarker;

/// When two values count as equal.
final class ExpectedValue {

  private static final double TOLERANCE = 1e-6;

  private ExpectedValue() {}

  /// Equal within one part in a million; NaN equals NaN, the stale marker only itself.
  static boolean matches(double expected, double got) {
    if (StaleMarker.is(expected) || StaleMarker.is(got)) {
      return StaleMarker.is(expected) && StaleMarker.is(got);
    }
    if (Double.isNaN(expected) && Double.isNaN(got)) {
      return true;
    }
    if (expected == got) {
      return true;
    }
    double sum = Math.abs(expected) + Math.abs(got);
    double difference = Math.abs(expected - got);
    if (expected == 0 || got == 0 || sum < Double.MIN_NORMAL) {
      return difference < TOLERANCE * Double.MIN_NORMAL;
    }
    return difference / Math.min(sum, Double.MAX_VALUE) < TOLERANCE;
  }
}
