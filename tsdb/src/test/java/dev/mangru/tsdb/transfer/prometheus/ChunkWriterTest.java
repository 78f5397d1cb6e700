package dev.mangru.tsdb.transfer.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkWriterTest {

  private static final long[] STEPS = {1, 15_000, 15_001, 8_192, 70_000, 600_000, 1L << 40};

  /// What was written, read again.
  private static final class Written implements ChunkWriter.Target {
    private final SampleColumns samples = new SampleColumns();
    private final List<Integer> encodings = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();

    @Override
    public void chunk(int encoding, long minMs, long maxMs, byte[] bytes, int length)
        throws IOException {
      byte[] chunk = new byte[length + 1];
      chunk[0] = (byte) encoding;
      System.arraycopy(bytes, 0, chunk, 1, length);
      int before = samples.count();
      ChunkReader.read(chunk, chunk.length, Path.of("written"), 0, samples);
      assertThat(samples.timesMs()[before]).isEqualTo(minMs);
      assertThat(samples.timesMs()[samples.count() - 1]).isEqualTo(maxMs);
      encodings.add(encoding);
      counts.add(samples.count() - before);
    }
  }

  private static Written written(SampleColumns samples) throws IOException {
    Written written = new Written();
    new ChunkWriter().write(samples, written);
    return written;
  }

  private static double value(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(100);
      case 1 -> random.nextGaussian();
      case 2 -> Double.longBitsToDouble(random.nextLong());
      case 3 -> StaleMarker.VALUE;
      case 4 -> Double.POSITIVE_INFINITY;
      default -> 1;
    };
  }

  @Seeds(200)
  void floats_come_back_bit_for_bit(long seed) throws Exception {
    Random random = new Random(seed);
    SampleColumns samples = new SampleColumns();
    long time = random.nextLong() >> 20;
    int count = random.nextInt(1000);
    for (int i = 0; i < count; i++) {
      samples.add(time, value(random));
      time += STEPS[random.nextInt(STEPS.length)];
    }
    Written written = written(samples);
    assertThat(written.samples.count()).isEqualTo(count);
    assertThat(Arrays.copyOf(written.samples.timesMs(), count))
        .containsExactly(Arrays.copyOf(samples.timesMs(), count));
    for (int i = 0; i < count; i++) {
      assertThat(Double.doubleToRawLongBits(written.samples.values()[i]))
          .isEqualTo(Double.doubleToRawLongBits(samples.values()[i]));
    }
    assertThat(written.counts).allMatch(each -> each <= ChunkWriter.MAX_SAMPLES);
    assertThat(written.encodings).allMatch(each -> each == ChunkWriter.XOR);
  }

  private static long[] counts(Random random, int size, boolean integer) {
    long[] counts = new long[size];
    for (int i = 0; i < size; i++) {
      counts[i] = count(random, integer);
    }
    return counts;
  }

  private static long count(Random random, boolean integer) {
    long number = random.nextInt(4) == 0 ? random.nextLong() >>> 8 : random.nextInt(1000);
    return integer ? number : Double.doubleToRawLongBits(number / 4.0);
  }

  private static NativeHistogram histogram(Random random, boolean integer, int shape) {
    boolean custom = shape == 3;
    NativeHistogram.Builder builder =
        NativeHistogram.builder(integer)
            .resetHint(List.of(ResetHint.values()).get(random.nextInt(4)))
            .schema(custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : shape - 1)
            .total(count(random, integer), random.nextGaussian())
            .positive(
                new int[] {custom ? 0 : -5, 2, 3, 1 + shape}, counts(random, 3 + shape, integer));
    if (custom) {
      return builder
          .customBounds(new double[] {0.005, 1.0 / 3, 0.5, 1, 2.5, 5, 10, 1e9, 1e12})
          .build();
    }
    return builder
        .zero(List.of(0.0, 0x1p-128, 1e-3).get(shape), count(random, integer))
        .negative(new int[] {1, shape}, counts(random, shape, integer))
        .build();
  }

  private static NativeHistogram grown(NativeHistogram from, Random random, boolean integer) {
    long[] positive = from.positiveCounts().clone();
    for (int i = 0; i < positive.length; i++) {
      long more = random.nextInt(5);
      positive[i] =
          integer
              ? positive[i] + more
              : Double.doubleToRawLongBits(Double.longBitsToDouble(positive[i]) + more);
    }
    return NativeHistogram.builder(integer)
        .resetHint(from.resetHint())
        .schema(from.schema())
        .zero(from.zeroThreshold(), from.zeroCount())
        .total(from.count(), from.sum() + 1)
        .positive(from.positiveSpans(), positive)
        .negative(from.negativeSpans(), from.negativeCounts())
        .customBounds(from.customBounds())
        .build();
  }

  /// What a reader may take a written histogram for: a hint in the middle of a chunk says that
  /// nothing began anew, which is true there; and what the writer was sure of is not sent.
  private static boolean sameButForHints(NativeHistogram left, NativeHistogram right) {
    if (left.stale() || right.stale()) {
      return left.stale() && right.stale() && left.integer() == right.integer();
    }
    boolean gauge = left.resetHint() == ResetHint.GAUGE;
    return gauge == (right.resetHint() == ResetHint.GAUGE)
        && withoutHint(left).equals(withoutHint(right));
  }

  private static NativeHistogram withoutHint(NativeHistogram from) {
    return NativeHistogram.builder(from.integer())
        .schema(from.schema())
        .zero(from.zeroThreshold(), from.zeroCount())
        .total(from.count(), from.sum())
        .positive(from.positiveSpans(), from.positiveCounts())
        .negative(from.negativeSpans(), from.negativeCounts())
        .customBounds(from.customBounds())
        .build();
  }

  @Seeds(200)
  void histograms_come_back_as_they_were(long seed) throws Exception {
    Random random = new Random(seed);
    SampleColumns samples = new SampleColumns();
    long time = 1_700_000_000_000L;
    int count = 1 + random.nextInt(300);
    boolean integer = random.nextBoolean();
    NativeHistogram last = histogram(random, integer, random.nextInt(4));
    for (int i = 0; i < count; i++) {
      time += STEPS[random.nextInt(STEPS.length)];
      switch (random.nextInt(40)) {
        case 0 -> last = histogram(random, integer, random.nextInt(4));
        case 1 -> {
          integer = !integer;
          last = histogram(random, integer, random.nextInt(4));
        }
        case 2 -> {
          samples.add(
              time,
              SampleCursor.NO_START,
              StaleMarker.VALUE,
              NativeHistogram.builder(integer).total(0, StaleMarker.VALUE).build());
          continue;
        }
        case 3 -> {
          samples.add(time, value(random));
          continue;
        }
        default -> last = grown(last, random, integer);
      }
      samples.add(time, SampleCursor.NO_START, last.sum(), last);
    }
    SampleColumns back = written(samples).samples;
    assertThat(back.count()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertThat(back.timesMs()[i]).isEqualTo(samples.timesMs()[i]);
      NativeHistogram expected = samples.histogram(i);
      NativeHistogram found = back.histogram(i);
      if (expected == null) {
        assertThat(found).isNull();
      } else {
        assertThat(found).isNotNull();
        assertThat(sameButForHints(expected, found)).as(expected + " is read as " + found).isTrue();
      }
    }
  }

  @Test
  void a_chunk_of_histograms_ends_where_a_count_falls_or_a_reset_is_told() throws Exception {
    SampleColumns samples = new SampleColumns();
    long[][] buckets = {{1, 2}, {2, 2}, {1, 2}, {3, 3}, {4, 4}};
    ResetHint[] hints = {
      ResetHint.UNKNOWN, ResetHint.UNKNOWN, ResetHint.UNKNOWN, ResetHint.RESET, ResetHint.NO_RESET
    };
    for (int i = 0; i < buckets.length; i++) {
      NativeHistogram histogram =
          NativeHistogram.builder(true)
              .resetHint(hints[i])
              .total(buckets[i][0] + buckets[i][1], 1)
              .positive(new int[] {0, 2}, buckets[i])
              .build();
      samples.add(1000L * i, SampleCursor.NO_START, 1, histogram);
    }
    Written written = written(samples);
    assertThat(written.counts).containsExactly(2, 1, 2);
    assertThat(written.samples.histogram(1))
        .isNotNull()
        .extracting(NativeHistogram::resetHint)
        .isEqualTo(ResetHint.NO_RESET);
  }
}
