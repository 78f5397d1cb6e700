package dev.mangru.tsdb.chunk;

import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.SegmentReader;
import java.lang.foreign.MemorySegment;

/// A column of times, in milliseconds or any other longs: exact, whatever they are. Thread-safe:
/// nothing is kept.
public final class TimeCodec {

  private TimeCodec() {}

  /// Writes `times[from, from + count)`; the count is not among the bytes.
  ///
  /// @param count 0 to [ChunkCodec#MAX_SAMPLES]
  public static void encode(long[] times, int from, int count, ByteWriter out) {
    long previous = 0;
    for (int i = from; i < from + count; i++) {
      out.zigZag(times[i] - previous);
      previous = times[i];
    }
  }

  /// Reads `count` times from exactly `length` bytes to `target[at, at + count)`.
  ///
  /// @throws dev.mangru.tsdb.codec.MalformedBytesException if the bytes are not what [#encode]
  ///   writes for so many times
  public static void decode(
      MemorySegment in, long offset, int length, int count, long[] target, int at) {
    SegmentReader reader = new SegmentReader(in, offset, length);
    long previous = 0;
    for (int i = at; i < at + count; i++) {
      previous += reader.zigZag();
      target[i] = previous;
    }
    reader.expectEnd();
  }
}
