package dev.mangru.tsdb.promql;

/// Where Java's `Math` and Go's differ.
final class GoMath {

  private GoMath() {}

  /// As C and Go have it: 1 to any power is 1, and so is any base's zeroth power; -1 to an infinite
  /// power is 1.
  static double pow(double base, double exponent) {
    if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
      return 1;
    }
    return Math.pow(base, exponent);
  }

  /// The smaller one. Unlike in Java, minus infinity is smaller than NaN.
  static double min(double a, double b) {
    return a == Double.NEGATIVE_INFINITY || b == Double.NEGATIVE_INFINITY
        ? Double.NEGATIVE_INFINITY
        : Math.min(a, b);
  }

  /// The greater one. Unlike in Java, infinity is greater than NaN.
  static double max(double a, double b) {
    return a == Double.POSITIVE_INFINITY || b == Double.POSITIVE_INFINITY
        ? Double.POSITIVE_INFINITY
        : Math.max(a, b);
  }

  /// To the nearest whole number, halves away from zero.
  static long round(double value) {
    return (long) Math.copySign(Math.floor(Math.abs(value) + 0.5), value);
  }

  /// Binary logarithm, exact for powers of two.
  static double log2(double value) {
    if (value > 0 && Double.isFinite(value)) {
      int exponent = Math.getExponent(value);
      if (exponent >= Double.MIN_EXPONENT && Math.scalb(1.0, exponent) == value) {
        return exponent;
      }
    }
    return Math.log(value) / Math.log(2);
  }

  static double asinh(double x) {
    if (x == 0 || !Double.isFinite(x)) {
      return x;
    }
    double a = Math.abs(x);
    double result =
        a > 0x1p28
            ? Math.log(a) + Math.log(2)
            : a > 2
                ? Math.log(2 * a + 1 / (Math.sqrt(a * a + 1) + a))
                : Math.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
    return Math.copySign(result, x);
  }

  static double acosh(double x) {
    if (x < 1 || Double.isNaN(x)) {
      return Double.NaN;
    }
    if (x == 1) {
      return 0;
    }
    if (x >= 0x1p28) {
      return Math.log(x) + Math.log(2);
    }
    if (x > 2) {
      return Math.log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
    }
    double t = x - 1;
    return Math.log1p(t + Math.sqrt(2 * t + t * t));
  }

  static double atanh(double x) {
    if (x < -1 || x > 1 || Double.isNaN(x)) {
      return Double.NaN;
    }
    return Math.copySign(0.5 * Math.log1p(2 * Math.abs(x) / (1 - Math.abs(x))), x);
  }
}
