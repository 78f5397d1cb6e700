package dev.mangru.autoscaler.horizontal;

/// Arithmetic that stops at the ends of its type, so that an absurd metric asks for very many
/// replicas and never, by overflow, for few.
final class Saturating {

  private Saturating() {}

  /// The sum, at most [Long#MAX_VALUE] and at least [Long#MIN_VALUE].
  static long add(long left, long right) {
    long sum = left + right;
    boolean overflow = ((left ^ sum) & (right ^ sum)) < 0;
    return overflow ? (left < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }

  /// The product, likewise.
  static long multiply(long left, long right) {
    long high = Math.multiplyHigh(left, right);
    long low = left * right;
    boolean fits = high == (low < 0 ? -1 : 0);
    return fits ? low : (left < 0) == (right < 0) ? Long.MAX_VALUE : Long.MIN_VALUE;
  }

  /// Rounds up to a number of replicas, 0 to [Integer#MAX_VALUE].
  static int ceilToReplicas(double value) {
    return Math.max(0, (int) Math.ceil(value));
  }

  /// As close to `value` as an int can be.
  static int toInt(long value) {
    return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }
}
