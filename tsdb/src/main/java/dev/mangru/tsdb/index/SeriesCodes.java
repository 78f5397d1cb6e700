package dev.mangru.tsdb.index;

import java.util.Arrays;

/// The label pairs of every series, coded against an earlier series of the same target. One writer
/// adds, readers need no lock for series that were published after they were added.
///
/// A target's series share most labels, so all but the first of them are kept as edits of one that
/// is written whole (its base); bases are never edits themselves, so reading one series touches two
/// places:
///
/// ```
/// whole := 0  n  pair*                               all varints
/// edits := distance  dropped  explicit  pair*        distance = number - base's number >= 1
///          dropped:  bit i set: the base's i-th pair is not in this series
///          explicit: bit i set: this series' i-th pair is not in the base, and is written here
/// ```
///
/// About 12 bytes a series of a Kubernetes cluster where 25 pairs as plain ints would be 100.
final class SeriesCodes {

  /// Labels that one series may have: what fits into a page at five bytes each.
  static final int MAX_LABELS = 12_000;

  private static final int MAX_EDITED_LABELS = 63;
  private static final int BASES = 4;

  private final PagedBytes bytes = new PagedBytes("label sets");

  /// Address plus one; 0 for a number that has no series.
  private final PagedInts addresses = new PagedInts();

  private byte[] scratch = new byte[256];

  /// The latest series written whole, newest first, as pairs.
  private final int[][] basePairs = new int[BASES][0];

  private final int[] baseNumbers = new int[BASES];
  private int bases;

  // Results of the last comparison.
  private long dropped;
  private long explicit;

  void ensure(int number) {
    addresses.ensure(number);
  }

  /// Whether there is a series with this number.
  boolean has(int number) {
    return addresses.get(number) != 0;
  }

  /// Adds a series.
  void add(int number, int[] pairs, int count) {
    if (count > MAX_LABELS) {
      throw new IllegalArgumentException(
          "a series of " + count + " labels, and there may be " + MAX_LABELS);
    }
    int need = 16 + 5 * count;
    if (scratch.length < need) {
      scratch = new byte[need];
    }
    int best = -1;
    int bestAdded = Integer.MAX_VALUE;
    long bestDropped = 0;
    long bestExplicit = 0;
    if (count <= MAX_EDITED_LABELS) {
      for (int b = 0; b < bases && bestAdded > 2; b++) {
        int added = compare(basePairs[b], pairs, count);
        if (added < bestAdded) {
          best = b;
          bestAdded = added;
          bestDropped = dropped;
          bestExplicit = explicit;
        }
      }
    }
    int end;
    if (bestAdded <= count / 2) {
      end = putVarint(scratch, 0, number - baseNumbers[best]);
      end = putVarint(scratch, end, bestDropped);
      end = putVarint(scratch, end, bestExplicit);
      for (int i = 0; i < count; i++) {
        if ((bestExplicit & 1L << i) != 0) {
          end = putVarint(scratch, end, pairs[i]);
        }
      }
      moveToFront(best, baseNumbers[best], basePairs[best]);
    } else {
      scratch[0] = 0;
      end = putVarint(scratch, 1, count);
      for (int i = 0; i < count; i++) {
        end = putVarint(scratch, end, pairs[i]);
      }
      if (count <= MAX_EDITED_LABELS) {
        bases = Math.min(bases + 1, BASES);
        moveToFront(bases - 1, number, Arrays.copyOf(pairs, count));
      }
    }
    addresses.set(number, bytes.add(scratch, 0, end) + 1);
  }

  private void moveToFront(int from, int number, int[] pairs) {
    for (int i = from; i > 0; i--) {
      baseNumbers[i] = baseNumbers[i - 1];
      basePairs[i] = basePairs[i - 1];
    }
    baseNumbers[0] = number;
    basePairs[0] = pairs;
  }

  /// Both lists ascend by label name, so what they share comes in the same order. Leaves masks in
  /// [#dropped] and [#explicit]; returns how many pairs are explicit.
  private int compare(int[] base, int[] pairs, int count) {
    long droppedMask = 0;
    long explicitMask = 0;
    int at = 0;
    for (int i = 0; i < count; i++) {
      int pair = pairs[i];
      int found = at;
      while (found < base.length && base[found] != pair) {
        found++;
      }
      if (found == base.length) {
        explicitMask |= 1L << i;
      } else {
        for (; at < found; at++) {
          droppedMask |= 1L << at;
        }
        at++;
      }
    }
    for (; at < base.length; at++) {
      droppedMask |= 1L << at;
    }
    dropped = droppedMask;
    explicit = explicitMask;
    return Long.bitCount(explicitMask);
  }

  /// Writes the pairs of a series to `target`, by label name.
  ///
  /// @return how many there are; if that is more than `target` has room for, nothing was written
  int read(int number, int[] target) {
    int address = addresses.get(number) - 1;
    byte[] page = bytes.page(address);
    int at = address & PagedBytes.MASK;
    if (page[at] == 0) {
      return readWhole(page, at + 1, target);
    }
    long distance = varint(page, at);
    at += sizeOf(distance);
    long droppedMask = varint(page, at);
    at += sizeOf(droppedMask);
    long explicitMask = varint(page, at);
    at += sizeOf(explicitMask);

    int baseAddress = addresses.get(number - (int) distance) - 1;
    byte[] basePage = bytes.page(baseAddress);
    int baseAt = (baseAddress & PagedBytes.MASK) + 1;
    int baseCount = (int) varint(basePage, baseAt);
    baseAt += sizeOf(baseCount);
    int count = baseCount - Long.bitCount(droppedMask) + Long.bitCount(explicitMask);
    if (count > target.length) {
      return count;
    }
    for (int i = 0; i < count; i++) {
      if ((explicitMask & 1) != 0) {
        int b = page[at++];
        int pair = b & 0x7f;
        for (int shift = 7; b < 0; shift += 7) {
          b = page[at++];
          pair |= (b & 0x7f) << shift;
        }
        target[i] = pair;
      } else {
        while ((droppedMask & 1) != 0) {
          while (basePage[baseAt++] < 0) {}
          droppedMask >>>= 1;
        }
        int b = basePage[baseAt++];
        int pair = b & 0x7f;
        for (int shift = 7; b < 0; shift += 7) {
          b = basePage[baseAt++];
          pair |= (b & 0x7f) << shift;
        }
        target[i] = pair;
        droppedMask >>>= 1;
      }
      explicitMask >>>= 1;
    }
    return count;
  }

  private static int readWhole(byte[] page, int start, int[] target) {
    int count = (int) varint(page, start);
    if (count > target.length) {
      return count;
    }
    int at = start + sizeOf(count);
    for (int i = 0; i < count; i++) {
      int b = page[at++];
      int pair = b & 0x7f;
      for (int shift = 7; b < 0; shift += 7) {
        b = page[at++];
        pair |= (b & 0x7f) << shift;
      }
      target[i] = pair;
    }
    return count;
  }

  private static int putVarint(byte[] target, int start, long value) {
    int at = start;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    return at;
  }

  private static long varint(byte[] page, int start) {
    long value = 0;
    for (int at = start, shift = 0; ; at++, shift += 7) {
      value |= (long) (page[at] & 0x7f) << shift;
      if (page[at] >= 0) {
        return value;
      }
    }
  }

  private static int sizeOf(long value) {
    return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
  }

  /// Memory held.
  long bytes() {
    return bytes.bytes() + addresses.bytes() + BASES * 16L * 4;
  }
}
