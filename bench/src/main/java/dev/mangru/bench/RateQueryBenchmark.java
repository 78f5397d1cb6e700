package dev.mangru.bench;

import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How long the dashboard's most usual query takes: a rate by job, over 1,000 counters with an hour
/// of samples every 15 s (240,000 samples). Read the median: a mean tells more of the machine's
/// other work.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class RateQueryBenchmark {

  private static final int SERIES = 1_000;
  private static final long INTERVAL_MS = 15_000;
  private static final long START_MS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final long END_MS = START_MS + Duration.ofHours(1).toMillis();
  private static final String RATE = "sum by (job) (rate(http_requests_total[5m]))";

  private ScratchDirectory directory;
  private Tsdb tsdb;
  private MetricQuery query;

  /// Fills a store.
  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = ScratchDirectory.create();
    tsdb =
        Tsdb.open(
            TsdbOptions.defaults(directory.path().resolve("data")),
            () -> Instant.ofEpochMilli(END_MS));
    SyntheticSeries series = new SyntheticSeries(0, SERIES);
    for (long time = START_MS; time <= END_MS; time += INTERVAL_MS) {
      series.append(tsdb, time);
    }
    query = new PromqlEngine(tsdb, PromqlOptions.defaults());
  }

  /// Removes it.
  @TearDown(Level.Trial)
  public void close() throws IOException {
    tsdb.close();
    directory.close();
  }

  /// Now: 20,000 samples are read.
  @Benchmark
  public QueryResult instant() {
    return query.instant(RATE, END_MS, MetricQuery.Options.defaults());
  }

  /// The last hour at a step of 15 s: 241 points for each of 20 jobs.
  @Benchmark
  public QueryResult lastHour() {
    return query.range(RATE, START_MS, END_MS, INTERVAL_MS, MetricQuery.Options.defaults());
  }
}
