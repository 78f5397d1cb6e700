package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.StaleMarker;
import java.util.Arrays;

/// Doubles as integers over a power of ten: `integer / 10^exponent`, which is one division of two
/// exact doubles and therefore the nearest double to that decimal. Each value is checked bit by
/// bit; those that are no such decimals are exceptions. Confined to one thread.
///
/// Source of the idea: Afroozeh, Kuffo, Boncz, “ALP: Adaptive Lossless Floating-Point Compression”,
/// SIGMOD 2023. It multiplies by an inexact power; a division is exact more often and costs no more
/// than the memory it waits for.
final class Decimals {

  /// The largest exponent.
  static final int MAX_EXPONENT = 18;

  /// Integers beyond are not all doubles.
  private static final double MAX_EXACT = 0x1p53;

  /// Any decimal of 15 digits survives being a double.
  private static final double FIFTEEN_DIGITS = 1e15;

  /// Up to this exponent 53 bits are worth it: nanoseconds of processor time grow that large.
  private static final int NANO = 9;

  /// Exceptions that are let pass beside one in eight.
  private static final int SOME_EXCEPTIONS = 2;

  private static final double[] TEN = new double[MAX_EXPONENT + 1];
  private static final long[] TEN_LONG = new long[MAX_EXPONENT + 1];

  static {
    long power = 1;
    for (int i = 0; i <= MAX_EXPONENT; i++) {
      TEN_LONG[i] = power;
      TEN[i] = power;
      power *= 10;
    }
  }

  private final int[] exceptions = new int[ChunkCodec.MAX_SAMPLES];
  private int exceptionCount;
  private int exponent;
  private long largest; // at least the greatest magnitude - 1

  /// Indexes of values that are no decimals, ascending.
  int[] exceptions() {
    return exceptions;
  }

  /// How many [#exceptions] count.
  int exceptionCount() {
    return exceptionCount;
  }

  /// The common exponent, 0 to [#MAX_EXPONENT].
  int exponent() {
    return exponent;
  }

  /// `10^exponent`, exact.
  static double power(int exponent) {
    return TEN[exponent];
  }

  /// Finds the smallest common exponent of `bits[from, from + count)` and puts the integers into
  /// `integers[0, count)`; an exception gets what goes on in a line.
  ///
  /// @return false if too many values are no decimals
  boolean find(long[] bits, int from, int count, long[] integers) {
    exponent = 0;
    exceptionCount = 0;
    int done = integersAt(bits, from, count, integers);
    if (done < count && !decimalsAt(bits, from, done, count, integers)) {
      return false;
    }
    if (exceptionCount > 0 && exceptions[0] == 0) {
      int i = 0;
      while (i < exceptionCount && exceptions[i] == i) {
        i++;
      }
      Arrays.fill(integers, 0, i, i < count ? integers[i] : 0);
    }
    return true;
  }

  private boolean decimalsAt(long[] bits, int from, int start, int count, long[] integers) {
    largest = 0;
    for (int i = 0; i < start; i++) {
      note(integers[i]);
    }
    int severe = 0;
    for (int i = start; i < count; i++) {
      long raw = bits[from + i];
      double value = Double.longBitsToDouble(raw);
      long integer = nearest(value, exponent);
      if (!same(integer, exponent, raw)) {
        int needed = exponentOf(value, raw);
        if (needed < 0 || !raise(needed, integers, i)) {
          severe += raw == StaleMarker.BITS ? 0 : 1;
          // Where decimals are as dense as doubles, any double is nearly one: nothing is gained.
          if (severe > SOME_EXCEPTIONS + (largest >= (long) FIFTEEN_DIGITS ? 0 : i / 8)) {
            return false;
          }
          exceptions[exceptionCount++] = i;
          integers[i] = i < 2 ? integers[0] : 2 * integers[i - 1] - integers[i - 2];
          continue;
        }
        integer = nearest(value, exponent);
      }
      integers[i] = integer;
      note(integer);
    }
    return true;
  }

  private void note(long integer) {
    largest = Math.max(largest, integer ^ (integer >> 63));
  }

  /// Converts integers up to the first value that is none, and gives its index.
  private static int integersAt(long[] bits, int from, int count, long[] integers) {
    for (int i = 0; i < count; i++) {
      long raw = bits[from + i];
      long integer = (long) Double.longBitsToDouble(raw);
      if (Double.doubleToRawLongBits((double) integer) != raw) {
        return i;
      }
      integers[i] = integer;
    }
    return count;
  }

  private static long nearest(double value, int exponent) {
    return exponent == 0 ? (long) value : (long) Math.rint(value * TEN[exponent]);
  }

  private static boolean same(long integer, int exponent, long raw) {
    double back = exponent == 0 ? (double) integer : integer / TEN[exponent];
    return Double.doubleToRawLongBits(back) == raw
        && (exponent == 0 || Math.abs(integer) <= (long) MAX_EXACT);
  }

  /// The smallest exponent above the common one that is enough for `value`, or -1.
  private int exponentOf(double value, long raw) {
    for (int e = exponent + 1; e <= MAX_EXPONENT; e++) {
      double scaled = Math.abs(value * TEN[e]);
      if (!(scaled < (e <= NANO ? MAX_EXACT : FIFTEEN_DIGITS))) {
        return -1;
      }
      if (same(nearest(value, e), e, raw)) {
        return e;
      }
    }
    return -1;
  }

  private boolean raise(int needed, long[] integers, int count) {
    long factor = TEN_LONG[needed - exponent];
    if (largest >= (long) MAX_EXACT / factor) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      integers[i] *= factor;
    }
    largest = (largest + 1) * factor;
    exponent = needed;
    return true;
  }
}
