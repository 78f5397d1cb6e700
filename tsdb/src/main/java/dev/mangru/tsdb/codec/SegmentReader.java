package dev.mangru.tsdb.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads what [ByteWriter] wrote out of a memory segment, mapped or not, checking every length
/// before it is used. Confined to one thread; reused by [#reset].
///
/// Wrong bytes are a [MalformedBytesException].
public final class SegmentReader {

  /// Eight bytes at any address, little-endian.
  public static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Four bytes at any address, little-endian.
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private MemorySegment segment;
  private long position;
  private long end;

  /// A reader of nothing, until [#reset].
  public SegmentReader() {
    this(MemorySegment.NULL, 0, 0);
  }

  /// Reads `length` bytes of `segment` from `offset` on.
  ///
  /// @throws MalformedBytesException if the segment does not have them
  public SegmentReader(MemorySegment segment, long offset, long length) {
    checkInside(segment, offset, length);
    this.segment = segment;
    this.position = offset;
    this.end = offset + length;
  }

  /// Goes on with `length` bytes of `segment` from `offset` on.
  ///
  /// @throws MalformedBytesException if the segment does not have them
  public void reset(MemorySegment next, long offset, long length) {
    checkInside(next, offset, length);
    segment = next;
    position = offset;
    end = offset + length;
  }

  private static void checkInside(MemorySegment segment, long offset, long length) {
    if (offset < 0 || length < 0 || length > segment.byteSize() - offset) {
      throw new MalformedBytesException(
          offset, length + " bytes", "a segment of " + segment.byteSize() + " bytes");
    }
  }

  /// What is read from.
  public MemorySegment segment() {
    return segment;
  }

  /// Place of the next byte in the segment.
  public long position() {
    return position;
  }

  /// Bytes not yet read.
  public long remaining() {
    return end - position;
  }

  /// One byte, 0 to 255.
  public int u8() {
    need(1);
    return segment.get(ValueLayout.JAVA_BYTE, position++) & 0xff;
  }

  /// The next byte, 0 to 255, which stays the next.
  public int peek() {
    need(1);
    return segment.get(ValueLayout.JAVA_BYTE, position) & 0xff;
  }

  /// Four bytes, little-endian.
  public int u32() {
    need(4);
    int value = segment.get(INT, position);
    position += 4;
    return value;
  }

  /// Eight bytes, little-endian.
  public long u64() {
    need(8);
    long value = segment.get(LONG, position);
    position += 8;
    return value;
  }

  /// An unsigned varint.
  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      need(1);
      byte b = segment.get(ValueLayout.JAVA_BYTE, position++);
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number of at most 10 bytes", "more");
  }

  /// A signed varint.
  public long zigZag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /// A varint that must be from 0 to `limit`.
  public int atMost(int limit, String what) {
    long value = varint();
    if (value < 0 || value > limit) {
      throw malformed("at most " + limit + " " + what, Long.toUnsignedString(value));
    }
    return (int) value;
  }

  /// Passes over `bytes` bytes and gives the place where they begin.
  public long skip(long bytes) {
    need(bytes);
    long start = position;
    position += bytes;
    return start;
  }

  /// Says that nothing may be left.
  public void expectEnd() {
    if (position != end) {
      throw malformed("the end", remaining() + " more bytes");
    }
  }

  /// The exception for what was found here.
  public MalformedBytesException malformed(String expected, String found) {
    return new MalformedBytesException(position, expected, found);
  }

  private void need(long bytes) {
    if (bytes < 0 || end - position < bytes) {
      throw malformed(bytes + " more bytes", remaining() + " bytes");
    }
  }
}
