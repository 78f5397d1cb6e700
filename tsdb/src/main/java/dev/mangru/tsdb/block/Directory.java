package dev.mangru.tsdb.block;

import dev.mangru.tsdb.codec.ByteWriter;

/// The directory of a file that is being written: where each series' chunks are. Confined to one
/// thread.
///
/// Series come in groups of [#GROUP]; a group's header tells the first number, where its entries
/// and where its chunks begin. An entry is a varint: the chunk's length and, in the two lowest
/// bits, what differs from the entry before it.
final class Directory {

  /// Series in a group. Chosen: half a byte of header for each, and little to decode for one.
  static final int GROUP = 32;

  /// Bytes of a header: first number (32 bits), offset of the entries (32), of the chunks (64).
  static final int HEADER_BYTES = 16;

  /// The next series, the same column of times.
  static final int NEXT = 0;

  /// The next series; the column's distance follows.
  static final int NEXT_COLUMN = 1;

  /// A later series: its distance and the column's follow.
  static final int JUMP = 2;

  /// One more chunk of the same series; the column's distance follows.
  static final int MORE = 3;

  private final ByteWriter headers = new ByteWriter(16_384);
  private final ByteWriter entries = new ByteWriter(65_536);
  private int lastRef = -1;
  private int lastColumn;
  private int inGroup = GROUP;
  private int series;
  private long chunks;

  /// The series added last, or -1.
  int lastRef() {
    return lastRef;
  }

  int series() {
    return series;
  }

  long chunks() {
    return chunks;
  }

  /// Whether a chunk of `ref` would begin a group.
  boolean beginsGroup(int ref) {
    return ref != lastRef && inGroup == GROUP;
  }

  /// Adds a chunk of a series; chunks of a group stand one after the other.
  void add(int ref, long offset, int length, int column) {
    if (beginsGroup(ref)) {
      headers.u32(ref).u32(entries.length()).u64(offset);
      inGroup = 0;
      lastColumn = 0;
      lastRef = ref - 1;
    }
    long head = (long) length << 2;
    if (ref == lastRef) {
      entries.varint(head | MORE).zigZag((long) column - lastColumn);
    } else {
      inGroup++;
      series++;
      if (ref - lastRef > 1) {
        entries.varint(head | JUMP).varint((long) ref - lastRef);
        entries.zigZag((long) column - lastColumn);
      } else if (column == lastColumn) {
        entries.varint(head | NEXT);
      } else {
        entries.varint(head | NEXT_COLUMN).zigZag((long) column - lastColumn);
      }
    }
    lastRef = ref;
    lastColumn = column;
    chunks++;
  }

  ByteWriter headers() {
    return headers;
  }

  ByteWriter entries() {
    return entries;
  }
}
