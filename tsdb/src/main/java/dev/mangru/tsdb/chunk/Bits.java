package dev.mangru.tsdb.chunk;

import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.SegmentReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Numbers of equal width in bits, one after the other, low bits first.
final class Bits {

  /// A number of this many bits lies inside eight bytes wherever it begins.
  private static final int WIDEST_IN_ONE_READ = 57;

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

  /// Reads `count` numbers that begin at `offset`. All their bytes must lie in the segment; bytes
  /// behind them may be read and are ignored.
  static void unpack(MemorySegment in, long offset, int count, int width, long[] target, int at) {
    if (width == 0) {
      Arrays.fill(target, at, at + count, 0);
      return;
    }
    // Numbers whose eight bytes lie in the segment are read at once; the few others byte by byte.
    long readable = in.byteSize() - offset - Long.BYTES;
    int quick =
        readable < 0
            ? 0
            : (int) Math.min(count, (readable * Byte.SIZE + Byte.SIZE - 1) / width + 1);
    if (width > WIDEST_IN_ONE_READ) {
      quick = wide(in, offset, count, width, target, at);
    } else {
      narrow(in, offset, quick, width, target, at);
    }
    for (int i = quick; i < count; i++) {
      target[at + i] = slow(in, offset, (long) i * width, width);
    }
  }

  private static void narrow(
      MemorySegment in, long offset, int count, int width, long[] target, int at) {
    long mask = mask(width);
    int bit = 0;
    for (int i = 0; i < count; i++) {
      target[at + i] = (in.get(SegmentReader.LONG, offset + (bit >>> 3)) >>> (bit & 7)) & mask;
      bit += width;
    }
  }

  /// Reads as many as it can with nine bytes each and says how many.
  private static int wide(
      MemorySegment in, long offset, int count, int width, long[] target, int at) {
    long readable = in.byteSize() - offset - Long.BYTES - 1;
    long mask = mask(width);
    int i = 0;
    for (int bit = 0; i < count && bit >>> 3 <= readable; i++, bit += width) {
      long place = offset + (bit >>> 3);
      int shift = bit & 7;
      long low = in.get(SegmentReader.LONG, place) >>> shift;
      long high = (in.get(ValueLayout.JAVA_BYTE, place + Long.BYTES) & 0xffL) << 1;
      target[at + i] = (low | high << (Long.SIZE - 1 - shift)) & mask;
    }
    return i;
  }

  /// The number at `index` of those that begin at `offset`.
  static long one(MemorySegment in, long offset, int index, int width) {
    long bit = (long) index * width;
    long place = offset + (bit >>> 3);
    if (width <= WIDEST_IN_ONE_READ && place <= in.byteSize() - Long.BYTES) {
      return (in.get(SegmentReader.LONG, place) >>> (bit & 7)) & mask(width);
    }
    return slow(in, offset, bit, width);
  }

  private static long slow(MemorySegment in, long offset, long bit, int width) {
    long value = 0;
    int have = 0;
    long place = offset + (bit >>> 3);
    int skip = (int) (bit & 7);
    while (have < width) {
      long b = (in.get(ValueLayout.JAVA_BYTE, place++) & 0xffL) >>> skip;
      value |= b << have;
      have += Byte.SIZE - skip;
      skip = 0;
    }
    return value & mask(width);
  }
}
