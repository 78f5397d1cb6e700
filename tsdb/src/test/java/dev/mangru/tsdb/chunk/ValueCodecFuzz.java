package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.lang.foreign.MemorySegment;

/// For a fuzzer: any bytes are values or malformed, and values come back.
final class ValueCodecFuzz {

  private ValueCodecFuzz() {}

  /// Two bytes of count, then an encoding, or what is none.
  static void fuzz(byte[] data) {
    if (data.length < 2) {
      return;
    }
    ValueCodec codec = new ValueCodec();
    int count = Mutations.count(data);
    double[] values = new double[count];
    try {
      codec.decode(MemorySegment.ofArray(data), 2, data.length - 2, count, values, 0);
    } catch (MalformedBytesException e) {
      assertThat(e.offset()).isBetween(0L, (long) data.length);
      return;
    }
    ByteWriter out = new ByteWriter(16);
    codec.encode(bits(values), 0, count, out);
    double[] back = new double[count];
    codec.decode(MemorySegment.ofArray(out.toByteArray()), 0, out.length(), count, back, 0);
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
