package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.BucketColumns;
import dev.mangru.model.metric.Buckets;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.SummaryPlanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class TsdbLeakTest {

  /// Stores in a build; `-Dmangru.stores=200` for a long run.
  private static final int STORES = Integer.getInteger("mangru.stores", 60);

  /// Every store is opened twice, works, and is closed, a querier of it last or first.
  @Test
  void closed_stores_leave_nothing(@TempDir Path directory) throws IOException {
    for (int i = 0; i < STORES; i++) {
      Path folder = directory.resolve("data" + i % 20);
      Workload work = new Workload(i);
      TsdbOptions options =
          TsdbOptions.builder(folder)
              .retention(Duration.ofDays(400))
              .walSegmentBytes(2_000)
              .minFreeBytes(0)
              .build();
      Tsdb store = Tsdb.open(options, work::now);
      Ledger ledger = new Ledger();
      ledger.append(work.batch(8), store);
      store.sealAll(work.now());
      ledger.append(work.batch(8), store);
      assertThat(store.rows().pagesInUse()).isPositive();
      Querier querier = store.querier(TimeRange.ALL);
      assertThat(querier.select(List.of())).isNotEmpty();
      if (i < 20) {
        assertThat(mappings(directory) + handles(directory)).isPositive();
      }
      if (i % 2 == 0) {
        querier.close();
      }
      store.delete(List.of(LabelMatcher.equal("a", "v1")), TimeRange.ALL, work.now());
      store.compactAll(work.now());
      store.close();
      if (i % 2 == 1) {
        querier.close();
      }
      assertThat(store.rows().pagesInUse()).isZero();
      assertThat(store.rows().bytes()).isZero();
    }
    assertThat(handles(directory)).isZero();
    assertThat(mappings(directory)).isZero();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.contains("tsdb") || name.contains("mangru"));
  }

  @Test
  void queriers_of_buckets_leave_nothing(@TempDir Path directory) throws IOException {
    TsdbOptions options =
        TsdbOptions.builder(directory.resolve("data"))
            .downsampling(
                List.of(new SummaryPlanner.Rule(Resolution.D5M, Duration.ZERO, Duration.ofDays(9))))
            .minFreeBytes(0)
            .build();
    long now = Workload.START_MS;
    try (Tsdb store = Tsdb.open(options, () -> Instant.ofEpochMilli(now))) {
      Appender appender = store.appender();
      for (int i = 0; i < 1_000; i++) {
        appender.append(Labels.of("__name__", "m"), now - 86_400_000 + i * 10_000L, i);
      }
      appender.commit();
      store.compactAll(Instant.ofEpochMilli(now));
      assertThat(store.view().summaries()).isNotEmpty();
      for (Buckets.Kind kind : Buckets.Kind.values()) {
        Buckets wanted = new Buckets(300_000, kind, Buckets.Use.COUNT);
        try (Querier querier = store.querier(TimeRange.ALL, wanted)) {
          BucketColumns buckets = new BucketColumns();
          assertThat(querier.select(List.of()).getFirst().readBuckets(buckets)).isTrue();
          assertThat(buckets.count()).isBetween(34, 36);
        }
      }
    }
    assertThat(handles(directory)).isZero();
    assertThat(mappings(directory)).isZero();
  }

  private static long handles(Path directory) throws IOException {
    long count = 0;
    try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
      for (Path handle : handles.toList()) {
        try {
          count += Files.readSymbolicLink(handle).startsWith(directory) ? 1 : 0;
        } catch (NoSuchFileException e) {
          assertThat(e).hasMessageContaining("/proc/"); // the one that listed the folder
        }
      }
    }
    return count;
  }

  private static long mappings(Path directory) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains(directory.toString())).count();
    }
  }
}
