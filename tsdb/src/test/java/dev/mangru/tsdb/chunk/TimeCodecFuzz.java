package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.lang.foreign.MemorySegment;

/// For a fuzzer: any bytes are times or malformed, and times come back.
final class TimeCodecFuzz {

  private TimeCodecFuzz() {}

  /// Two bytes of count, then an encoding, or what is none.
  static void fuzz(byte[] data) {
    if (data.length < 2) {
      return;
    }
    int count = Mutations.count(data);
    long[] times = new long[count];
    try {
      TimeCodec.decode(MemorySegment.ofArray(data), 2, data.length - 2, count, times, 0);
    } catch (MalformedBytesException e) {
      assertThat(e.offset()).isBetween(0L, (long) data.length);
      return;
    }
    ByteWriter out = new ByteWriter(16);
    TimeCodec.encode(times, 0, count, out);
    long[] back = new long[count];
    TimeCodec.decode(MemorySegment.ofArray(out.toByteArray()), 0, out.length(), count, back, 0);
    assertThat(back).isEqualTo(times);
  }
}
