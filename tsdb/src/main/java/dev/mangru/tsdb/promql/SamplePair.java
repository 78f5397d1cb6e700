package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import org.jspecify.annotations.Nullable;

/// Two neighbouring samples of a series, each a float or a native histogram. Pure.
///
/// Source: Prometheus `funcChanges`, `funcResets`.
final class SamplePair {

  private SamplePair() {}

  /// Whether sample `at` differs from the one before it; NaN does not from NaN, and a float always
  /// does from a histogram.
  static boolean isChange(double[] values, @Nullable FloatHistogram[] histograms, int at) {
    FloatHistogram before = histograms[at - 1];
    FloatHistogram now = histograms[at];
    if (before != null && now != null) {
      return !before.equalTo(now);
    }
    double a = values[at - 1];
    double b = values[at];
    return (before == null) != (now == null) || (b != a && !(Double.isNaN(a) && Double.isNaN(b)));
  }

  /// Whether a counter began anew at sample `at`: it is lower than the one before it, or of the
  /// other kind.
  static boolean isReset(double[] values, @Nullable FloatHistogram[] histograms, int at) {
    FloatHistogram before = histograms[at - 1];
    FloatHistogram now = histograms[at];
    if (before != null && now != null) {
      return HistogramResets.between(before, now);
    }
    return (before == null) != (now == null) || values[at] < values[at - 1];
  }
}
