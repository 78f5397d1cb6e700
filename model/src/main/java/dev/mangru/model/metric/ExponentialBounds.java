package dev.mangru.model.metric;

/// Upper bounds of the buckets of exponential schemas, to the last bit those of Prometheus.
/// Thread-safe.
///
/// Source: prometheus.io, “Native histograms”: bucket `i` of schema `s` ends at `2^(i x 2^-s)`; the
/// last finite bound is the greatest double, and one more bucket is for infinity.
final class ExponentialBounds {

  /// The finest schema that is computed with.
  static final int MAX_SCHEMA = 8;

  /// The coarsest schema.
  static final int MIN_SCHEMA = -4;

  private static final int STEPS = 1 << MAX_SCHEMA;

  /// `2^(k / 256)`, about.
  private static final double[] POWERS = powers();

  private ExponentialBounds() {}

  /// Prometheus has a table of these, of which some end in another digit than a correctly rounded
  /// power would; so they are made here as those were: each schema takes every other one from the
  /// schema before, and those between by multiplying.
  private static double[] powers() {
    double[] powers = new double[STEPS];
    powers[0] = 1;
    for (int schema = 1; schema <= MAX_SCHEMA; schema++) {
      double factor = exp2(exp2(-schema));
      int stride = STEPS >> schema;
      for (int k = stride; k < STEPS; k += 2 * stride) {
        powers[k] = powers[k - stride] * factor;
      }
    }
    return powers;
  }

  /// 2 to the power of `x`, between -8 and 1, as Go computes it: with a polynomial that is off by
  /// one digit at times.
  ///
  /// Source: FreeBSD `e_exp.c`, of which Go's `math.Exp2` is made.
  private static double exp2(double x) {
    int whole = (int) (x > 0 ? x + 0.5 : x - 0.5);
    double rest = x - whole;
    double high = rest * 0.6931471803691238;
    double low = -rest * 1.9082149292705877e-10;
    double r = high - low;
    double t = r * r;
    double c =
        r
            - t
                * (0.16666666666666666
                    + t
                        * (-0.0027777777777015593
                            + t
                                * (6.613756321437934e-05
                                    + t * (-1.6533902205465252e-06 + t * 4.1381367970572385e-08))));
    double y = 1 - ((low - (r * c) / (2 - c)) - high);
    return Math.scalb(y, whole);
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
