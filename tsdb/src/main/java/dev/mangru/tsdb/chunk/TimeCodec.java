package dev.mangru.tsdb.chunk;

import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.foreign.MemorySegment;

/// A column of times, in milliseconds or any other longs: exact, whatever they are. Scrapes in step
/// cost next to nothing, a late one about two bytes. Thread-safe: nothing is kept.
public final class TimeCodec {

  private TimeCodec() {}

  /// Writes `times[from, from + count)`; the count is not among the bytes.
  ///
  /// @param count 0 to [ChunkCodec#MAX_SAMPLES]
  public static void encode(long[] times, int from, int count, ByteWriter out) {
    new ColumnEncoder(count).write(times, from, count, true, out);
  }

  /// Reads `count` times from exactly `length` bytes to `target[at, at + count)`.
  ///
  /// @throws dev.mangru.tsdb.codec.MalformedBytesException if the bytes are not what [#encode]
  ///   writes for so many times
  public static void decode(
      MemorySegment in, long offset, int length, int count, long[] target, int at) {
    ChunkBytes reader = new ChunkBytes();
    reader.load(in, offset, length);
    ColumnDecoder.decode(reader, count, target, at);
    reader.expectEnd();
  }
}
