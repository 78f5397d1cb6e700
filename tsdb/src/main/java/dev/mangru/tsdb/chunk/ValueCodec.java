package dev.mangru.tsdb.chunk;

import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.SegmentReader;
import java.lang.foreign.MemorySegment;

/// A column of doubles, exact to the bit. Confined to one thread: holds scratch arrays.
public final class ValueCodec {

  private final SegmentReader reader = new SegmentReader();

  /// A codec of its own scratch arrays.
  public ValueCodec() {}

  /// Writes `bits[from, from + count)`, raw bits of doubles; the count is not among the bytes.
  ///
  /// @param count 0 to [ChunkCodec#MAX_SAMPLES]
  public void encode(long[] bits, int from, int count, ByteWriter out) {
    for (int i = from; i < from + count; i++) {
      out.u64(bits[i]);
    }
  }

  /// Reads `count` values from exactly `length` bytes to `target[at, at + count)`.
  ///
  /// @throws dev.mangru.tsdb.codec.MalformedBytesException if the bytes are not what [#encode]
  ///   writes for so many values
  public void decode(
      MemorySegment in, long offset, int length, int count, double[] target, int at) {
    reader.reset(in, offset, length);
    decode(reader, count, target, at);
    reader.expectEnd();
  }

  void decode(SegmentReader from, int count, double[] target, int at) {
    for (int i = at; i < at + count; i++) {
      target[i] = Double.longBitsToDouble(from.u64());
    }
  }
}
