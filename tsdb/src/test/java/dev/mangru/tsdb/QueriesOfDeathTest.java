package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.QueryGuard;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.testkit.DeathQuery;
import dev.mangru.model.time.Ticker;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every query that would take a server down, against a real store: it ends in time and in one of
/// the ways that are meant for it, nothing is left of it, and others are answered beside it.
@Timeout(600)
class QueriesOfDeathTest {

  private static final long NOW_MS = 1_700_000_010_000L;

  /// Of the processor. Chosen: with it all take half a minute.
  private static final Duration TIMEOUT = Duration.ofMillis(150);

  private static final long MEMORY_BYTES = 96L << 20;

  /// What one query may hold: as much as the common memory has for one.
  private static final long MOST_SAMPLES = MEMORY_BYTES / 16;

  private static final Set<ErrorCode> MEANT =
      EnumSet.of(
          ErrorCode.BAD_DATA,
          ErrorCode.EXECUTION,
          ErrorCode.QUERY_LIMIT,
          ErrorCode.TIMEOUT,
          ErrorCode.UNAVAILABLE);

  @TempDir static Path folder;
  private static Tsdb store;

  private final QueryMemory memory =
      new QueryMemory(MEMORY_BYTES, Duration.ofMillis(100), Ticker.SYSTEM);
  private final PromqlEngine engine =
      new PromqlEngine(store, PromqlOptions.everything(), QueriesOfDeathTest::cpuNs, memory);

  @BeforeAll
  static void fill() throws IOException {
    store =
        Tsdb.open(
            TsdbOptions.builder(folder).maxNewSeriesPerMinute(1_000_000).build(),
            InstantSource.fixed(Instant.ofEpochMilli(NOW_MS)));
    DeathWorkload.fill(store, NOW_MS);
  }

  @AfterAll
  static void close() {
    store.close();
  }

  private record Ending(DeathQuery query, ErrorCode code, long cpuMs, String text) {}

  @Test
  void each_ends_in_time_and_in_a_way_that_is_meant_for_it() throws Exception {
    assertThat(DeathQuery.all().size()).isGreaterThanOrEqualTo(200);
    long base = usedBytes();
    List<String> wrong = new ArrayList<>();
    Map<ErrorCode, Integer> endings = new EnumMap<>(ErrorCode.class);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Integer> beside = threads.submit(() -> askBeside(done));
      for (DeathQuery query : DeathQuery.all()) {
        Ending ending = run(query);
        endings.merge(ending.code, 1, Integer::sum);
        boolean inTime = ending.cpuMs < TIMEOUT.toMillis() + 1_000;
        if (!inTime || (!MEANT.contains(ending.code) && !ending.text.equals(ANSWERED))) {
          wrong.add(
              query
                  + ": "
                  + ending.code
                  + " after "
                  + ending.cpuMs
                  + " ms of processor time: "
                  + ending.text);
        }
      }
      done.set(true);
      assertThat(beside.get()).as("queries beside that were answered").isPositive();
    }
    assertThat(wrong).isEmpty();
    assertThat(memory.held()).isZero();
    assertThat(usedBytes() - base).as("bytes of heap more than before").isLessThan(48L << 20);
    assertThat(endings.keySet())
        .contains(ErrorCode.QUERY_LIMIT, ErrorCode.TIMEOUT, ErrorCode.BAD_DATA);
  }

  private static final String ANSWERED = "answered";

  private Ending run(DeathQuery query) {
    long before = cpuNs();
    ErrorCode code = ErrorCode.NOT_FOUND;
    String text = ANSWERED;
    try {
      ask(query);
    } catch (MangruException e) {
      code = e.code();
      text = e.text();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      code = ErrorCode.INTERNAL;
      text = e.toString();
    }
    long cpuMs = (cpuNs() - before) / 1_000_000;
    return new Ending(query, code, cpuMs, text.substring(0, Math.min(200, text.length())));
  }

  private void ask(DeathQuery query) {
    MetricQuery.Options limits =
        new MetricQuery.Options(TIMEOUT, null, MOST_SAMPLES, new Cancellation());
    switch (query.kind()) {
      case INSTANT -> engine.instant(query.expression(), NOW_MS, limits);
      case RANGE ->
          engine.range(
              query.expression(), NOW_MS - query.lengthMs(), NOW_MS, query.stepMs(), limits);
      case SERIES -> each(query, Querier::select);
      case LABELS -> each(query, Querier::labelNames);
      case VALUES ->
          each(query, (querier, matchers) -> querier.labelValues(query.name(), matchers));
    }
  }

  private interface Look {
    List<?> at(Querier querier, List<LabelMatcher> matchers);
  }

  private static void each(DeathQuery query, Look look) {
    long deadline = cpuNs() + TIMEOUT.toNanos();
    QueryGuard guard =
        new QueryGuard() {
          @Override
          public void check() {
            if (cpuNs() - deadline > 0) {
              throw new MangruException(ErrorCode.TIMEOUT, "query timed out");
            }
          }

          @Override
          public void holdBytes(long bytes) {
            check();
          }
        };
    try (Querier querier = store.querier(TimeRange.ALL)) {
      querier.guardBy(guard);
      if (query.expressions().isEmpty()) {
        look.at(querier, List.of());
      }
      for (String selector : query.expressions()) {
        look.at(querier, PromqlParser.parseSelector(selector));
      }
    }
  }

  /// Asks a small query again and again, and returns how often it was answered.
  private int askBeside(AtomicBoolean done) {
    int answered = 0;
    while (!done.get()) {
      engine.instant(
          "sum(rate(requests_total{job=\"job-1\",code=\"500\"}[5m]))",
          NOW_MS,
          new MetricQuery.Options(Duration.ofMinutes(5), null, MOST_SAMPLES, new Cancellation()));
      answered++;
    }
    return answered;
  }

  /// Time of the processor, not of the clock: a busy machine makes the clock go on, and nothing
  /// makes a query that should have ended take less of the processor.
  private static long cpuNs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long usedBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
