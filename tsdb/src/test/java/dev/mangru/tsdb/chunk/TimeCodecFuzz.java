package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// For a fuzzer: any bytes are times or malformed, and times come back.
public final class TimeCodecFuzz {

  private TimeCodecFuzz() {}

  /// Columns of many kinds.
  public static List<byte[]> seeds() {
    Random random = new Random(7);
    List<byte[]> seeds = new ArrayList<>();
    ColumnMaker maker = new ColumnMaker(random);
    for (int i = 0; i < 100; i++) {
      ByteWriter out = new ByteWriter(16);
      int count = 1 + random.nextInt(60);
      long[] column = i % 2 == 0 ? maker.times(count) : maker.longs(count);
      TimeCodec.encode(column, 0, count, out);
      seeds.add(Mutations.input(count, out.toByteArray()));
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
