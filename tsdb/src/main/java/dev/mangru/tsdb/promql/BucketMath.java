package dev.mangru.tsdb.promql;

/// Quantiles and fractions of cumulative buckets.
///
/// Source: Prometheus `BucketQuantile` and `BucketFraction`.
final class BucketMath {

  /// Relative difference below which a lower count is a rounding error. Copied from Prometheus.
  private static final double TOLERANCE = 1e-12;

  private BucketMath() {}

  /// Upper bounds and counts, bounds ascending; used again for each histogram and step. A quantile
  /// changes them and says what had to be raised for counts to ascend. Confined to one thread.
  static final class Buckets {
    private double[] bounds = new double[16];
    private double[] counts = new double[16];
    private int size;
    private double minRepaired;
    private double maxRepaired;
    private double maxDifference;

    /// Empties, and makes room for `room` buckets.
    void clear(int room) {
      if (bounds.length < room) {
        bounds = new double[room];
        counts = new double[room];
      }
      size = 0;
      minRepaired = Double.NaN;
      maxRepaired = Double.NaN;
      maxDifference = 0;
    }

    void add(double bound, double count) {
      bounds[size] = bound;
      counts[size] = count;
      size++;
    }

    boolean isEmpty() {
      return size == 0;
    }

    /// Whether counts were lower than those of a smaller bound.
    boolean repaired() {
      return !Double.isNaN(minRepaired);
    }

    double minRepaired() {
      return minRepaired;
    }

    double maxRepaired() {
      return maxRepaired;
    }

    double maxDifference() {
      return maxDifference;
    }

    /// Counts of equal bounds are added up.
    private void coalesce() {
      int kept = 0;
      for (int i = 1; i < size; i++) {
        if (bounds[i] == bounds[kept]) {
          counts[kept] += counts[i];
        } else {
          kept++;
          bounds[kept] = bounds[i];
          counts[kept] = counts[i];
        }
      }
      size = kept + 1;
    }

    private void ascend() {
      double previous = counts[0];
      for (int i = 1; i < size; i++) {
        double current = counts[i];
        if (current == previous) {
          continue;
        }
        if (almostEqual(previous, current)) {
          counts[i] = previous;
          continue;
        }
        if (current < previous) {
          counts[i] = previous;
          if (Double.isNaN(minRepaired)) {
            minRepaired = bounds[i];
          }
          maxRepaired = bounds[i];
          maxDifference = Math.max(maxDifference, previous - current);
          continue;
        }
        previous = current;
      }
    }
  }

  /// The quantile of buckets of which there is one at least.
  static double quantile(double q, Buckets buckets) {
    if (Double.isNaN(q)) {
      return Double.NaN;
    }
    if (q < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (q > 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (buckets.bounds[buckets.size - 1] != Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    buckets.coalesce();
    if (buckets.size < 2) {
      return Double.NaN;
    }
    buckets.ascend();
    double total = buckets.counts[buckets.size - 1];
    return total == 0 ? Double.NaN : interpolate(q * total, buckets);
  }

  private static double interpolate(double rank, Buckets buckets) {
    double[] bounds = buckets.bounds;
    double[] counts = buckets.counts;
    int last = buckets.size - 1;
    int b = 0;
    while (b < last && !(counts[b] >= rank)) {
      b++;
    }
    if (b == last) {
      return bounds[last - 1];
    }
    double end = bounds[b];
    if (b == 0 && end <= 0) {
      return end;
    }
    double start = 0;
    double count = counts[b];
    double inside = rank;
    if (b > 0) {
      start = bounds[b - 1];
      count -= counts[b - 1];
      inside -= counts[b - 1];
    }
    return start + (end - start) * (inside / count);
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

  /// The fraction of observations in `[lower, upper]`; there is one bucket at least.
  static double fraction(double lower, double upper, Buckets buckets) {
    if (buckets.bounds[buckets.size - 1] != Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    buckets.coalesce();
    double total = buckets.counts[buckets.size - 1];
    if (total == 0 || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    // counts that do not ascend may be above the total
    double below = Math.min(rank(lower, buckets), total);
    return (Math.min(rank(upper, buckets), total) - below) / total;
  }

  /// How many observations lie below `value`. Nothing is interpolated in an infinite bucket: a
  /// bound inside the first one stands at its end, inside the last one at its start.
  private static double rank(double value, Buckets buckets) {
    double below = 0;
    double start = buckets.bounds[0] > 0 ? 0 : Double.NEGATIVE_INFINITY;
    for (int i = 0; i < buckets.size; i++) {
      double end = buckets.bounds[i];
      double count = buckets.counts[i];
      if (value <= start) {
        return below;
      }
      if (value < end) {
        if (start == Double.NEGATIVE_INFINITY) {
          return count;
        }
        return below + (count - below) * ((value - start) / (end - start));
      }
      below = count;
      start = end;
    }
    return below;
  }
}
