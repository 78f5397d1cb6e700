package dev.mangru.bench;

import dev.mangru.logindex.LogIndex;
import dev.mangru.logindex.LogIndexOptions;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore;
import dev.mangru.model.log.Severity;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
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

/// How long the Logs page's queries take over 200,000 records of an hour, from 50 streams, one in
/// 50,000 with the searched word. Read the median, as in [RateQueryBenchmark].
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class LogSearchBenchmark {

  private static final int RECORDS = 200_000;
  private static final int BATCH = 1_000;
  private static final int STREAMS = 50;
  private static final int RARE_EVERY = 50_000;
  private static final int PAGE = 200;
  private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");
  private static final Instant END = START.plus(Duration.ofHours(1));
  private static final String[] VERBS = {"GET", "POST", "PUT", "DELETE"};

  private ScratchDirectory directory;
  private LogIndex index;

  /// Fills an index and waits until everything in it can be found.
  @Setup(Level.Trial)
  public void open() throws IOException, InterruptedException {
    directory = ScratchDirectory.create();
    index = LogIndex.open(LogIndexOptions.defaults(directory.path().resolve("data")), () -> END);
    Random random = new Random(1);
    long stepNs = Duration.between(START, END).toNanos() / RECORDS;
    List<LogRecord> batch = new ArrayList<>(BATCH);
    for (int i = 0; i < RECORDS; i++) {
      batch.add(record(random, i, nanos(START) + i * stepNs));
      if (batch.size() == BATCH) {
        index.append(List.copyOf(batch));
        batch.clear();
      }
    }
    LogQuery all = query(List.of(), List.of());
    for (int waited = 0; index.histogram(all, 1).total() < RECORDS; waited++) {
      if (waited == 600) {
        throw new IllegalStateException("after a minute the index holds too few records");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static LogRecord record(Random random, int number, long timestampNs) {
    int stream = random.nextInt(STREAMS);
    String line =
        "%s /api/v1/orders/%08x status=%d duration=%dms trace=%016x%s"
            .formatted(
                VERBS[random.nextInt(VERBS.length)],
                random.nextInt(),
                random.nextInt(20) == 0 ? 503 : 200,
                random.nextInt(900),
                random.nextLong(),
                number % RARE_EVERY == RARE_EVERY / 2 ? " quorum lost" : "");
    return new LogRecord(
        timestampNs,
        Labels.of("app", "app-" + stream / 5, "pod", "app-" + stream / 5 + "-" + stream),
        random.nextInt(20) == 0 ? Severity.ERROR : Severity.INFO,
        line,
        Labels.empty());
  }

  /// Removes it.
  @TearDown(Level.Trial)
  public void close() throws IOException {
    index.close();
    directory.close();
  }

  private static LogQuery query(List<LabelMatcher> matchers, List<TextFilter> filters) {
    return new LogQuery(nanos(START), nanos(END), matchers, filters, Set.of());
  }

  private static long nanos(Instant time) {
    return Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L) + time.getNano();
  }

  private LogStore.Page newest(List<LabelMatcher> matchers, String text) {
    return index.search(
        query(matchers, List.of(new TextFilter(text, true))),
        LogStore.Direction.NEWEST_FIRST,
        PAGE,
        null);
  }

  /// A word of four records, anywhere.
  @Benchmark
  public LogStore.Page rareWord() {
    return expect(newest(List.of(), "quorum lost"), RECORDS / RARE_EVERY);
  }

  /// A piece of a word that every twentieth record has; the page fills soon.
  @Benchmark
  public LogStore.Page commonPieceOfAWord() {
    return expect(newest(List.of(), "tatus=50"), PAGE);
  }

  /// The newest page of one stream.
  @Benchmark
  public LogStore.Page newestOfOneStream() {
    return expect(newest(List.of(LabelMatcher.equal("pod", "app-3-17")), ""), PAGE);
  }

  /// The histogram above the list, over everything.
  @Benchmark
  public LogStore.Histogram histogram() {
    return index.histogram(query(List.of(), List.of()), 60);
  }

  private static LogStore.Page expect(LogStore.Page page, int hits) {
    if (page.hits().size() != hits) {
      throw new IllegalStateException(page.hits().size() + " hits instead of " + hits);
    }
    return page;
  }
}
