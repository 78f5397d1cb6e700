package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import java.util.Arrays;

/// Whether a counter was reset between two native histograms. Pure.
///
/// Source: Prometheus `FloatHistogram.DetectReset`. The sum of observations is never looked at: it
/// falls where negative values are observed.
final class HistogramResets {

  private HistogramResets() {}

  /// Whether `current` is not `previous` and more.
  static boolean between(FloatHistogram previous, FloatHistogram current) {
    return switch (current.hint()) {
      case RESET -> true;
      case NO_RESET -> false;
      case UNKNOWN, GAUGE -> isLess(previous, current);
    };
  }

  private static boolean isLess(FloatHistogram previous, FloatHistogram current) {
    if (current.count() < previous.count() || current.custom() != previous.custom()) {
      return true;
    }
    if (current.custom()) {
      return customIsLess(previous, current);
    }
    if (current.schema() > previous.schema()
        || current.zeroThreshold() < previous.zeroThreshold()) {
      return true;
    }
    double threshold = current.zeroThreshold();
    double zero = HistogramSum.zeroCountAt(previous, threshold);
    if (Double.isNaN(zero) || current.zeroCount() < zero) {
      return true;
    }
    int levels = previous.schema() - current.schema();
    return anyLess(
            HistogramSum.outside(previous, previous.positive(), threshold, levels),
            current.positive())
        || anyLess(
            HistogramSum.outside(previous, previous.negative(), threshold, levels),
            current.negative());
  }

  private static boolean customIsLess(FloatHistogram previous, FloatHistogram current) {
    double[] before = previous.customBounds();
    double[] now = current.customBounds();
    if (Arrays.equals(before, now)) {
      return anyLess(previous.positive(), current.positive());
    }
    double[] common = HistogramSum.common(before, now);
    return anyLess(HistogramSum.onBounds(previous, common), HistogramSum.onBounds(current, common));
  }

  /// Whether a bucket has fewer observations now, or is gone though it had some.
  private static boolean anyLess(Side previous, Side current) {
    int at = 0;
    for (int i = 0; i < previous.size(); i++) {
      int index = previous.indexes()[i];
      while (at < current.size() && current.indexes()[at] < index) {
        at++;
      }
      double before = previous.counts()[i];
      boolean found = at < current.size() && current.indexes()[at] == index;
      if (found ? current.counts()[at] < before : before != 0) {
        return true;
      }
    }
    return false;
  }
}
