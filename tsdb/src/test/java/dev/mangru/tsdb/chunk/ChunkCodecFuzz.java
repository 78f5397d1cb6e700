package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// For a fuzzer: any bytes are a chunk or malformed, and the samples of a chunk come back.
public final class ChunkCodecFuzz {

  /// Reused from input to input, as cursors reuse theirs: only one thread fuzzes.
  private static final ChunkCodec CODEC = new ChunkCodec();

  private static final ByteWriter OUT = new ByteWriter(1 << 14);

  private ChunkCodecFuzz() {}

  /// Columns of many kinds.
  public static List<byte[]> seeds() {
    Random random = new Random(7);
    List<byte[]> seeds = new ArrayList<>();
    ChunkCodec codec = new ChunkCodec();
    for (int i = 0; i < 100; i++) {
      ByteWriter out = new ByteWriter(16);
      SampleColumns samples = ChunkCodecTest.samples(random, 40);
      codec.encode(samples, 0, samples.count(), out);
      seeds.add(Mutations.input(samples.count(), out.toByteArray()));
    }
    return seeds;
  }

  /// Two bytes of count, then an encoding, or what is none.
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 2) {
      return;
    }
    int count = Mutations.count(data);
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] = 1_790_000_000_000L + i * 15_000L;
    }
    SampleColumns samples = new SampleColumns();
    try {
      MemorySegment bytes = MemorySegment.ofArray(data);
      CODEC.decode(bytes, 2, data.length - 2, times, 0, count, samples);
    } catch (MalformedBytesException e) {
      assertThat(e.offset()).isBetween(0L, (long) data.length);
      assertThat(samples.count()).isZero();
      return;
    }
    ByteWriter out = OUT.clear();
    CODEC.encode(samples, 0, count, out);
    SampleColumns back = new SampleColumns();
    MemorySegment again = MemorySegment.ofArray(out.toByteArray());
    CODEC.decode(again, 0, out.length(), times, 0, count, back);
    assertThat(back.count()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertThat(Double.doubleToRawLongBits(back.values()[i]))
          .isEqualTo(Double.doubleToRawLongBits(samples.values()[i]));
      assertThat(back.startMs(i)).isEqualTo(samples.startMs(i));
      assertThat(back.histogram(i)).isEqualTo(samples.histogram(i));
    }
  }
}
