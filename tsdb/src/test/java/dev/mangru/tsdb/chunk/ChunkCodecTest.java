package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkCodecTest {

  private final ChunkCodec codec = new ChunkCodec();

  @Seeds(500)
  void samples_of_every_kind_come_back(long seed) {
    Random random = new Random(seed);
    assertRoundTrip(codec, samples(random, 1 + random.nextInt(1 + (int) seed)), random);
  }

  /// Floats, histograms or both, with start timestamps or without.
  static SampleColumns samples(Random random, int atMost) {
    ColumnMaker maker = new ColumnMaker(random);
    int count = Math.min(maker.count(), Math.min(atMost, ChunkCodec.MAX_SAMPLES));
    long[] times = maker.times(count);
    long[] values = maker.values(count);
    int histograms = random.nextInt(4);
    int starts = random.nextInt(4);
    boolean integer = random.nextBoolean();
    int buckets = random.nextInt(12);
    SampleColumns samples = new SampleColumns();
    for (int i = 0; i < count; i++) {
      long startMs =
          switch (starts) {
            case 0 -> 0;
            case 1 -> times[0] - 5_000;
            case 2 -> times[i] - 15_000;
            default -> random.nextInt(3) == 0 ? random.nextLong() : 0;
          };
      buckets += random.nextInt(40) == 0 ? 1 : 0;
      if (histograms == 1 || (histograms == 2 && random.nextBoolean())) {
        NativeHistogram histogram =
            maker.histogram(integer ^ random.nextInt(30) == 0, buckets, 10L * i);
        samples.add(times[i], startMs, histogram.sum(), histogram);
      } else {
        samples.add(times[i], startMs, Double.longBitsToDouble(values[i]), null);
      }
    }
    return samples;
  }

  private static void assertRoundTrip(ChunkCodec codec, SampleColumns samples, Random random) {
    int from = random.nextInt(samples.count());
    int to = from + 1 + random.nextInt(samples.count() - from);
    ByteWriter out = new ByteWriter(16);
    codec.encode(samples, from, to, out);
    SampleColumns back = new SampleColumns();
    int before = random.nextInt(3);
    for (int i = 0; i < before; i++) {
      back.add(i, i);
    }
    MemorySegment bytes = MemorySegment.ofArray(out.toByteArray());
    codec.decode(bytes, 0, out.length(), samples.timesMs(), from, to - from, back);

    assertThat(back.count()).isEqualTo(before + to - from);
    for (int i = 0; i < back.count(); i++) {
      if (i < before) {
        assertThat(back.values()[i]).isEqualTo(i);
        continue;
      }
      int at = from + i - before;
      assertThat(back.timesMs()[i]).isEqualTo(samples.timesMs()[at]);
      assertThat(back.startMs(i)).isEqualTo(samples.startMs(at));
      assertThat(back.histogram(i)).isEqualTo(samples.histogram(at));
      assertThat(Double.doubleToRawLongBits(back.values()[i]))
          .isEqualTo(Double.doubleToRawLongBits(samples.values()[at]));
    }
  }

  @Test
  void histograms_of_very_many_buckets_come_back() {
    Random random = new Random(4);
    ColumnMaker maker = new ColumnMaker(random);
    for (boolean integer : new boolean[] {true, false}) {
      SampleColumns samples = new SampleColumns();
      for (int i = 0; i < 300; i++) {
        NativeHistogram histogram = maker.histogram(integer, 4_000, i);
        samples.add(i, 0, histogram.sum(), histogram);
      }
      assertRoundTrip(codec, samples, random);
      ByteWriter out = new ByteWriter(16);
      codec.encode(samples, 0, 300, out);
      SampleColumns back = new SampleColumns();
      MemorySegment bytes = MemorySegment.ofArray(out.toByteArray());
      codec.decode(bytes, 0, out.length(), samples.timesMs(), 0, 300, back);
      assertThat(back.histogram(299)).isEqualTo(samples.histogram(299));
    }
  }

  @Test
  void what_does_not_change_costs_one_to_nine_bytes() {
    assertThat(sizeOfConstant(0)).isEqualTo(1);
    assertThat(sizeOfConstant(111)).isEqualTo(1);
    assertThat(sizeOfConstant(-1)).isEqualTo(2);
    assertThat(sizeOfConstant(270_336)).isEqualTo(4);
    assertThat(sizeOfConstant(0.5)).isEqualTo(3);
    assertThat(sizeOfConstant(0.1f)).isEqualTo(5);
    assertThat(sizeOfConstant(536_870_912)).isEqualTo(5);
    assertThat(sizeOfConstant(1_700_000_037)).isEqualTo(6);
    assertThat(sizeOfConstant(StaleMarker.VALUE)).isEqualTo(1);
    assertThat(sizeOfConstant(Double.NEGATIVE_INFINITY)).isEqualTo(1);
    assertThat(sizeOfConstant(Math.PI)).isEqualTo(9);
  }

  private int sizeOfConstant(double value) {
    SampleColumns samples = new SampleColumns();
    for (int i = 0; i < 100; i++) {
      samples.add(i, value);
    }
    ByteWriter out = new ByteWriter(16);
    codec.encode(samples, 0, 100, out);
    return out.length();
  }

  @Test
  void a_series_that_ends_pays_two_bytes_for_its_stale_marker() {
    SampleColumns samples = new SampleColumns();
    for (int i = 0; i < 100; i++) {
      samples.add(i, i);
    }
    ByteWriter out = new ByteWriter(16);
    codec.encode(samples, 0, 100, out);
    int without = out.length();
    samples.add(100, StaleMarker.VALUE);
    codec.encode(samples, 0, 101, out.clear());
    assertThat(out.length()).isEqualTo(without + 2);
  }

  @Test
  void a_chunk_of_no_or_too_many_samples_is_refused() {
    ByteWriter out = new ByteWriter(16);
    SampleColumns none = new SampleColumns();
    assertThatThrownBy(() -> codec.encode(none, 0, 0, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a chunk has 1 to 1024 samples, not 0");
    MemorySegment bytes = MemorySegment.ofArray(new byte[1]);
    assertThatThrownBy(() -> codec.decode(bytes, 0, 1, new long[2_000], 0, 1_025, none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a chunk has 1 to 1024 samples, not 1025");
  }

  @Test
  void bytes_behind_a_chunk_and_missing_ones_are_noticed() {
    SampleColumns samples = new SampleColumns();
    for (int i = 0; i < 50; i++) {
      samples.add(i, i * i * 1.5);
    }
    ByteWriter out = new ByteWriter(16);
    codec.encode(samples, 0, 50, out);
    int length = out.length();
    out.u8(0);
    MemorySegment bytes = MemorySegment.ofArray(out.toByteArray());
    long[] times = samples.timesMs();
    SampleColumns back = new SampleColumns();
    assertThatThrownBy(() -> codec.decode(bytes, 0, length + 1, times, 0, 50, back))
        .isInstanceOf(MalformedBytesException.class)
        .hasMessageContaining("expected the end, found 1 more bytes");
    assertThatThrownBy(() -> codec.decode(bytes, 0, length - 1, times, 0, 50, back))
        .isInstanceOf(MalformedBytesException.class);
    assertThat(back.count()).isZero();
    codec.decode(bytes, 0, length, times, 0, 50, back);
    assertThat(back.count()).isEqualTo(50);
  }
}
