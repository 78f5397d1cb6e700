package dev.mangru.bench;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.wal.RecordReader;
import dev.mangru.tsdb.wal.RecordWriter;
import dev.mangru.tsdb.wal.SeriesStates;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a sample costs on its way into a record of the write-ahead log, and at a start out of it:
/// eight scrapes of 100,000 series, one epoch, in records of 5,000 samples. Half are counters that
/// go up, a quarter stand still, an eighth each are whole and broken gauges. What a sync costs is
/// measured by [RecordLogBenchmark].
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WalRecordBenchmark {

  private static final int SERIES = 100_000;
  private static final int SCRAPES = 8;
  private static final int SAMPLES = SERIES * SCRAPES;
  private static final int PER_RECORD = 5_000;
  private static final long SCRAPE_MS = 15_000;
  private static final Path FILE = Path.of("wal", "1");

  private final long[] bits = new long[SAMPLES];
  private final RecordWriter writer = new RecordWriter();
  private final List<ByteBuffer> records = new ArrayList<>();

  /// Makes the values, writes the records once, and says how long they are.
  @Setup
  public void fill() throws CorruptDataException {
    Random random = new Random(7);
    double[] value = new double[SERIES];
    for (int at = 0; at < SAMPLES; at++) {
      int series = at % SERIES;
      value[series] = next(series, value[series], random);
      bits[at] = Double.doubleToRawLongBits(value[series]);
    }
    write(records);
    long bytes = records.stream().mapToLong(ByteBuffer::remaining).sum();
    System.out.printf(
        "%d records, %.2f bytes a sample%n", records.size(), (double) bytes / SAMPLES);
    long sum = 0;
    for (long each : bits) {
      sum += each;
    }
    if (decode() != sum) {
      throw new IllegalStateException("the records do not give back what was written");
    }
  }

  private static double next(int series, double last, Random random) {
    return switch (series % 8) {
      case 0, 1, 2, 3 -> last + random.nextInt(40);
      case 4, 5 -> series;
      case 6 -> random.nextInt(1_000);
      default -> random.nextInt(100_000) / 1_000.0;
    };
  }

  /// All records of the epoch.
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long encode() {
    return write(null);
  }

  /// All of them read again, as a start does.
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long decode() throws CorruptDataException {
    RecordReader reader = new RecordReader();
    Samples samples = new Samples();
    for (ByteBuffer each : records) {
      reader.read(each.duplicate(), FILE, 0, samples);
    }
    return samples.sum;
  }

  private long write(@Nullable List<ByteBuffer> into) {
    SeriesStates states = new SeriesStates();
    long bytes = 0;
    for (int from = 0; from < SAMPLES; from += PER_RECORD) {
      writer.begin(1, states);
      for (int at = from; at < from + PER_RECORD; at++) {
        long base = at < SERIES ? 0 : bits[at - SERIES];
        writer.sample(at % SERIES, SCRAPE_MS * (at / SERIES + 1), bits[at], base);
      }
      ByteBuffer record = writer.finish();
      bytes += record.remaining();
      if (into != null) {
        into.add(ByteBuffer.allocate(record.remaining()).put(record).flip());
      }
    }
    return bytes;
  }

  /// Keeps the newest value of each series, which foretells the next, and adds all up.
  private static final class Samples implements RecordReader.Visitor {

    private final long[] newest = new long[SERIES];
    private long sum;

    @Override
    public void begin(long epoch) {
      // There is but one.
    }

    @Override
    public void define(int ref, Labels labels) {
      throw new IllegalStateException("no series is defined here: " + labels);
    }

    @Override
    public long base(int ref) {
      return newest[ref];
    }

    @Override
    public void sample(int ref, long timestampMs, long bits) {
      newest[ref] = bits;
      sum += bits;
    }

    @Override
    public void newest(int ref, long newestMs, long newestBits, boolean extended) {
      throw new IllegalStateException("no sample is late here");
    }

    @Override
    public void extended(
        int ref, long timestampMs, long startMs, long bits, @Nullable NativeHistogram histogram) {
      throw new IllegalStateException("all samples are floats here");
    }
  }
}
