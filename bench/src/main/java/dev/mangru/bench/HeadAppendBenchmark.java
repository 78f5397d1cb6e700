package dev.mangru.bench;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What the write path costs in memory, per series or sample: a row and the series' columns, a hit
/// in the cache of raw hashes, a new series. Series are in the order of scrapes, as senders keep
/// it; the log and the decoding of bodies are measured elsewhere.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class HeadAppendBenchmark {

  private static final int SERIES = 100_000;
  private static final int SCRAPES_PER_SEAL = 8;

  private final Labels[] labels = new Labels[SERIES];
  private final long[] hashes = new Random(1).longs(2 * SERIES).toArray();
  private SeriesTable table;
  private SeriesTable fresh;
  private Rows rows;
  private long now;
  private long boundary;

  /// Series as 64 metrics of each pod, with the labels that a scrape adds.
  @Setup(Level.Trial)
  public void fill() {
    table = new SeriesTable();
    rows = new Rows();
    for (int i = 0; i < SERIES; i++) {
      int pod = i / 64;
      labels[i] =
          Labels.of(
              "__name__",
              "http_request_duration_seconds_bucket_" + i % 64 / 12,
              "container",
              "app",
              "endpoint",
              "http",
              "instance",
              "10.0." + pod / 250 + "." + pod % 250 + ":8080",
              "job",
              "shop-" + pod % 20,
              "le",
              String.valueOf(i % 12),
              "namespace",
              "shop",
              "pod",
              "shop-api-7d9c5b-" + pod);
      int ref = table.findOrAdd(labels[i]);
      table.remember(hashes[2 * i], hashes[2 * i + 1], ref);
    }
  }

  /// An empty table for [#newSeries].
  @Setup(Level.Invocation)
  public void empty() {
    fresh = new SeriesTable();
  }

  /// Gives the rows back.
  @TearDown(Level.Trial)
  public void close() {
    rows.close();
  }

  /// One scrape of every series: the order check, the row and the columns.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public long rowAndColumns() {
    now += 15_000;
    long time = now;
    for (int ref = 0; ref < SERIES; ref++) {
      if (time > table.newestMs(ref)) {
        long bits = time ^ ref;
        long row = rows.append(time, bits, table.lastRow(ref), 0);
        table.setNewest(ref, time, bits, row, 0);
      }
    }
    if (now / 15_000 % SCRAPES_PER_SEAL == 0) {
      rows.releaseBefore(boundary);
      boundary = rows.boundary();
    }
    return rows.nextRow();
  }

  /// The hash of every series in the order of the body before.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public long rawHashHit() {
    long sum = 0;
    int guess = 0;
    for (int i = 0; i < SERIES; i++) {
      long hit = table.find(hashes[2 * i], hashes[2 * i + 1], guess);
      guess = SeriesTable.entry(hit) + 1;
      sum += SeriesTable.ref(hit);
    }
    return sum;
  }

  /// Every series for the first time, from labels.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public int newSeries() {
    for (Labels one : labels) {
      fresh.findOrAdd(one);
    }
    return fresh.endRef();
  }
}
