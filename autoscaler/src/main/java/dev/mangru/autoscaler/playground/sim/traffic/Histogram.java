package dev.mangru.autoscaler.playground.sim.traffic;

/// A classic latency histogram in seconds. Not thread-safe.
public final class Histogram {

  private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final long[] within = new long[BOUNDS.length];
  private long count;
  private double sum;

  /// Takes in requests whose latency is `floor` plus an exponentially spread part.
  ///
  /// @param requests how many
  /// @param floor seconds that each takes at least
  /// @param spread mean seconds beyond it, above 0
  /// @param luck from 0 to below 1: how fractions round, alike for each bucket, which keeps the
  ///   buckets in order
  public void observe(long requests, double floor, double spread, double luck) {
    for (int i = 0; i < BOUNDS.length; i++) {
      double over = BOUNDS[i] - floor;
      if (over > 0) {
        double share = -StrictMath.expm1(-over / spread);
        within[i] += Math.min(requests, (long) (requests * share + luck));
      }
    }
    count += requests;
    sum += requests * (floor + spread);
  }

  /// Takes in requests that all took the same.
  public void observeAll(long requests, double seconds) {
    for (int i = 0; i < BOUNDS.length; i++) {
      if (seconds <= BOUNDS[i]) {
        within[i] += requests;
      }
    }
    count += requests;
    sum += requests * seconds;
  }

  /// How many bounds there are; the last bucket, without a bound, is [#count()].
  public static int bounds() {
    return BOUNDS.length;
  }

  /// The bound, in seconds, inclusive.
  public static double bound(int index) {
    return BOUNDS[index];
  }

  /// Requests up to a bound.
  public long within(int index) {
    return within[index];
  }

  /// All requests.
  public long count() {
    return count;
  }

  /// Seconds of all requests together.
  public double sum() {
    return sum;
  }
}
