package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.StaleMarker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// When two values count as equal.
final class ExpectedValue {

  private static final double TOLERANCE = 1e-6;

  private ExpectedValue() {}

  /// Whether a sample is what is expected: the same kind, and equal.
  static boolean matches(ScriptValue expected, double got, @Nullable FloatHistogram histogram) {
    FloatHistogram wanted = expected.histogram();
    if (wanted == null || histogram == null) {
      return wanted == null && histogram == null && matches(expected.number(), got);
    }
    return (!expected.hinted() || wanted.hint() == histogram.hint())
        && matches(wanted.compact(), histogram.compact());
  }

  private static boolean matches(FloatHistogram expected, FloatHistogram got) {
    return expected.schema() == got.schema()
        && expected.zeroThreshold() == got.zeroThreshold()
        && Arrays.equals(expected.customBounds(), got.customBounds())
        && matches(expected.count(), got.count())
        && matches(expected.sum(), got.sum())
        && matches(expected.zeroCount(), got.zeroCount())
        && matches(expected.positive(), got.positive())
        && matches(expected.negative(), got.negative());
  }

  private static boolean matches(Side expected, Side got) {
    if (!Arrays.equals(expected.indexes(), got.indexes())) {
      return false;
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!matches(expected.counts()[i], got.counts()[i])) {
        return false;
      }
    }
    return true;
  }

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
