package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.lang.foreign.MemorySegment;

/// For a fuzzer: any bytes are a chunk or malformed, and the samples of a chunk come back.
final class ChunkCodecFuzz {

  private ChunkCodecFuzz() {}

  /// Two bytes of count, then an encoding, or what is none.
  static void fuzz(byte[] data) {
    if (data.length < 2) {
      return;
    }
    ChunkCodec codec = new ChunkCodec();
    int count = Mutations.count(data);
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] = 1_790_000_000_000L + i * 15_000L;
    }
    SampleColumns samples = new SampleColumns();
    try {
      MemorySegment bytes = MemorySegment.ofArray(data);
      codec.decode(bytes, 2, data.length - 2, times, 0, count, samples);
    } catch (MalformedBytesException e) {
      assertThat(e.offset()).isBetween(0L, (long) data.length);
      assertThat(samples.count()).isZero();
      return;
    }
    ByteWriter out = new ByteWriter(16);
    codec.encode(samples, 0, count, out);
    SampleColumns back = new SampleColumns();
    MemorySegment again = MemorySegment.ofArray(out.toByteArray());
    codec.decode(again, 0, out.length(), times, 0, count, back);
    assertThat(back.count()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertThat(Double.doubleToRawLongBits(back.values()[i]))
          .isEqualTo(Double.doubleToRawLongBits(samples.values()[i]));
      assertThat(back.startMs(i)).isEqualTo(samples.startMs(i));
      assertThat(back.histogram(i)).isEqualTo(samples.histogram(i));
    }
  }
}
