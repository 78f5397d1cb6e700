package dev.mangru.tsdb.chunk;

import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Numbers of equal width in bits, one after the other, low bits first.
final class Bits {

  /// A number of this many bits lies inside eight bytes wherever it begins.
  private static final int WIDEST_IN_ONE_READ = 57;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bits() {}

  /// Bits that `value` has when taken as unsigned; 0 for 0.
  static int length(long value) {
    return Long.SIZE - Long.numberOfLeadingZeros(value);
  }

  /// Bytes of `count` numbers.
  static int bytes(int count, int width) {
    return (int) (((long) count * width + 7) >>> 3);
  }

  /// The low `width` bits set.
  static long mask(int width) {
    return width == 0 ? 0 : -1L >>> (Long.SIZE - width);
  }

  /// Writes the low `width` bits of `values[i] - base` for `i` in `[from, to)`.
  static void pack(long[] values, int from, int to, long base, int width, ByteWriter out) {
    long mask = mask(width);
    long gathered = 0;
    int filled = 0;
    for (int i = from; i < to; i++) {
      long value = (values[i] - base) & mask;
      gathered |= value << filled;
      filled += width;
      if (filled >= Long.SIZE) {
        out.u64(gathered);
        filled -= Long.SIZE;
        gathered = filled == 0 ? 0 : value >>> (width - filled);
      }
    }
    for (int done = 0; done < filled; done += Byte.SIZE) {
      out.u8((int) (gathered >>> done));
    }
  }

  /// Reads `count` numbers that begin at `offset`. [ChunkBytes#PADDING] bytes must follow the last
  /// one; what they are does not matter.
  static void unpack(byte[] in, int offset, int count, int width, long[] target, int at) {
    if (width == 0) {
      Arrays.fill(target, at, at + count, 0);
    } else if (width <= WIDEST_IN_ONE_READ) {
      long mask = mask(width);
      for (int i = 0, bit = 0; i < count; i++, bit += width) {
        target[at + i] = (longAt(in, offset + (bit >>> 3)) >>> (bit & 7)) & mask;
      }
    } else {
      for (int i = 0; i < count; i++) {
        target[at + i] = one(in, offset, i, width);
      }
    }
  }

  /// The number at `index` of those that begin at `offset`, under the conditions of [#unpack].
  static long one(byte[] in, int offset, int index, int width) {
    long bit = (long) index * width;
    int place = offset + (int) (bit >>> 3);
    int shift = (int) (bit & 7);
    long low = longAt(in, place) >>> shift;
    long high = (in[place + Long.BYTES] & 0xffL) << 1;
    return (low | high << (Long.SIZE - 1 - shift)) & mask(width);
  }

  /// Eight bytes, little-endian.
  static long longAt(byte[] in, int place) {
    return (long) LONG.get(in, place);
  }
}
