package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Bucket;
import dev.mangru.model.metric.FloatHistogram.Side;
import java.util.Arrays;

/// `</` and `>/`: the observations of a native histogram on one side of a value. Pure.
///
/// A bucket that the value lies in is divided: evenly in custom buckets and the zero bucket, else
/// evenly by logarithm. The sum is then estimated from the middles of what is left.
///
/// Source: Prometheus `FloatHistogram.TrimBuckets`.
final class HistogramTrim {

  private final FloatHistogram histogram;
  private final double bound;
  private final boolean keepsLower;
  private boolean changed;
  private double count;
  private double sum;

  private HistogramTrim(FloatHistogram histogram, double bound, boolean keepsLower) {
    this.histogram = histogram;
    this.bound = bound;
    this.keepsLower = keepsLower;
  }

  /// Those that are not above `bound`.
  static FloatHistogram upper(FloatHistogram histogram, double bound) {
    return new HistogramTrim(histogram, bound, true).trim();
  }

  /// Those that are not below `bound`.
  static FloatHistogram lower(FloatHistogram histogram, double bound) {
    return new HistogramTrim(histogram, bound, false).trim();
  }

  private FloatHistogram trim() {
    Side positive = side(histogram.positive(), false);
    Side negative = side(histogram.negative(), true);
    double zero = histogram.zeroCount();
    if (zero != 0) {
      double threshold = histogram.zeroThreshold();
      boolean onlyPositive = histogram.negative().size() == 0 && histogram.positive().size() > 0;
      boolean onlyNegative = histogram.positive().size() == 0 && histogram.negative().size() > 0;
      zero =
          kept(
              new Bucket(
                  onlyPositive ? 0 : -threshold, onlyNegative ? 0 : threshold, true, true, zero),
              true);
    }
    return new FloatHistogram(
            histogram.schema(),
            histogram.hint(),
            histogram.zeroThreshold(),
            zero,
            changed ? count : histogram.count(),
            changed ? sum : histogram.sum(),
            positive,
            negative,
            histogram.customBounds())
        .compact();
  }

  private Side side(Side side, boolean mirrored) {
    double[] counts = new double[side.size()];
    for (int i = 0; i < counts.length; i++) {
      int index = side.indexes()[i];
      double near = histogram.lowerBound(index);
      double far = histogram.upperBound(index);
      double here = side.counts()[i];
      counts[i] =
          kept(
              mirrored
                  ? new Bucket(-far, -near, true, false, here)
                  : new Bucket(near, far, false, true, here),
              histogram.custom());
    }
    return new Side(Arrays.copyOf(side.indexes(), counts.length), counts);
  }

  /// What is left of a bucket.
  private double kept(Bucket bucket, boolean linear) {
    double lower = bucket.lower();
    double upper = bucket.upper();
    double here = bucket.count();
    if (here == 0) {
      return 0;
    }
    boolean fromZero =
        lower == Double.NEGATIVE_INFINITY
            && upper > 0
            && upper < Double.POSITIVE_INFINITY
            && bound > Double.NEGATIVE_INFINITY;
    if (fromZero) {
      lower = 0;
      if (bound < 0) {
        changed = true;
        return 0;
      }
    }
    boolean whole = keepsLower ? upper <= bound : lower >= bound;
    boolean nothing = keepsLower ? lower >= bound : upper <= bound;
    if (whole) {
      return add(here, lower, upper, linear);
    }
    changed = true;
    if (nothing) {
      return 0;
    }
    if (lower == Double.NEGATIVE_INFINITY && upper == Double.POSITIVE_INFINITY) {
      return 0;
    }
    if (lower == Double.NEGATIVE_INFINITY) {
      return keepsLower ? add(here, lower, bound, linear) : 0;
    }
    if (upper == Double.POSITIVE_INFINITY) {
      return keepsLower ? 0 : add(here, bound, upper, linear);
    }
    double share = share(lower, upper, linear);
    return keepsLower
        ? add(here * share, lower, bound, linear)
        : add(here * (1 - share), bound, upper, linear);
  }

  /// The share of a bucket below the bound.
  private double share(double lower, double upper, boolean linear) {
    if (linear) {
      return (bound - lower) / (upper - lower);
    }
    double logLower = HistogramQuantiles.log2(Math.abs(lower));
    double logUpper = HistogramQuantiles.log2(Math.abs(upper));
    double log = HistogramQuantiles.log2(Math.abs(bound));
    return lower > 0
        ? (log - logLower) / (logUpper - logLower)
        : 1 - (log - logUpper) / (logLower - logUpper);
  }

  private double add(double here, double lower, double upper, boolean linear) {
    count += here;
    sum += here * middle(lower, upper, linear);
    return here;
  }

  private static double middle(double lower, double upper, boolean linear) {
    if (lower == Double.NEGATIVE_INFINITY) {
      return upper > 0 ? upper / 2 : upper;
    }
    if (upper == Double.POSITIVE_INFINITY) {
      return lower;
    }
    if (linear || (lower <= 0 && upper >= 0)) {
      return (lower + upper) / 2;
    }
    double middle = Math.sqrt(lower * upper);
    return lower < 0 ? -middle : middle;
  }
}
