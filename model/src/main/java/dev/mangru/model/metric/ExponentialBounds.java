package dev.mangru.model.metric;

import java.math.BigDecimal;
import java.math.MathContext;

/// Upper bounds of the buckets of exponential schemas, correctly rounded, because equality of
/// bounds is exact. Thread-safe.
///
/// Source: prometheus.io, “Native histograms”: bucket `i` of schema `s` ends at `2^(i x 2^-s)`; the
/// last finite bound is the greatest double, and one more bucket is for infinity.
final class ExponentialBounds {

  /// The finest schema that is computed with.
  static final int MAX_SCHEMA = 8;

  /// The coarsest schema.
  static final int MIN_SCHEMA = -4;

  private static final int STEPS = 1 << MAX_SCHEMA;

  /// `2^(k / 256)`.
  private static final double[] POWERS = powers();

  private ExponentialBounds() {}

  private static double[] powers() {
    MathContext precision = new MathContext(60);
    BigDecimal root = BigDecimal.TWO;
    for (int i = 0; i < MAX_SCHEMA; i++) {
      root = root.sqrt(precision);
    }
    double[] powers = new double[STEPS];
    BigDecimal power = BigDecimal.ONE;
    for (int k = 0; k < STEPS; k++) {
      powers[k] = power.doubleValue();
      power = power.multiply(root, precision);
    }
    return powers;
  }

  /// The upper bound of bucket `index`.
  ///
  /// @param schema [#MIN_SCHEMA] to [#MAX_SCHEMA]
  static double upper(int index, int schema) {
    long exponent; // in powers of two
    double fraction;
    if (schema <= 0) {
      exponent = (long) index << -schema;
      fraction = 1;
    } else {
      exponent = index >> schema;
      int step = index & ((1 << schema) - 1);
      fraction = POWERS[step << (MAX_SCHEMA - schema)];
    }
    if (exponent == Double.MAX_EXPONENT + 1 && fraction == 1) {
      return Double.MAX_VALUE;
    }
    if (exponent > Double.MAX_EXPONENT) {
      return Double.POSITIVE_INFINITY;
    }
    return Math.scalb(fraction, (int) Math.max(exponent, -2_000));
  }
}
