package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.StaleMarker;
import java.util.List;
import java.util.Random;

/// Columns as monitoring makes them, and as nobody would: by seed.
final class ColumnMaker {

  private static final int[] INTERESTING_EXPONENTS = {0, 1, 2, 3, 6, 9, 12, 15, 18};

  private static final List<ResetHint> HINTS = List.of(ResetHint.values());

  private final Random random;

  ColumnMaker(Random random) {
    this.random = random;
  }

  /// Lengths: all small ones, the largest, and those between.
  int count() {
    return switch (random.nextInt(4)) {
      case 0 -> 1 + random.nextInt(12);
      case 1 -> 1 + random.nextInt(100);
      case 2 -> ChunkCodec.MAX_SAMPLES - random.nextInt(3);
      default -> 1 + random.nextInt(ChunkCodec.MAX_SAMPLES);
    };
  }

  /// Any longs.
  long[] longs(int count) {
    long[] column = new long[count];
    int shape = random.nextInt(10);
    int bits = 1 + random.nextInt(Long.SIZE);
    long level = random.nextBoolean() ? anyLong() : random.nextInt(1_000_000);
    long slope = random.nextBoolean() ? 15_000 : anyLong();
    long factor = random.nextInt(4) == 0 ? 1 + random.nextInt(5_000) : 1;
    int rare = 2 + random.nextInt(60);
    for (int i = 0; i < count; i++) {
      long noise = random.nextLong() >>> (Long.SIZE - bits);
      column[i] =
          switch (shape) {
            case 0 -> level;
            case 1 -> level + i * slope;
            case 2 -> level + noise * factor;
            case 3 -> level + i * slope + (random.nextInt(rare) == 0 ? noise : 0);
            case 4 -> level += noise * factor;
            case 5 -> level += random.nextInt(rare) == 0 ? noise * factor : 0;
            case 6 -> {
              level = random.nextInt(rare) == 0 ? 0 : level + noise;
              yield level;
            }
            case 7 -> random.nextInt(rare) == 0 ? anyLong() : level;
            case 8 -> {
              slope += noise % 7;
              level += slope;
              yield level;
            }
            default -> anyLong();
          };
    }
    return column;
  }

  private long anyLong() {
    return switch (random.nextInt(6)) {
      case 0 -> Long.MIN_VALUE + random.nextInt(3);
      case 1 -> Long.MAX_VALUE - random.nextInt(3);
      case 2 -> 1L << random.nextInt(Long.SIZE);
      case 3 -> random.nextInt(7) - 3;
      default -> random.nextLong();
    };
  }

  /// Ascending times, mostly on a grid.
  long[] times(int count) {
    long[] times = new long[count];
    long time = random.nextInt(8) == 0 ? Long.MIN_VALUE : 1_790_000_000_000L + random.nextInt();
    long interval = 1L + random.nextInt(60_000);
    int jitter = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(30);
    int rare = 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      time += random.nextInt(50) == 0 ? interval * random.nextInt(100) : interval;
      times[i] =
          time
              + (jitter > 0 && random.nextInt(rare) == 0 ? random.nextInt(2 * jitter) - jitter : 0);
    }
    return times;
  }

  /// Raw bits of doubles.
  long[] values(int count) {
    long[] bits = new long[count];
    int shape = random.nextInt(11);
    int exponent = INTERESTING_EXPONENTS[random.nextInt(INTERESTING_EXPONENTS.length)];
    double power = Math.pow(10, exponent);
    int digits = 1 + random.nextInt(17);
    int strange = random.nextInt(3) == 0 ? 1 + random.nextInt(40) : Integer.MAX_VALUE;
    long[] integers = longs(count);
    double walk = random.nextGaussian();
    double held = oneValue(digits, power);
    for (int i = 0; i < count; i++) {
      double value =
          switch (shape) {
            case 0 -> held;
            case 1 -> integers[i];
            case 2 -> integers[i] / power;
            case 3 -> random.nextLong((long) Math.pow(10, digits)) / power;
            case 4 -> walk += random.nextDouble();
            case 5 -> random.nextGaussian() * power;
            case 6 -> (float) random.nextGaussian();
            case 7 -> Double.longBitsToDouble(random.nextLong());
            case 8 -> {
              if (random.nextInt(20) == 0) {
                held = oneValue(digits, power);
              }
              yield held;
            }
            case 9 -> integers[i] * power;
            default -> oneValue(1 + random.nextInt(17), 1);
          };
      bits[i] = random.nextInt(strange) == 0 ? strangeBits() : Double.doubleToRawLongBits(value);
    }
    if (random.nextInt(6) == 0) {
      bits[count - 1] = StaleMarker.BITS;
    }
    return bits;
  }

  private double oneValue(int digits, double power) {
    return random.nextInt(10) == 0
        ? Double.longBitsToDouble(strangeBits())
        : random.nextLong((long) Math.pow(10, digits)) / power * (random.nextBoolean() ? 1 : -1);
  }

  private long strangeBits() {
    return switch (random.nextInt(9)) {
      case 0 -> StaleMarker.BITS;
      case 1 -> StaleMarker.NORMAL_NAN_BITS;
      case 2 -> Double.doubleToRawLongBits(-0.0);
      case 3 -> Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);
      case 4 -> Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY);
      case 5 -> 0x7ff0000000000000L | random.nextLong() >>> 12; // a NaN of some payload
      case 6 -> 0xfff0000000000000L | random.nextLong() >>> 12;
      case 7 -> random.nextInt(3); // subnormal
      default -> random.nextLong();
    };
  }

  /// A histogram near `previous` in time, of the same layout or not.
  NativeHistogram histogram(boolean integer, int buckets, long level) {
    NativeHistogram.Builder built = NativeHistogram.builder(integer);
    built.resetHint(HINTS.get(random.nextInt(HINTS.size())));
    if (random.nextInt(20) == 0) {
      return built.total(0, StaleMarker.VALUE).build();
    }
    boolean custom = random.nextInt(4) == 0;
    built.schema(custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : random.nextInt(2) + 3);
    built.zero(random.nextBoolean() ? 0x1p-128 : random.nextDouble(), count(integer, 5));
    built.total(random.nextBoolean() ? count(integer, level) : random.nextLong(), level * 0.37);
    built.positive(spans(buckets), counts(integer, buckets, level));
    if (random.nextInt(3) == 0) {
      built.negative(spans(3), counts(integer, 3, level));
    }
    if (custom) {
      double[] bounds = new double[buckets];
      for (int i = 0; i < buckets; i++) {
        bounds[i] = i * 0.25;
      }
      built.customBounds(bounds);
    }
    return built.build();
  }

  private int[] spans(int buckets) {
    return buckets < 2
        ? new int[] {random.nextInt(5) - 2, buckets}
        : new int[] {-random.nextInt(2), buckets - 1, random.nextInt(2), 1, 0, 0};
  }

  private long[] counts(boolean integer, int buckets, long level) {
    long[] counts = new long[buckets];
    for (int i = 0; i < buckets; i++) {
      counts[i] = count(integer, level);
    }
    return counts;
  }

  private long count(boolean integer, long level) {
    long count = random.nextInt(200) == 0 ? random.nextLong() : level + random.nextLong(level + 2);
    return integer || random.nextInt(50) == 0
        ? count
        : Double.doubleToRawLongBits(count * (random.nextBoolean() ? 1 : 0.125));
  }
}
