package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;

/// Arithmetic of native histograms as PromQL has it, for others than the engine. Stateless.
public final class HistogramMath {

  private HistogramMath() {}

  /// `left + right`, or `left - right` if `minus`.
  ///
  /// @throws IllegalArgumentException if one has exponential and the other custom buckets
  public static FloatHistogram combine(FloatHistogram left, FloatHistogram right, boolean minus) {
    HistogramSum sum = new HistogramSum();
    sum.set(left);
    if (!(minus ? sum.subtract(right) : sum.add(right))) {
      throw new IllegalArgumentException(
          "histograms with exponential and custom buckets cannot be combined");
    }
    return sum.result();
  }

  /// Whether a counter was reset between two neighbouring samples.
  public static boolean isReset(FloatHistogram previous, FloatHistogram current) {
    return HistogramResets.between(previous, current);
  }
}
