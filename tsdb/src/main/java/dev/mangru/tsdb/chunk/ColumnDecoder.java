package dev.mangru.tsdb.chunk;

import java.util.Arrays;

/// Reads what [ColumnEncoder] writes.
final class ColumnDecoder {

  private ColumnDecoder() {}

  /// Reads a column without meaning and exceptions.
  static void decode(ChunkBytes in, int count, long[] target, int at) {
    if (count == 0) {
      return;
    }
    int tag = in.u8();
    if (tag >= Column.CONSTANT) {
      int constant = tag & ~Column.CONSTANT;
      if (constant > Column.MAX_CONSTANT) {
        throw in.malformed("an integer", "tag " + tag);
      }
      Arrays.fill(target, at, at + count, constant);
      return;
    }
    if ((tag & (Column.MEANING | Column.EXCEPTIONS)) != 0) {
      throw in.malformed("a column of integers", "tag " + tag);
    }
    decode(in, tag, count, target, at);
  }

  /// Reads the rest of a column after its first byte and what it means.
  ///
  /// Residuals are read here and not in a method of their own, so that this is longer than what C2
  /// inlines (325 bytes of bytecode) and is compiled once, not again in each of its callers: the
  /// first queries of a process spend more time on compiling than on reading.
  static void decode(ChunkBytes in, int tag, int count, long[] target, int at) {
    long divisor = 1;
    long remainder = 0;
    if ((tag & Column.DIVISOR) != 0) {
      long coded = in.varint();
      if ((coded & 1) == 0 && coded > 126) {
        throw in.malformed("a shift of at most 63", Long.toUnsignedString(coded >>> 1));
      }
      divisor = (coded & 1) == 0 ? 1L << (coded >>> 1) : coded >>> 1;
      remainder = in.varint();
    }
    int order = tag >> Column.ORDER_SHIFT & Column.ORDER_MASK;
    int skipped = order == Column.LINE ? 1 : order;
    if (count < skipped) {
      throw in.malformed("a column of " + count, "order " + order);
    }
    long first = order == Column.LEVEL ? 0 : in.zigZag();
    long second = order == Column.BEND || order == Column.LINE ? in.zigZag() : 0;
    long base = in.zigZag();
    int packed = count - skipped;
    int width = 0;
    if ((tag & Column.PACKED) != 0) {
      width = in.atMost(Long.SIZE, "bits");
      int place = in.skip(Bits.bytes(packed, width));
      Bits.unpack(in.array(), place, packed, width, target, at + skipped);
    } else {
      Arrays.fill(target, at + skipped, at + count, 0);
    }
    if ((tag & Column.PATCHED) != 0) {
      patch(in, width, packed, target, at + skipped);
    }
    switch (order) {
      case Column.LEVEL -> levels(target, at, count, base);
      case Column.STEP -> steps(target, at, count, first, base);
      case Column.BEND -> bends(target, at, count, first, second, base);
      default -> line(target, at, count, first, second, base);
    }
    if (divisor != 1 || remainder != 0) {
      for (int i = at; i < at + count; i++) {
        target[i] = target[i] * divisor + remainder;
      }
    }
  }

  private static void patch(ChunkBytes in, int width, int count, long[] target, int at) {
    int patches = in.atMost(count, "patches");
    int gapWidth = in.u8();
    int highWidth = in.u8();
    if (gapWidth > Integer.SIZE - 1 || highWidth > Long.SIZE || width == Long.SIZE) {
      throw in.malformed(
          "patches of at most 31 and 64 bits above fewer than 64",
          gapWidth + ", " + highWidth + " and " + width);
    }
    long min = in.zigZag();
    byte[] array = in.array();
    int gaps = in.skip(Bits.bytes(patches, gapWidth));
    int highs = in.skip(Bits.bytes(patches, highWidth));
    long place = -1;
    for (int i = 0; i < patches; i++) {
      place += 1 + Bits.one(array, gaps, i, gapWidth);
      if (place >= count) {
        throw in.malformed("patches of " + count + " numbers", "one of number " + place);
      }
      target[at + (int) place] += (min + Bits.one(array, highs, i, highWidth)) << width;
    }
  }

  private static void levels(long[] target, int at, int count, long base) {
    if (base != 0) {
      for (int i = at; i < at + count; i++) {
        target[i] += base;
      }
    }
  }

  private static void steps(long[] target, int at, int count, long first, long base) {
    long sum = first;
    target[at] = first;
    for (int i = at + 1; i < at + count; i++) {
      sum += target[i] + base;
      target[i] = sum;
    }
  }

  private static void bends(long[] target, int at, int count, long first, long second, long base) {
    long step = second;
    long sum = first + second;
    target[at] = first;
    target[at + 1] = sum;
    for (int i = at + 2; i < at + count; i++) {
      step += target[i] + base;
      sum += step;
      target[i] = sum;
    }
  }

  private static void line(long[] target, int at, int count, long first, long slope, long base) {
    long level = first + base;
    target[at] = first;
    for (int i = 1; i < count; i++) {
      level += slope;
      target[at + i] += level;
    }
  }
}
