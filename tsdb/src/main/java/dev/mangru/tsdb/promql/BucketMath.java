package dev.mangru.tsdb.promql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Quantiles and fractions of cumulative buckets, each `{upper bound, count}`, bounds ascending.
///
/// Source: Prometheus `BucketQuantile` and `BucketFraction`.
final class BucketMath {

  /// Relative difference below which a lower count is a rounding error. Copied from Prometheus.
  private static final double TOLERANCE = 1e-12;

  private BucketMath() {}

  /// @param repair what had to be raised for counts to ascend; null if nothing
  record Quantile(double value, @Nullable Repair repair) {}

  /// Counts that were lower than those of a smaller bound.
  record Repair(double minBucket, double maxBucket, double maxDifference) {}

  static Quantile quantile(double q, List<double[]> given) {
    if (Double.isNaN(q)) {
      return new Quantile(Double.NaN, null);
    }
    if (q < 0) {
      return new Quantile(Double.NEGATIVE_INFINITY, null);
    }
    if (q > 1) {
      return new Quantile(Double.POSITIVE_INFINITY, null);
    }
    if (given.getLast()[0] != Double.POSITIVE_INFINITY) {
      return new Quantile(Double.NaN, null);
    }
    List<double[]> buckets = coalesce(given);
    if (buckets.size() < 2) {
      return new Quantile(Double.NaN, null);
    }
    Repair repair = ascend(buckets);
    double total = buckets.getLast()[1];
    if (total == 0) {
      return new Quantile(Double.NaN, repair);
    }
    return new Quantile(interpolate(q * total, buckets), repair);
  }

  private static double interpolate(double rank, List<double[]> buckets) {
    int last = buckets.size() - 1;
    int b = 0;
    while (b < last && !(buckets.get(b)[1] >= rank)) {
      b++;
    }
    if (b == last) {
      return buckets.get(last - 1)[0];
    }
    double end = buckets.get(b)[0];
    if (b == 0 && end <= 0) {
      return end;
    }
    double start = 0;
    double count = buckets.get(b)[1];
    double inside = rank;
    if (b > 0) {
      start = buckets.get(b - 1)[0];
      count -= buckets.get(b - 1)[1];
      inside -= buckets.get(b - 1)[1];
    }
    return start + (end - start) * (inside / count);
  }

  /// Counts of equal bounds are added up.
  private static List<double[]> coalesce(List<double[]> buckets) {
    List<double[]> result = new ArrayList<>();
    for (double[] bucket : buckets) {
      if (!result.isEmpty() && result.getLast()[0] == bucket[0]) {
        result.getLast()[1] += bucket[1];
      } else {
        result.add(bucket.clone());
      }
    }
    return result;
  }

  private static @Nullable Repair ascend(List<double[]> buckets) {
    double previous = buckets.getFirst()[1];
    double minBucket = Double.NaN;
    double maxBucket = Double.NaN;
    double maxDifference = 0;
    for (int i = 1; i < buckets.size(); i++) {
      double[] bucket = buckets.get(i);
      double current = bucket[1];
      if (current == previous) {
        continue;
      }
      if (almostEqual(previous, current)) {
        bucket[1] = previous;
        continue;
      }
      if (current < previous) {
        bucket[1] = previous;
        if (Double.isNaN(minBucket)) {
          minBucket = bucket[0];
        }
        maxBucket = bucket[0];
        maxDifference = Math.max(maxDifference, previous - current);
        continue;
      }
      previous = current;
    }
    return Double.isNaN(minBucket) ? null : new Repair(minBucket, maxBucket, maxDifference);
  }

  static boolean almostEqual(double a, double b) {
    if (a == b || (Double.isNaN(a) && Double.isNaN(b))) {
      return true;
    }
    double sum = Math.abs(a) + Math.abs(b);
    double difference = Math.abs(a - b);
    if (a == 0 || b == 0 || sum < Double.MIN_NORMAL) {
      return difference < TOLERANCE * Double.MIN_NORMAL;
    }
    return difference / Math.min(sum, Double.MAX_VALUE) < TOLERANCE;
  }

  /// The fraction of observations in `[lower, upper]`.
  static double fraction(double lower, double upper, List<double[]> given) {
    if (given.getLast()[0] != Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    List<double[]> buckets = coalesce(given);
    double total = buckets.getLast()[1];
    if (total == 0 || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    return (rank(upper, buckets) - rank(lower, buckets)) / total;
  }

  /// How many observations lie below `value`. Nothing is interpolated in an infinite bucket: a
  /// bound inside the first one stands at its end, inside the last one at its start.
  private static double rank(double value, List<double[]> buckets) {
    double below = 0;
    double start = buckets.getFirst()[0] > 0 ? 0 : Double.NEGATIVE_INFINITY;
    for (double[] bucket : buckets) {
      double end = bucket[0];
      if (value <= start) {
        return below;
      }
      if (value < end) {
        if (start == Double.NEGATIVE_INFINITY) {
          return bucket[1];
        }
        return below + (bucket[1] - below) * ((value - start) / (end - start));
      }
      below = bucket[1];
      start = end;
    }
    return below;
  }
}
