package dev.mangru.bench;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

/// How long a stored sample takes to come back as a column of times and values, without any
/// function over it: 5,000 counters with an hour of samples every 15 s (1.2 million samples), in
/// each of the three places where samples are.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class ScanBenchmark {

  private static final int SERIES = 5_000;
  private static final int STEPS = 240;
  private static final long INTERVAL_MS = 15_000;
  private static final long START_MS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final long END_MS = START_MS + (STEPS - 1) * INTERVAL_MS;
  private static final List<LabelMatcher> ALL =
      List.of(LabelMatcher.equal(Labels.METRIC_NAME, "http_requests_total"));

  /// Where a sample waits.
  public enum Place {
    /// In memory, as it came.
    ROWS,
    /// In one file of chunks by series.
    PART,
    /// In one file of chunks with its own index.
    BLOCK
  }

  /// Where the samples are.
  @Param({"ROWS", "PART", "BLOCK"})
  public Place place;

  private ScratchDirectory directory;
  private Tsdb tsdb;
  private final SampleColumns columns = new SampleColumns();

  /// Fills a store and brings its samples to their place.
  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = ScratchDirectory.create();
    tsdb =
        Tsdb.open(
            TsdbOptions.defaults(directory.path().resolve("data")),
            () -> Instant.ofEpochMilli(END_MS));
    SyntheticSeries series = new SyntheticSeries(0, SERIES);
    for (int step = 0; step < STEPS; step++) {
      series.append(tsdb, START_MS + step * INTERVAL_MS);
    }
    Instant later = Instant.ofEpochMilli(END_MS).plus(Duration.ofDays(1));
    switch (place) {
      case ROWS -> {}
      case PART -> tsdb.sealAll(later);
      case BLOCK -> {
        tsdb.sealAll(later);
        tsdb.compactAll(later);
      }
    }
    if (everySeries() != SERIES * STEPS) {
      throw new IllegalStateException("samples are missing");
    }
  }

  /// Removes it.
  @TearDown(Level.Trial)
  public void close() throws IOException {
    tsdb.close();
    directory.close();
  }

  /// Time per sample, its share of finding the series included.
  @Benchmark
  @OperationsPerInvocation(SERIES * STEPS)
  public int everySeries() {
    int samples = 0;
    try (Querier querier = tsdb.querier(new TimeRange(START_MS, END_MS))) {
      for (Querier.Series one : querier.select(ALL)) {
        one.read(columns);
        samples += columns.count();
      }
    }
    return samples;
  }

  /// Time per series, of finding them only.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public int select() {
    try (Querier querier = tsdb.querier(new TimeRange(START_MS, END_MS))) {
      return querier.select(ALL).size();
    }
  }
}
