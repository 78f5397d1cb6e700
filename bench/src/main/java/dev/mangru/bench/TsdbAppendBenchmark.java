package dev.mangru.bench;

import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// Samples a second that the store acknowledges, in batches of 2,000 with one sample for each
/// series: what Prometheus sends by remote write in steady state. Every batch is synced. Four
/// writers, each with series of its own, as Prometheus' shards are.
///
/// Decoding and decompression of the body are not in it; the side-by-side run has them.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
@Threads(4)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class TsdbAppendBenchmark {

  private static final int SERIES = 2_000;
  private static final long INTERVAL_MS = 15_000;
  private static final long START_MS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  private final AtomicInteger groups = new AtomicInteger();
  private final AtomicLong newestMs = new AtomicLong(START_MS);
  private ScratchDirectory directory;
  private Tsdb tsdb;

  /// Opens an empty store whose clock follows the samples.
  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = ScratchDirectory.create();
    // Writers are not in step; none may be refused for being ahead of the clock.
    TsdbOptions options =
        TsdbOptions.builder(directory.path().resolve("data"))
            .maxAhead(Duration.ofDays(3_650))
            .build();
    tsdb = Tsdb.open(options, () -> Instant.ofEpochMilli(newestMs.get()));
  }

  /// Seals what is old enough, as the server's loop does.
  @Setup(Level.Iteration)
  public void maintain() throws IOException {
    tsdb.maintain(Instant.ofEpochMilli(newestMs.get()));
  }

  /// Removes it.
  @TearDown(Level.Trial)
  public void close() throws IOException {
    tsdb.close();
    directory.close();
  }

  /// One connection with its series.
  @State(Scope.Thread)
  public static class Writer {
    private SyntheticSeries series;
    private long timeMs;

    /// Gives each writer series of its own.
    @Setup(Level.Trial)
    public void open(TsdbAppendBenchmark store) {
      series = new SyntheticSeries(store.groups.getAndIncrement(), SERIES);
      timeMs = START_MS;
    }
  }

  /// One durable batch; the score counts samples.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public long batch(Writer writer) {
    writer.timeMs += INTERVAL_MS;
    newestMs.accumulateAndGet(writer.timeMs, Math::max);
    long accepted = writer.series.append(tsdb, writer.timeMs);
    if (accepted != SERIES) {
      throw new IllegalStateException(accepted + " of " + SERIES + " samples were accepted");
    }
    return accepted;
  }
}
