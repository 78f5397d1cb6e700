package dev.mangru.tsdb.block;

import dev.mangru.tsdb.chunk.ChunkCodec;
import dev.mangru.tsdb.chunk.TimeCodec;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The columns of times of a file that is being written, each stored once. Confined to one thread.
///
/// Series of one target have the same times: a column is recognised by the one used last, else by a
/// hash and then by its content, never by the hash alone. Encoded columns are kept in memory up to
/// [#KEPT_BYTES] and then written between the chunks; columns before that are not recognised any
/// more, which costs bytes and nothing else.
final class TimeColumns {

  /// A record: first time; last minus first (48 bits) and count - 1 (16); offset (48) and length
  /// (16).
  static final int RECORD_BYTES = 24;

  static final int LOW_BITS = 48;
  static final long LOW_MASK = (1L << LOW_BITS) - 1;

  /// Chosen: columns of a million series of ten thousand targets fit several times.
  private static final int KEPT_BYTES = 16 << 20;

  private final PageWriter out;
  private final ByteWriter records = new ByteWriter(4_096);
  private final ByteWriter kept = new ByteWriter(16_384);
  private final long[] newest = new long[ChunkCodec.MAX_SAMPLES];
  private final long[] candidate = new long[ChunkCodec.MAX_SAMPLES];
  private int newestCount;
  private int newestColumn = -1;
  private int columns;

  /// First column and first record whose bytes are in `kept`.
  private int firstKept;

  private long[] hashes = new long[1_024];
  private int[] slots = new int[1_024];
  private int[] keptAt = new int[1_024];
  private int[] keptLength = new int[1_024];
  private short[] keptCount = new short[1_024];

  TimeColumns(PageWriter out) {
    this.out = out;
  }

  int columns() {
    return columns;
  }

  /// The number of the column with these times, which ascend.
  int column(long[] times, int from, int count) {
    if (Arrays.equals(newest, 0, newestCount, times, from, from + count)) {
      return newestColumn;
    }
    long hash = hash(times, from, count);
    int slot = slot(hash);
    while (slots[slot] != 0) {
      int column = slots[slot] - 1;
      if (hashes[slot] == hash && same(column, times, from, count)) {
        return remember(column, times, from, count);
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    int column = add(times, from, count);
    if (column - firstKept >= slots.length / 2) {
      grow();
    }
    insert(hash, column);
    return remember(column, times, from, count);
  }

  private int remember(int column, long[] times, int from, int count) {
    System.arraycopy(times, from, newest, 0, count);
    newestCount = count;
    newestColumn = column;
    return column;
  }

  private static long hash(long[] times, int from, int count) {
    long hash = count;
    for (int i = from; i < from + count; i++) {
      hash = (Long.rotateLeft(hash, 23) ^ times[i]) * 0x9E3779B97F4A7C15L;
    }
    return hash ^ (hash >>> 29);
  }

  private int slot(long hash) {
    return (int) (hash ^ (hash >>> 32)) & (slots.length - 1);
  }

  private void insert(long hash, int column) {
    int slot = slot(hash);
    while (slots[slot] != 0) {
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = column + 1;
    hashes[slot] = hash;
  }

  private void grow() {
    long[] oldHashes = hashes;
    int[] oldSlots = slots;
    hashes = new long[oldHashes.length * 2];
    slots = new int[oldSlots.length * 2];
    for (int i = 0; i < oldSlots.length; i++) {
      if (oldSlots[i] != 0) {
        insert(oldHashes[i], oldSlots[i] - 1);
      }
    }
  }

  private boolean same(int column, long[] times, int from, int count) {
    int k = column - firstKept;
    if ((keptCount[k] & 0xffff) != count) {
      return false;
    }
    MemorySegment bytes = MemorySegment.ofBuffer(kept.toBuffer());
    TimeCodec.decode(bytes, keptAt[k], keptLength[k], count, candidate, 0);
    return Arrays.equals(candidate, 0, count, times, from, from + count);
  }

  private int add(long[] times, int from, int count) {
    long min = times[from];
    long span = times[from + count - 1] - min;
    if (span < 0 || span > LOW_MASK) {
      throw new IllegalArgumentException(
          "a chunk must span at most 2^48 ms, not " + min + " to " + times[from + count - 1]);
    }
    int k = columns - firstKept;
    if (k == keptAt.length) {
      keptAt = Arrays.copyOf(keptAt, k * 2);
      keptLength = Arrays.copyOf(keptLength, k * 2);
      keptCount = Arrays.copyOf(keptCount, k * 2);
    }
    int at = kept.length();
    TimeCodec.encode(times, from, count, kept);
    keptAt[k] = at;
    keptLength[k] = kept.length() - at;
    keptCount[k] = (short) count;
    if (keptLength[k] > 0xffff) {
      throw new IllegalStateException("a column of times of " + keptLength[k] + " bytes");
    }
    // The offset is from the start of the region until the region is written.
    records.u64(min).u64(span | (long) (count - 1) << LOW_BITS);
    records.u64(at | (long) keptLength[k] << LOW_BITS);
    return columns++;
  }

  /// Writes what is kept in memory if that is much. Between groups of the directory only: chunks of
  /// one group stand one after the other.
  void spillIfMany() throws IOException {
    if (kept.length() >= KEPT_BYTES) {
      spill();
    }
  }

  /// Writes what is kept in memory, and forgets it.
  private void spill() throws IOException {
    long base = out.write(kept).offset();
    ByteBuffer written = records.toBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int at = firstKept * RECORD_BYTES + 16; at < written.capacity(); at += RECORD_BYTES) {
      written.putLong(at, written.getLong(at) + base);
    }
    kept.clear();
    firstKept = columns;
    Arrays.fill(slots, 0);
    newestCount = 0;
  }

  /// Writes what is left, and gives the records.
  ByteWriter finish() throws IOException {
    spill();
    return records;
  }
}
