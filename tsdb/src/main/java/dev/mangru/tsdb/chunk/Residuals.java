package dev.mangru.tsdb.chunk;

import dev.mangru.tsdb.codec.ByteWriter;
import java.util.Arrays;

/// Finds the fewest bits for a list of numbers, as a base and a width: each number is written as
/// its distance from the base in so many bits, and those that do not fit are patched. A patch is a
/// position and the bits above the width. Width 0 is the sparse case: all are the base but the
/// patched ones.
///
/// Costs are in bits and partly estimates. Confined to one thread.
final class Residuals {

  private static final int SAMPLES = 9;
  private static final int LOWEST = 1;
  private static final int HIGHEST = 7;
  private static final int MIDDLE = 4;

  /// What a list of patches costs before the first: count, two widths, the smallest.
  private static final int PATCH_HEAD_BITS = 40;

  /// Below this no patch can pay.
  private static final int NEVER_PATCH_BITS = 72;

  /// Share of numbers that may be patched: one in so many.
  private static final int MOST_PATCHES = 3;

  /// Numbers that may be too small for the base, when many orders of size lie between.
  private static final int[] SKIPPED = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};

  private final int[] lengths = new int[Long.SIZE + 1];
  private final int[] moreLengths = new int[Long.SIZE + 1];
  private final long[] few = new long[SAMPLES];
  private final long[] sorted;
  private final long[] gaps;

  private long cost;
  private long base;
  private int width;
  private boolean patched;

  /// For lists of up to `capacity` numbers.
  Residuals(int capacity) {
    sorted = new long[capacity];
    gaps = new long[capacity];
  }

  /// Bits of the best plan found by [#plan].
  long cost() {
    return cost;
  }

  /// The number that packed distances are added to.
  long base() {
    return base;
  }

  /// Bits of each packed distance.
  int width() {
    return width;
  }

  /// Whether some do not fit into [#width].
  boolean patched() {
    return patched;
  }

  /// Takes over the plan of `other`.
  void copy(Residuals other) {
    cost = other.cost;
    base = other.base;
    width = other.width;
    patched = other.patched;
  }

  /// Finds base and width for `numbers[from, to)`, which are from `min` to `max`.
  ///
  /// @param headBits added to every cost
  void plan(long[] numbers, int from, int to, long min, long max, int headBits) {
    int count = to - from;
    int full = Bits.length(max - min);
    cost = headBits + varintBits(min) + packedBits(count, full);
    base = min;
    width = full;
    patched = false;
    if ((long) count * full <= NEVER_PATCH_BITS) {
      return;
    }
    sample(numbers, from, count);
    int spread = Bits.length(few[HIGHEST] - few[LOWEST]);
    if (few[LOWEST] == few[HIGHEST]) {
      planSparse(numbers, from, to, few[MIDDLE], Bits.length(max - min), headBits);
    }
    if (Bits.length(few[LOWEST] - min) > Math.max(spread, 1) + 2) {
      planWithSomeBelow(numbers, from, to, min, max, headBits);
    } else {
      planFromMin(numbers, from, to, min, full, headBits);
    }
  }

  private void planSparse(
      long[] numbers, int from, int to, long usual, int highBits, int headBits) {
    int others = 0;
    for (int i = from; i < to; i++) {
      others += numbers[i] == usual ? 0 : 1;
    }
    if (others <= (to - from) / 2) {
      offer(to - from, usual, 0, others, highBits, headBits);
    }
  }

  private void planFromMin(long[] numbers, int from, int to, long min, int full, int headBits) {
    int count = to - from;
    Arrays.fill(lengths, 0);
    Arrays.fill(moreLengths, 0);
    int i = from;
    for (; i + 1 < to; i += 2) {
      lengths[Bits.length(numbers[i] - min)]++;
      moreLengths[Bits.length(numbers[i + 1] - min)]++;
    }
    if (i < to) {
      lengths[Bits.length(numbers[i] - min)]++;
    }
    int patches = 0;
    for (int w = full - 1; w >= 0; w--) {
      patches += lengths[w + 1] + moreLengths[w + 1];
      if (patches > count / MOST_PATCHES) {
        return;
      }
      offer(count, min, w, patches, full - w, headBits);
    }
  }

  /// The few smallest numbers lie far below the others, as after a reset of a counter.
  private void planWithSomeBelow(
      long[] numbers, int from, int to, long min, long max, int headBits) {
    int count = to - from;
    System.arraycopy(numbers, from, sorted, 0, count);
    Arrays.sort(sorted, 0, count);
    for (int skipped : SKIPPED) {
      if (skipped > count / MOST_PATCHES) {
        return;
      }
      long start = sorted[skipped];
      int end = skipped;
      int full = Bits.length(max - start);
      for (int w = 0; w <= full && w < Long.SIZE; w++) {
        long reach = Bits.mask(w);
        while (end < count && Long.compareUnsigned(sorted[end] - start, reach) <= 0) {
          end++;
        }
        int patches = count - end + skipped;
        if (patches <= count / MOST_PATCHES) {
          int highBits = Bits.length(((max - start) >> w) - ((min - start) >> w));
          offer(count, start, w, patches, highBits, headBits);
        }
      }
    }
  }

  private void offer(
      int count, long newBase, int newWidth, int patches, int highBits, int headBits) {
    long bits = headBits + varintBits(newBase) + packedBits(count, newWidth);
    if (patches > 0) {
      int gapBits = Math.min(Bits.length(count / patches) + 2, Bits.length(count));
      bits += PATCH_HEAD_BITS + (long) patches * (gapBits + (patches == 1 ? 0 : highBits));
      if (patches == 1) {
        bits += highBits;
      }
    }
    if (bits < cost) {
      cost = bits;
      base = newBase;
      width = newWidth;
      patched = patches > 0;
    }
  }

  private static long packedBits(int count, int width) {
    return width == 0 ? 0 : Byte.SIZE + (((long) count * width + 7) & ~7L);
  }

  /// Bits of a zigzag varint.
  static int varintBits(long value) {
    int length = Bits.length((value << 1) ^ (value >> 63));
    return Math.max(1, (length + 6) / 7) * Byte.SIZE;
  }

  /// Sorts a few of the numbers, evenly taken, into [#few].
  private void sample(long[] numbers, int from, int count) {
    for (int i = 0; i < SAMPLES; i++) {
      long value = numbers[from + (int) ((2L * i + 1) * count / (2 * SAMPLES))];
      int place = i;
      while (place > 0 && few[place - 1] > value) {
        few[place] = few[place - 1];
        place--;
      }
      few[place] = value;
    }
  }

  /// The middle one of a few of the numbers, evenly taken.
  long median(long[] numbers, int from, int count) {
    sample(numbers, from, count);
    return few[MIDDLE];
  }

  /// Bits that half of a few of the numbers, evenly taken, lie apart.
  int spread(long[] numbers, int from, int count) {
    sample(numbers, from, count);
    return Bits.length(few[HIGHEST] - few[LOWEST]);
  }

  /// Writes `numbers[from, to)` by this plan: width and distances if the width is not 0, then the
  /// patches if there are.
  void write(long[] numbers, int from, int to, ByteWriter out) {
    if (width > 0) {
      out.u8(width);
      Bits.pack(numbers, from, to, base, width, out);
    }
    if (patched) {
      writePatches(numbers, from, to, out);
    }
  }

  private void writePatches(long[] numbers, int from, int to, ByteWriter out) {
    int count = 0;
    int previous = from - 1;
    long longestGap = 0;
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      long above = (numbers[i] - base) >> width;
      if (above != 0) {
        gaps[count] = (long) i - previous - 1;
        sorted[count] = above;
        longestGap = Math.max(longestGap, gaps[count]);
        min = Math.min(min, above);
        max = Math.max(max, above);
        previous = i;
        count++;
      }
    }
    int gapBits = Bits.length(longestGap);
    int highBits = Bits.length(max - min);
    out.varint(count).u8(gapBits).u8(highBits).zigZag(min);
    Bits.pack(gaps, 0, count, 0, gapBits, out);
    Bits.pack(sorted, 0, count, min, highBits, out);
  }
}
