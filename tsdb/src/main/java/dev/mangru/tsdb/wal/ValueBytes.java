package dev.mangru.tsdb.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// One value against the one before it of the same series, in whole bytes: a code of four bits and
/// up to ten bytes. Pure functions.
///
/// A code says how the value follows from its base:
///
/// ```
/// 0        the same bits
/// 1 to 4   both are integers: the difference, zigzag, in that many bytes
/// 5        both are decimals: head byte (low nibble: digits after the point, high nibble: bytes),
///          the difference of the scaled integers, zigzag
/// 6 to 13  base XOR value, its high zero bytes left out: code - 5 bytes
/// 14       base XOR value, its low zero bytes left out: head byte (bytes), the high bytes
/// 15       not a plain value: see RecordWriter
/// ```
final class ValueBytes {

  static final int SAME = 0;
  static final int DECIMAL = 5;
  static final int XOR = 5;
  static final int XOR_HIGH = 14;
  static final int ODD = 15;

  /// Most bytes that one value takes.
  static final int MAX_BYTES = 9;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Doubles up to this are exact as integers.
  private static final double MAX_INTEGER = 1L << 53;

  /// Digits after the point that are tried: CPU ticks, milliseconds, nanoseconds. Chosen for what
  /// Kubernetes' exporters count in.
  private static final int[] DIGITS = {2, 3, 9};

  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

  private ValueBytes() {}

  /// Writes `bits` to `out` at `at`; there are [#MAX_BYTES] + 8 bytes of room.
  ///
  /// @return the code, and from bit 4 on how many bytes were written
  static int write(long base, long bits, byte[] out, int at) {
    if (bits == base) {
      return SAME;
    }
    long difference = integerDifference(base, bits);
    if (difference != 0) {
      long zigzag = difference << 1 ^ difference >> 63;
      if (zigzag >>> 32 == 0) {
        LONGS.set(out, at, zigzag);
        int bytes = bytes(zigzag);
        return bytes << 4 | bytes;
      }
    } else {
      int decimal = decimal(base, bits, out, at);
      if (decimal != 0) {
        return decimal;
      }
    }
    long xor = base ^ bits;
    int low = bytes(xor);
    int high = 8 - Long.numberOfTrailingZeros(xor) / 8;
    if (high + 1 < low) {
      out[at] = (byte) high;
      LONGS.set(out, at + 1, xor >>> (8 * (8 - high)));
      return (high + 1) << 4 | XOR_HIGH;
    }
    LONGS.set(out, at, xor);
    return low << 4 | (XOR + low);
  }

  /// The difference of two doubles that are integers, or 0 if they are not (or the same, but for
  /// the sign of zero).
  private static long integerDifference(long base, long bits) {
    double from = Double.longBitsToDouble(base);
    double to = Double.longBitsToDouble(bits);
    long left = (long) from;
    long right = (long) to;
    boolean integers =
        Double.doubleToRawLongBits((double) left) == base
            && Double.doubleToRawLongBits((double) right) == bits
            && Math.abs(from) <= MAX_INTEGER
            && Math.abs(to) <= MAX_INTEGER;
    return integers ? right - left : 0;
  }

  private static int decimal(long base, long bits, byte[] out, int at) {
    double from = Double.longBitsToDouble(base);
    double to = Double.longBitsToDouble(bits);
    for (int digits : DIGITS) {
      double scaled = Math.rint(to * POWERS[digits]);
      // Through the integer, which has no negative zero.
      if (Double.doubleToRawLongBits((long) scaled / POWERS[digits]) != bits
          || !(Math.abs(scaled) <= MAX_INTEGER)) {
        continue;
      }
      double scaledBase = Math.rint(from * POWERS[digits]);
      if (Double.doubleToRawLongBits((long) scaledBase / POWERS[digits]) != base
          || !(Math.abs(scaledBase) <= MAX_INTEGER)) {
        continue;
      }
      long difference = (long) scaled - (long) scaledBase;
      long zigzag = difference << 1 ^ difference >> 63;
      int length = bytes(zigzag);
      if (length >= 1 && length <= 6) {
        out[at] = (byte) (length << 4 | digits);
        LONGS.set(out, at + 1, zigzag);
        return (length + 1) << 4 | DECIMAL;
      }
      return 0;
    }
    return 0;
  }

  /// Bytes that a number takes without its high zero bytes.
  private static int bytes(long number) {
    return (71 - Long.numberOfLeadingZeros(number)) >>> 3;
  }

  /// How many bytes follow for `code`, of which the first, if there is one, is `head`; -1 if there
  /// is no such value.
  static int length(int code, int head) {
    if (code == DECIMAL) {
      int length = head >>> 4;
      return length >= 1 && length <= 8 && (head & 15) < POWERS.length ? length + 1 : -1;
    }
    if (code == XOR_HIGH) {
      return head >= 1 && head <= 8 ? head + 1 : -1;
    }
    return code < DECIMAL ? code : code - XOR;
  }

  /// The value that [#write] wrote with `code` at `at`; eight bytes can be read from `at + 1`.
  static long read(int code, long base, byte[] in, int at) {
    if (code == SAME) {
      return base;
    }
    if (code < DECIMAL) {
      long zigzag = low((long) LONGS.get(in, at), code);
      long difference = zigzag >>> 1 ^ -(zigzag & 1);
      return Double.doubleToRawLongBits(
          (double) ((long) Double.longBitsToDouble(base) + difference));
    }
    if (code == DECIMAL) {
      int head = in[at] & 0xff;
      double power = POWERS[head & 15];
      long zigzag = low((long) LONGS.get(in, at + 1), head >>> 4);
      long difference = zigzag >>> 1 ^ -(zigzag & 1);
      long scaled = (long) Math.rint(Double.longBitsToDouble(base) * power) + difference;
      return Double.doubleToRawLongBits(scaled / power);
    }
    if (code == XOR_HIGH) {
      int length = in[at];
      return base ^ (long) LONGS.get(in, at + 1) << (8 * (8 - length));
    }
    return base ^ low((long) LONGS.get(in, at), code - XOR);
  }

  private static long low(long number, int bytes) {
    return bytes == 8 ? number : number & ((1L << (8 * bytes)) - 1);
  }
}
