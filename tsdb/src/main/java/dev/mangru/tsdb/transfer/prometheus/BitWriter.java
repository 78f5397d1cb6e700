package dev.mangru.tsdb.transfer.prometheus;

import java.util.Arrays;

/// Writes bits, the highest of a byte first, as [BitReader] reads them. Grows; reused from chunk to
/// chunk. Confined to one thread.
final class BitWriter {

  private byte[] bytes = new byte[2048];
  private int length;

  /// Bits of the last byte that are not written yet.
  private int free;

  void clear() {
    length = 0;
    free = 0;
  }

  byte[] array() {
    return bytes;
  }

  /// Bytes so far, a begun one included.
  int length() {
    return length;
  }

  /// Sets a byte that was written.
  void set(int at, int value) {
    bytes[at] = (byte) value;
  }

  void bit(int value) {
    bits(value, 1);
  }

  /// The lowest `count` bits of `value`, 0 to 64.
  void bits(long value, int count) {
    int left = count;
    while (left > 0) {
      if (free == 0) {
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = 0;
        free = 8;
      }
      int take = Math.min(free, left);
      int part = (int) (value >>> (left - take)) & ((1 << take) - 1);
      bytes[length - 1] = (byte) (bytes[length - 1] | part << (free - take));
      free -= take;
      left -= take;
    }
  }

  void uvarint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bits((rest & 0x7f) | 0x80, 8);
      rest >>>= 7;
    }
    bits(rest, 8);
  }

  void varint(long value) {
    uvarint((value << 1) ^ (value >> 63));
  }

  /// Whether `count` bits hold the number as [BitReader#signed] reads it.
  static boolean fits(long value, int count) {
    return value > -(1L << (count - 1)) && value <= 1L << (count - 1);
  }

  private static final int[] VARBIT_SIZES = {3, 6, 9, 12, 18, 25, 56};

  /// A signed number in 1 to 72 bits.
  void varbit(long value) {
    if (value == 0) {
      bit(0);
      return;
    }
    for (int i = 0; i < VARBIT_SIZES.length; i++) {
      if (fits(value, VARBIT_SIZES[i])) {
        ones(i + 1);
        bits(value, VARBIT_SIZES[i]);
        return;
      }
    }
    bits(0xff, 8);
    bits(value, 64);
  }

  /// An unsigned number in 1 to 72 bits.
  void unsignedVarbit(long value) {
    if (value == 0) {
      bit(0);
      return;
    }
    for (int i = 0; i < VARBIT_SIZES.length; i++) {
      if (value >>> VARBIT_SIZES[i] == 0) {
        ones(i + 1);
        bits(value, VARBIT_SIZES[i]);
        return;
      }
    }
    bits(0xff, 8);
    bits(value, 64);
  }

  /// `count` set bits, 1 to 7, and a clear one.
  private void ones(int count) {
    bits((1L << (count + 1)) - 2, count + 1);
  }

  /// One column of doubles, each against the one before it. Confined to one thread.
  static final class Xor {

    private static final int NONE = -1;

    private long valueBits;
    private int leading;
    private int trailing;

    void first(BitWriter out, long bits) {
      valueBits = bits;
      leading = NONE;
      out.bits(bits, 64);
    }

    void next(BitWriter out, long bits) {
      long difference = bits ^ valueBits;
      valueBits = bits;
      if (difference == 0) {
        out.bit(0);
        return;
      }
      int zerosBefore = Math.min(31, Long.numberOfLeadingZeros(difference));
      int zerosBehind = Long.numberOfTrailingZeros(difference);
      if (leading != NONE && zerosBefore >= leading && zerosBehind >= trailing) {
        out.bits(0b10, 2);
      } else {
        leading = zerosBefore;
        trailing = zerosBehind;
        out.bits(0b11, 2);
        out.bits(leading, 5);
        out.bits((64 - leading - trailing) & 63, 6);
      }
      out.bits(difference >>> trailing, 64 - leading - trailing);
    }
  }
}
