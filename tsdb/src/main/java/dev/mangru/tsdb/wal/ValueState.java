package dev.mangru.tsdb.wal;

/// How the next value of a series will follow from the one before: in which *mode*, and in how many
/// bits. Writer and reader learn it from the values alone, in the same way, so it is not written.
/// Pure functions over a number of eleven bits.
///
/// ```
/// bit 10     a sample of the series was seen in this epoch
/// bits 7-9   mode
/// bits 0-6   width: bits expected of the residual, 0 to 64
/// ```
///
/// A *residual* is the zigzag of a difference. With b the base, v the value, both as the mode sees
/// them:
///
/// ```
/// 0 INTEGER   integers: v - b
/// 1 LIKE      integers: v - b - near: near is the difference of the last integer before it in the
///             record. Buckets of a histogram grow together.
/// 2 PAGES     integers that 4,096 divides: (v - b) / 4,096
/// 3 CENTI     decimals: 10^2 v - 10^2 b
/// 4 MILLI     decimals: 10^3 v - 10^3 b
/// 5 NANO      decimals: 10^9 v - 10^9 b
/// 6 FLOAT     bits that end in 29 zeros: the others' difference
/// 7 BITS      any: the difference of the bits
/// ```
///
/// Digits and page size are what Kubernetes' exporters count in.
final class ValueState {

  static final int INTEGER = 0;
  static final int LIKE = 1;
  static final int PAGES = 2;
  static final int CENTI = 3;
  static final int MILLI = 4;
  static final int NANO = 5;
  static final int FLOAT = 6;
  static final int BITS = 7;

  /// Instead of a residual: the mode does not fit. No mode but [#BITS] has such a residual.
  static final long NO_FIT = -1;

  private static final int SEEN = 1 << 10;
  private static final int MODE_SHIFT = 7;
  private static final int WIDTH_MASK = 127;

  /// Doubles up to this are exact as integers.
  private static final long MAX_INTEGER = 1L << 53;

  private static final int PAGE_SHIFT = 12;
  private static final long IN_PAGE = (1 << PAGE_SHIFT) - 1;
  private static final int FLOAT_SHIFT = 29;
  private static final long BELOW_FLOAT = (1L << FLOAT_SHIFT) - 1;

  private static final double[] POWERS = {1, 1, 1, 1e2, 1e3, 1e9, 1, 1};

  private ValueState() {}

  static int mode(int state) {
    return state >>> MODE_SHIFT & 7;
  }

  static int width(int state) {
    return state & WIDTH_MASK;
  }

  static int bits(long residual) {
    return Long.SIZE - Long.numberOfLeadingZeros(residual);
  }

  private static long zigzag(long difference) {
    return difference << 1 ^ difference >> 63;
  }

  private static long unzigzag(long residual) {
    return residual >>> 1 ^ -(residual & 1);
  }

  private static long integer(long bits) {
    return (long) Double.longBitsToDouble(bits);
  }

  /// Whether an integer stands for exactly these bits: minus zero has none.
  private static boolean isInteger(long bits, long integer) {
    return Double.doubleToRawLongBits((double) integer) == bits
        && integer <= MAX_INTEGER
        && integer >= -MAX_INTEGER;
  }

  private static long scaled(long bits, double power) {
    return (long) Math.rint(Double.longBitsToDouble(bits) * power);
  }

  private static boolean isScaled(long bits, long scaled, double power) {
    return Double.doubleToRawLongBits(scaled / power) == bits
        && scaled <= MAX_INTEGER
        && scaled >= -MAX_INTEGER;
  }

  /// The residual of `bits` in `mode`, or [#NO_FIT].
  ///
  /// @param near see the class
  static long residual(int mode, long base, long bits, long near) {
    if (bits == base && mode != LIKE) {
      return 0;
    }
    if (mode <= PAGES) {
      long from = integer(base);
      long to = integer(bits);
      if (!isInteger(base, from) || !isInteger(bits, to)) {
        return NO_FIT;
      }
      if (mode == PAGES) {
        return ((from | to) & IN_PAGE) == 0 ? zigzag((to - from) >> PAGE_SHIFT) : NO_FIT;
      }
      return zigzag(to - from - (mode == LIKE ? near : 0));
    }
    if (mode <= NANO) {
      double power = POWERS[mode];
      long from = scaled(base, power);
      long to = scaled(bits, power);
      return isScaled(base, from, power) && isScaled(bits, to, power) ? zigzag(to - from) : NO_FIT;
    }
    if (mode == FLOAT) {
      return ((base | bits) & BELOW_FLOAT) == 0
          ? zigzag((bits >> FLOAT_SHIFT) - (base >> FLOAT_SHIFT))
          : NO_FIT;
    }
    return zigzag(bits - base);
  }

  /// The bits that [#residual] was made from.
  static long value(int mode, long base, long residual, long near) {
    if (residual == 0 && mode != LIKE) {
      return base;
    }
    long difference = unzigzag(residual);
    if (mode <= PAGES) {
      long step = mode == PAGES ? difference << PAGE_SHIFT : difference + (mode == LIKE ? near : 0);
      return Double.doubleToRawLongBits((double) (integer(base) + step));
    }
    if (mode <= NANO) {
      double power = POWERS[mode];
      return Double.doubleToRawLongBits((scaled(base, power) + difference) / power);
    }
    return mode == FLOAT ? base + (difference << FLOAT_SHIFT) : base + difference;
  }

  /// The first mode that fits, the narrow ones first.
  static int choose(long base, long bits) {
    if (residual(PAGES, base, bits, 0) != NO_FIT) {
      return PAGES;
    }
    if (residual(INTEGER, base, bits, 0) != NO_FIT) {
      return INTEGER;
    }
    for (int mode = CENTI; mode < BITS; mode++) {
      if (residual(mode, base, bits, 0) != NO_FIT) {
        return mode;
      }
    }
    return BITS;
  }

  /// The difference of two integers, for the next sample to be like: 0 if the series is new.
  static long near(int before, long base, long bits) {
    return (before & SEEN) == 0 ? 0 : integer(bits) - integer(base);
  }

  /// What is remembered after a sample.
  ///
  /// @param before what was
  /// @param mode the one it was written in
  /// @param residualBits bits of its residual
  /// @param wide whether they were more than expected, or the mode another one
  /// @param near as in [#residual]
  static int after(
      int before, int mode, int residualBits, boolean wide, long base, long bits, long near) {
    if ((before & SEEN) == 0) {
      // Most series stay what they are: the first difference will tell.
      return SEEN | mode << MODE_SHIFT;
    }
    int width = width(before);
    if (wide) {
      width = residualBits;
    } else if (residualBits == 0) {
      width >>= 1;
    } else if (residualBits < width - 2) {
      width--;
    }
    if (mode > PAGES) {
      return SEEN | mode << MODE_SHIFT | width;
    }
    long from = integer(base);
    long to = integer(bits);
    long step = to - from;
    int next = mode;
    if (step == 0 && mode == PAGES) {
      next = PAGES;
    } else if (step != 0 && ((from | to) & IN_PAGE) == 0) {
      next = PAGES;
    } else {
      int plain = bits(zigzag(step));
      int like = bits(zigzag(step - near));
      next = like < plain ? LIKE : plain < like || mode == PAGES ? INTEGER : mode;
    }
    if (next != mode) {
      width =
          switch (next) {
            case PAGES -> bits(zigzag(step >> PAGE_SHIFT));
            case LIKE -> bits(zigzag(step - near));
            default -> bits(zigzag(step));
          };
    }
    return SEEN | next << MODE_SHIFT | width;
  }
}
