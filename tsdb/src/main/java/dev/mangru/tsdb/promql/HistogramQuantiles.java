package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Bucket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Statistics of native histograms. Pure.
///
/// Source: Prometheus `promql/quantile.go`, `HistogramQuantile` and `HistogramFraction`.
final class HistogramQuantiles {

  private HistogramQuantiles() {}

  /// What observations of NaN did to a quantile.
  enum NanEffect {
    NONE,
    /// The quantile is NaN itself.
    RESULT,
    /// The quantile is higher than that of the numbers.
    SKEWED
  }

  /// A quantile, and what to say of it.
  record Quantile(double value, NanEffect effect) {}

  /// The value below which a share `q` of the observations lie.
  static Quantile quantile(double q, FloatHistogram histogram) {
    if (q < 0 || q > 1) {
      return new Quantile(
          q < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY, NanEffect.NONE);
    }
    if (histogram.count() == 0 || Double.isNaN(q)) {
      return new Quantile(Double.NaN, NanEffect.NONE);
    }
    boolean nan = Double.isNaN(histogram.sum());
    boolean upwards = nan || q < 0.5;
    double rank = (upwards ? q : 1 - q) * histogram.count();
    List<Bucket> buckets = histogram.buckets();
    double counted = 0;
    Bucket bucket = new Bucket(0, 0, true, true, 0);
    for (int i = 0; i < buckets.size(); i++) {
      bucket = buckets.get(upwards ? i : buckets.size() - 1 - i);
      counted += bucket.count();
      if (bucket.count() != 0 && counted >= rank) {
        break;
      }
    }
    Double end = unboundedEnd(histogram, bucket);
    if (end != null) {
      return new Quantile(end, NanEffect.NONE);
    }
    counted = Math.min(counted, histogram.count());
    if (counted < rank) {
      return nan
          ? new Quantile(Double.NaN, NanEffect.RESULT)
          : new Quantile(bucket.upper(), NanEffect.NONE); // buckets lack what the count has
    }
    double inside = upwards ? rank - (counted - bucket.count()) : counted - rank;
    return new Quantile(
        within(histogram, bucket, inside / bucket.count()),
        nan && hasNan(histogram) ? NanEffect.SKEWED : NanEffect.NONE);
  }

  /// The value that stands for all of a custom bucket in which nothing is interpolated, or null.
  private static @Nullable Double unboundedEnd(FloatHistogram histogram, Bucket bucket) {
    if (!histogram.custom()) {
      return null;
    }
    if (bucket.lower() == Double.NEGATIVE_INFINITY) {
      return bucket.upper() <= 0 ? bucket.upper() : null;
    }
    return bucket.upper() == Double.POSITIVE_INFINITY ? bucket.lower() : null;
  }

  /// The value at a share of a bucket.
  private static double within(FloatHistogram histogram, Bucket bucket, double fraction) {
    double lower = bucket.lower();
    double upper = bucket.upper();
    boolean linear = histogram.custom();
    if (histogram.custom()) {
      lower = lower == Double.NEGATIVE_INFINITY ? 0 : lower;
    } else if (lower <= 0 && upper >= 0) {
      linear = true;
      lower = onlyPositive(histogram) ? 0 : lower;
      upper = onlyNegative(histogram) ? 0 : upper;
    }
    if (linear) {
      return lower + (upper - lower) * fraction;
    }
    double logLower = log2(Math.abs(lower));
    double logUpper = log2(Math.abs(upper));
    return lower > 0
        ? Math.pow(2, logLower + (logUpper - logLower) * fraction)
        : -Math.pow(2, logUpper + (logLower - logUpper) * (1 - fraction));
  }

  private static boolean onlyPositive(FloatHistogram histogram) {
    return histogram.negative().size() == 0 && histogram.positive().size() > 0;
  }

  private static boolean onlyNegative(FloatHistogram histogram) {
    return histogram.positive().size() == 0 && histogram.negative().size() > 0;
  }

  /// The share of all observations that lie in `[lower, upper]`; those of NaN are among all, and in
  /// no range.
  static double fraction(double lower, double upper, FloatHistogram histogram) {
    if (histogram.count() == 0 || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    double all = 0;
    List<Bucket> buckets = histogram.buckets();
    for (Bucket bucket : buckets) {
      all += bucket.count();
    }
    double most = Double.isNaN(histogram.sum()) ? all : histogram.count();
    double below = Math.min(below(lower, buckets, histogram, most), most);
    double upTo = Math.min(below(upper, buckets, histogram, most), most);
    return (upTo - below) / histogram.count();
  }

  /// How many observations lie below `value`; `most` if all do.
  private static double below(
      double value, List<Bucket> buckets, FloatHistogram histogram, double most) {
    double rank = 0;
    for (Bucket bucket : buckets) {
      double lower = bucket.lower();
      double upper = bucket.upper();
      boolean linear = histogram.custom();
      if (lower <= 0 && upper >= 0) {
        linear = true;
        lower = onlyPositive(histogram) ? 0 : lower; // so with custom buckets, too
        upper = onlyNegative(histogram) ? 0 : upper;
      }
      if (lower >= value) {
        return rank;
      }
      if (upper > value) {
        return rank + bucket.count() * share(value, lower, upper, linear);
      }
      rank += bucket.count();
    }
    return most;
  }

  private static double share(double value, double lower, double upper, boolean linear) {
    if (lower == Double.NEGATIVE_INFINITY) {
      return 1;
    }
    if (upper == Double.POSITIVE_INFINITY) {
      return 0;
    }
    if (linear) {
      return (value - lower) / (upper - lower);
    }
    double logLower = log2(Math.abs(lower));
    double logUpper = log2(Math.abs(upper));
    double log = log2(Math.abs(value));
    return value > 0
        ? (log - logLower) / (logUpper - logLower)
        : 1 - (log - logUpper) / (logLower - logUpper);
  }

  /// Whether there are observations in no bucket.
  static boolean hasNan(FloatHistogram histogram) {
    double all = 0;
    for (Bucket bucket : histogram.buckets()) {
      all += bucket.count();
    }
    return all < histogram.count();
  }

  /// The population variance, every bucket at one point.
  static double variance(FloatHistogram histogram) {
    double mean = histogram.sum() / histogram.count();
    double variance = 0;
    double rest = 0;
    for (Bucket bucket : histogram.buckets()) {
      if (bucket.count() != 0) {
        double delta = middle(histogram, bucket) - mean;
        double term = bucket.count() * delta * delta;
        double total = variance + term;
        rest = NeumaierSum.compensate(variance, rest, term, total);
        variance = total;
      }
    }
    return (variance + rest) / histogram.count();
  }

  /// The point that stands for the observations of a bucket.
  static double middle(FloatHistogram histogram, Bucket bucket) {
    if (histogram.custom()) {
      return (bucket.upper() + bucket.lower()) / 2;
    }
    if (bucket.lower() <= 0 && bucket.upper() >= 0) {
      return 0;
    }
    double middle = Math.sqrt(bucket.upper() * bucket.lower());
    return bucket.upper() < 0 ? -middle : middle;
  }

  /// Exact for powers of two.
  static double log2(double value) {
    int exponent = Math.getExponent(value);
    double mantissa = value / Math.scalb(1.0, exponent);
    return mantissa == 1 ? exponent : Math.log(value) / Math.log(2);
  }
}
