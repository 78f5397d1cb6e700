package dev.mangru.tsdb.v1.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkTest {

  @Test
  void the_worked_example_of_the_format_holds() {
    ChunkEncoder encoder = new ChunkEncoder();
    encoder.append(1_000, Double.doubleToRawLongBits(1));
    encoder.append(2_000, Double.doubleToRawLongBits(1));
    encoder.append(3_000, Double.doubleToRawLongBits(1.5));
    assertThat(HexFormat.of().formatHex(encoder.close().bytes()))
        .isEqualTo("00000000000003e83ff000000000000083e83603");
  }

  /// Times and values of every shape come back bit for bit, also from a snapshot taken while the
  /// chunk goes on growing.
  @Seeds(500)
  void samples_come_back_bit_for_bit(long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(ChunkEncoder.MAX_SAMPLES);
    long[] times = new long[count];
    long[] bits = new long[count];
    ChunkEncoder encoder = new ChunkEncoder();
    Chunk snapshot = null;
    long time =
        random.nextInt(5) == 0 ? Long.MIN_VALUE + random.nextInt(9) : random.nextLong(1L << 42);
    int shape = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      times[i] = time;
      bits[i] = bits(random, shape, i == 0 ? 0 : bits[i - 1]);
      encoder.append(times[i], bits[i]);
      if (i == count / 2) {
        snapshot = encoder.snapshot();
      }
      long step = 1L << random.nextInt(random.nextInt(20) == 0 ? 50 : 16);
      time += random.nextBoolean() ? 15_000 : step;
    }
    assertSamples(encoder.close(), times, bits, count);
    assertSamples(snapshot, times, bits, count / 2 + 1);
  }

  private static long bits(Random random, int shape, long previous) {
    return switch (random.nextInt(6)) {
      case 0 -> previous;
      case 1 -> random.nextLong();
      case 2 -> random.nextInt(3) == 0 ? StaleMarker.BITS : 0x7ff8000000000000L | random.nextInt();
      default ->
          switch (shape) {
            case 0 -> Double.doubleToRawLongBits(random.nextInt(1_000));
            case 1 -> Double.doubleToRawLongBits(random.nextGaussian());
            case 2 -> previous ^ (1L << random.nextInt(64));
            default -> Double.doubleToRawLongBits(Double.longBitsToDouble(previous) + 1);
          };
    };
  }

  private static void assertSamples(Chunk chunk, long[] times, long[] bits, int count) {
    assertThat(chunk.count()).isEqualTo(count);
    assertThat(chunk.minMs()).isEqualTo(times[0]);
    assertThat(chunk.maxMs()).isEqualTo(times[count - 1]);
    ChunkDecoder decoder = chunk.decoder();
    for (int i = 0; i < count; i++) {
      assertThat(decoder.next()).isTrue();
      assertThat(decoder.timestampMs()).isEqualTo(times[i]);
      assertThat(decoder.valueBits()).isEqualTo(bits[i]);
      assertThat(Double.doubleToRawLongBits(decoder.value())).isEqualTo(bits[i]);
    }
    assertThat(decoder.next()).isFalse();
  }

  @Test
  void a_steady_gauge_takes_two_bits_a_sample() {
    ChunkEncoder encoder = new ChunkEncoder();
    for (int i = 0; i < ChunkEncoder.MAX_SAMPLES; i++) {
      encoder.append(15_000L * i, Double.doubleToRawLongBits(42));
    }
    assertThat(encoder.full()).isTrue();
    assertThat(encoder.close().bytes()).hasSizeLessThan(16 + 4 + ChunkEncoder.MAX_SAMPLES / 4 + 1);
  }
}
