package dev.mangru.tsdb.chunk;

/// The greatest number that divides all.
final class Divisors {

  private Divisors() {}

  /// The greatest common divisor of `values[from, to)`, none of which is [Long#MIN_VALUE]; 1 if all
  /// are 0.
  static long of(long[] values, int from, int to) {
    long divisor = 0;
    long mask = 0; // divisor - 1 if that is all ones: then no division is needed
    for (int i = from; i < to; i++) {
      long value = values[i];
      if (divisor == 0 ? value != 0 : mask != 0 ? (value & mask) != 0 : value % divisor != 0) {
        divisor = of(divisor, Math.abs(value));
        if (divisor == 1) {
          return 1;
        }
        mask = (divisor & (divisor - 1)) == 0 ? divisor - 1 : 0;
      }
    }
    return Math.max(divisor, 1);
  }

  /// Binary greatest common divisor of two numbers ≥ 0, one of them > 0.
  private static long of(long left, long right) {
    if (left == 0 || right == 0) {
      return left | right;
    }
    int twos = Long.numberOfTrailingZeros(left | right);
    long a = left >> Long.numberOfTrailingZeros(left);
    long b = right;
    while (b != 0) {
      b >>= Long.numberOfTrailingZeros(b);
      long difference = b - a;
      a = Math.min(a, b);
      b = Math.abs(difference);
    }
    return a << twos;
  }
}
