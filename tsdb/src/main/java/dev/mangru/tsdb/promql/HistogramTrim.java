package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
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
    if (zero > 0) {
      zero = zero(isPopulated(histogram.positive()), isPopulated(histogram.negative()));
    }
    if (!changed) {
      return histogram;
    }
    return new FloatHistogram(
            histogram.schema(),
            histogram.hint(),
            histogram.zeroThreshold(),
            zero,
            count,
            sum,
            positive,
            negative,
            histogram.customBounds())
        .compact();
  }

  private static boolean isPopulated(Side side) {
    for (double one : side.counts()) {
      if (one != 0) {
        return true;
      }
    }
    return false;
  }

  private Side side(Side side, boolean mirrored) {
    double[] counts = new double[side.size()];
    for (int i = 0; i < counts.length; i++) {
      int index = side.indexes()[i];
      double near = histogram.lowerBound(index);
      double far = histogram.upperBound(index);
      double here = side.counts()[i];
      if (here != 0) {
        counts[i] = mirrored ? kept(-far, -near, here, true) : kept(near, far, here, false);
      }
    }
    return new Side(Arrays.copyOf(side.indexes(), counts.length), counts);
  }

  /// What is left of a bucket. A bound of NaN is on no side of anything, so nothing is.
  private double kept(double lower, double upper, double here, boolean negative) {
    if (keepsLower ? upper <= bound : lower >= bound) {
      return add(here, here, middle(lower, upper, negative));
    }
    if (!(keepsLower ? lower < bound : upper > bound)) {
      return add(here, 0, 0);
    }
    if (lower == Double.NEGATIVE_INFINITY) {
      return fromInfinity(upper, here);
    }
    if (upper == Double.POSITIVE_INFINITY) {
      return keepsLower ? add(here, 0, 0) : add(here, here, bound);
    }
    double below = here * share(lower, upper, negative);
    return keepsLower
        ? add(here, below, middle(lower, bound, negative))
        : add(here, here - below, middle(bound, upper, negative));
  }

  /// What is left of a bucket without a lower bound: with a positive upper one it is taken to begin
  /// at 0.
  private double fromInfinity(double upper, double here) {
    boolean fromZero = upper > 0 && upper != Double.POSITIVE_INFINITY;
    if (keepsLower) {
      if (fromZero && bound > 0) {
        return add(here, here * bound / upper, bound / 2);
      }
      return upper <= 0 ? add(here, here, bound) : add(here, 0, 0);
    }
    return fromZero && bound >= 0
        ? add(here, here * (1 - bound / upper), (bound + upper) / 2)
        : add(here, 0, 0);
  }

  /// What is left of the zero bucket, of which only one side counts if the others are all there.
  private double zero(boolean anyPositive, boolean anyNegative) {
    double here = histogram.zeroCount();
    double threshold = histogram.zeroThreshold();
    double lower = anyPositive && !anyNegative ? 0 : -threshold;
    double upper = anyNegative && !anyPositive ? 0 : threshold;
    if (bound <= lower) {
      return keepsLower ? add(here, 0, 0) : add(here, here, (lower + upper) / 2);
    }
    if (bound >= upper) {
      return keepsLower ? add(here, here, (lower + upper) / 2) : add(here, 0, 0);
    }
    return keepsLower
        ? add(here, here * ((bound - lower) / (upper - lower)), (lower + bound) / 2)
        : add(here, here * ((upper - bound) / (upper - lower)), (bound + upper) / 2);
  }

  /// The share of a bucket below the bound.
  private double share(double lower, double upper, boolean negative) {
    if (histogram.custom()) {
      return (bound - lower) / (upper - lower);
    }
    double logLower = HistogramQuantiles.log2(Math.abs(lower));
    double logUpper = HistogramQuantiles.log2(Math.abs(upper));
    double log = HistogramQuantiles.log2(Math.abs(bound));
    return negative
        ? 1 - (log - logUpper) / (logLower - logUpper)
        : (log - logLower) / (logUpper - logLower);
  }

  private double add(double before, double left, double middle) {
    changed |= before != left;
    count += left;
    sum += left * middle;
    return left;
  }

  private double middle(double lower, double upper, boolean negative) {
    if (Double.isInfinite(lower)) {
      if (Double.isInfinite(upper)) {
        return 0;
      }
      return upper > 0 ? upper / 2 : upper;
    }
    if (Double.isInfinite(upper)) {
      return lower;
    }
    if (histogram.custom()) {
      return (lower + upper) / 2;
    }
    double middle = Math.sqrt(Math.abs(lower * upper));
    return negative ? -middle : middle;
  }
}
