package dev.mangru.bench;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.chunk.ChunkCodec;
import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Nanoseconds a sample to encode and to decode chunks, series after series as a seal or a query
/// does, by how the series move and how long chunks are. The set-up prints bytes a sample.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class ChunkCodecBenchmark {

  private static final int SAMPLES = 480 * 400;

  /// How a series moves from one sample to the next.
  public enum Movement {
    CONSTANT,
    COUNTER,
    CPU_SECONDS,
    BUCKET,
    PAGES,
    GAUGE,
    DOUBLE
  }

  /// How the series move; `mixed` is a cluster's mixture.
  @Param({"mixed", "CONSTANT", "COUNTER", "CPU_SECONDS", "BUCKET", "PAGES", "GAUGE", "DOUBLE"})
  public String movement;

  /// Samples of one chunk.
  @Param({"480", "40", "8"})
  public int chunk;

  private final ChunkCodec codec = new ChunkCodec();
  private final ByteWriter out = new ByteWriter(1 << 20);
  private final SampleColumns decoded = new SampleColumns();
  private SampleColumns samples;
  private int[] offsets;
  private Arena arena;
  private MemorySegment encoded;

  /// Makes the samples, encodes them once and says how many bytes that took.
  @Setup(Level.Trial)
  public void make() {
    Random random = new Random(1);
    samples = new SampleColumns();
    for (int series = 0; samples.count() < SAMPLES; series++) {
      Movement how = movement.equals("mixed") ? mixed(series) : Movement.valueOf(movement);
      double rate = Math.exp(random.nextDouble() * 8);
      double value = Math.rint(random.nextDouble() * 1e6);
      for (int i = 0; i < 480; i++) {
        samples.add(i * 15_000L, shown(how, value));
        value = next(how, value, rate, random);
      }
    }
    offsets = new int[SAMPLES / chunk + 1];
    encode();
    arena = Arena.ofShared();
    encoded = arena.allocateFrom(ValueLayout.JAVA_BYTE, out.toByteArray());
    System.out.printf(
        "%s in chunks of %d: %.3f B/sample%n", movement, chunk, (double) out.length() / SAMPLES);
  }

  private static Movement mixed(int series) {
    return switch (series % 20) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> Movement.CONSTANT;
      case 8, 9, 10 -> Movement.COUNTER;
      case 11 -> Movement.CPU_SECONDS;
      case 12, 13 -> Movement.PAGES;
      case 14, 15 -> Movement.GAUGE;
      default -> series % 60 == 16 ? Movement.DOUBLE : Movement.BUCKET;
    };
  }

  private static double shown(Movement how, double value) {
    return how == Movement.CPU_SECONDS ? Math.rint(value) / 1e9 : value;
  }

  private static double next(Movement how, double value, double rate, Random random) {
    double u = random.nextDouble();
    return switch (how) {
      case CONSTANT -> value;
      case COUNTER -> value + Math.rint(rate * (u < 0.02 ? 10 : 0.5 + u));
      case CPU_SECONDS -> value + Math.rint(rate * 1e6 * (0.5 + u));
      case BUCKET -> value + Math.rint(Math.abs(random.nextGaussian()) * 6);
      case PAGES -> u < 0.25 ? value : Math.max(0, value + Math.rint((u - 0.6) * rate) * 4096);
      case GAUGE -> u < 0.8 ? value : value + (u < 0.9 ? 1 : -1);
      case DOUBLE -> value + rate * u;
    };
  }

  /// Frees the encoded bytes.
  @TearDown(Level.Trial)
  public void free() {
    arena.close();
  }

  /// All chunks, one after the other.
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public int encode() {
    out.clear();
    for (int i = 0; i + 1 < offsets.length; i++) {
      codec.encode(samples, i * chunk, (i + 1) * chunk, out);
      offsets[i + 1] = out.length();
    }
    return out.length();
  }

  /// All chunks, one after the other, off the heap.
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public double decode() {
    double sum = 0;
    long[] times = samples.timesMs();
    for (int i = 0; i + 1 < offsets.length; i++) {
      decoded.clear();
      int length = offsets[i + 1] - offsets[i];
      codec.decode(encoded, offsets[i], length, times, i * chunk, chunk, decoded);
      sum += decoded.values()[0];
    }
    return sum;
  }
}
