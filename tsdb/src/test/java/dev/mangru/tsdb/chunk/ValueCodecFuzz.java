package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// For a fuzzer: any bytes are values or malformed, and values come back.
public final class ValueCodecFuzz {

  /// Reused from input to input, as cursors reuse theirs: only one thread fuzzes.
  private static final ValueCodec CODEC = new ValueCodec();

  private static final ByteWriter OUT = new ByteWriter(1 << 14);

  private ValueCodecFuzz() {}

  /// Columns of many kinds.
  public static List<byte[]> seeds() {
    Random random = new Random(7);
    List<byte[]> seeds = new ArrayList<>();
    ValueCodec codec = new ValueCodec();
    ColumnMaker maker = new ColumnMaker(random);
    for (int i = 0; i < 100; i++) {
      ByteWriter out = new ByteWriter(16);
      int count = 1 + random.nextInt(60);
      codec.encode(maker.values(count), 0, count, out);
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
    double[] values = new double[count];
    try {
      CODEC.decode(MemorySegment.ofArray(data), 2, data.length - 2, count, values, 0);
    } catch (MalformedBytesException e) {
      assertThat(e.offset()).isBetween(0L, (long) data.length);
      return;
    }
    ByteWriter out = OUT.clear();
    CODEC.encode(bits(values), 0, count, out);
    double[] back = new double[count];
    CODEC.decode(MemorySegment.ofArray(out.toByteArray()), 0, out.length(), count, back, 0);
    assertThat(bits(back)).isEqualTo(bits(values));
  }

  private static long[] bits(double[] values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(values[i]);
    }
    return bits;
  }
}
