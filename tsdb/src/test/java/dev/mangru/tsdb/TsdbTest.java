package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsdbTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final long T = NOW.toEpochMilli();
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final Labels UP = Labels.of("__name__", "up");

  @TempDir Path directory;

  private final CrashDisk disk = new CrashDisk(1);

  private TsdbOptions.Builder onCrashDisk() {
    return TsdbOptions.builder(disk.root().resolve("data")).minFreeBytes(0);
  }

  private static AppendSummary append(Tsdb store, Labels labels, long timestampMs, double value) {
    Appender appender = store.appender();
    appender.append(labels, timestampMs, value);
    return appender.commit();
  }

  private static List<Long> times(Tsdb store, Labels labels) {
    try (Querier querier = store.querier(TimeRange.ALL)) {
      return querier.select(List.of()).stream()
          .filter(one -> one.labels().equals(labels))
          .flatMap(one -> times(one.samples()).stream())
          .toList();
    }
  }

  private static List<Long> times(SampleCursor cursor) {
    List<Long> times = new ArrayList<>();
    while (cursor.next()) {
      times.add(cursor.timestampMs());
    }
    return times;
  }

  // ---- the directory
  // -----------------------------------------------------------------------------

  @Test
  void a_directory_in_use_is_refused_naming_it_and_the_holder() throws IOException {
    TsdbOptions options = TsdbOptions.builder(directory).minFreeBytes(0).build();
    try (Tsdb first = Tsdb.open(options, CLOCK)) {
      append(first, UP, T, 1);
      assertThatThrownBy(() -> Tsdb.open(options, CLOCK))
          .isInstanceOf(MangruException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("in use by this process")
          .hasMessageContaining("choose another directory");
      assertThatThrownBy(() -> TsdbCheck.check(directory)).hasMessageContaining("in use");
    }
    try (Tsdb again = Tsdb.open(options, CLOCK)) {
      assertThat(times(again, UP)).containsExactly(T);
    }
    assertThat(directory.resolve("LOCK")).content().isEqualTo(ProcessHandle.current().pid() + "\n");
    assertThat(TsdbCheck.check(directory).sound()).isTrue();
  }

  @Test
  void a_file_in_the_place_of_the_directory_is_refused_with_a_way_out() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> Tsdb.open(TsdbOptions.defaults(file.resolve("data")), CLOCK))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("choose another one");
  }

  @Test
  void a_newer_format_is_refused_with_a_way_out() throws IOException {
    Files.writeString(directory.resolve("MANIFEST"), "mangru-tsdb 4\nsomething new\n");
    assertThatThrownBy(() -> Tsdb.open(TsdbOptions.defaults(directory), CLOCK))
        .isInstanceOfSatisfying(
            MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("has format 4, this Mangru reads up to 3");
  }

  @Test
  void a_manifest_that_is_gone_is_an_error_and_not_an_empty_store() throws IOException {
    TsdbOptions options = TsdbOptions.builder(directory).minFreeBytes(0).build();
    Tsdb.open(options, CLOCK).close();
    Files.delete(directory.resolve("MANIFEST"));
    assertThatThrownBy(() -> Tsdb.open(options, CLOCK))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("MANIFEST");
    assertThat(TsdbCheck.check(directory).problems()).hasSize(1);
  }

  // ---- trouble with the disk
  // ---------------------------------------------------------------------

  @Test
  void a_full_disk_refuses_writes_answers_queries_and_heals() throws IOException {
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk)) {
      append(store, UP, T, 1);
      disk.capacity(disk.usedBytes());
      assertThatThrownBy(() -> append(store, Labels.of("__name__", "new"), T, 1))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("No space left");
      assertThatThrownBy(() -> store.sealAll(NOW)).hasMessageContaining("No space left");
      assertThat(times(store, UP)).containsExactly(T);
      disk.capacity(Long.MAX_VALUE);
      append(store, UP, T + 1, 1);
      append(store, Labels.of("__name__", "new"), T, 1);
      store.sealAll(NOW);
      assertThat(times(store, UP)).containsExactly(T, T + 1);
    }
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk.reboot())) {
      assertThat(times(store, UP)).containsExactly(T, T + 1);
      assertThat(times(store, Labels.of("__name__", "new"))).containsExactly(T);
    }
  }

  @Test
  void little_free_space_refuses_writes_before_the_disk_is_full() throws IOException {
    TsdbOptions options = onCrashDisk().minFreeBytes(1_000).build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      disk.capacity(disk.usedBytes() + 500);
      store.maintain(NOW);
      assertThatThrownBy(() -> append(store, UP, T, 1))
          .hasMessageContaining("500 bytes left, less than min-free-bytes = 1000");
      disk.capacity(disk.usedBytes() + 2_000);
      store.maintain(NOW);
      assertThat(append(store, UP, T, 1).accepted()).isEqualTo(1);
    }
  }

  @Test
  void a_failed_sync_refuses_writes_from_then_on_with_the_first_cause() throws IOException {
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk)) {
      append(store, UP, T, 1);
      disk.failAt(1, CrashDisk.Fault.IO_ERROR);
      for (int i = 1; i <= 2; i++) {
        long time = T + i;
        assertThatThrownBy(() -> append(store, UP, time, 1))
            .isInstanceOf(MangruException.class)
            .hasMessageContaining("Input/output error (sync");
      }
      assertThat(times(store, UP)).containsExactly(T);
    }
  }

  // ---- sealing
  // -----------------------------------------------------------------------------------

  @Test
  void a_series_goes_on_being_checked_against_its_newest_sample_after_sealing_and_restarts()
      throws IOException {
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk)) {
      append(store, UP, T, 1);
      store.sealAll(NOW);
      assertSamplesAround(store);
    }
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk)) {
      assertSamplesAround(store);
      append(store, UP, T + 1, 1);
      assertThat(times(store, UP)).containsExactly(T, T + 1);
    }
  }

  private static void assertSamplesAround(Tsdb store) {
    assertThat(append(store, UP, T, 1).accepted()).isEqualTo(1);
    assertThat(append(store, UP, T, 2).examples().getFirst().reason())
        .isEqualTo(new AppendResult.Conflict());
    assertThat(append(store, UP, T - 1, 1).examples().getFirst().reason())
        .isEqualTo(new AppendResult.OutOfOrder(T));
    assertThat(times(store, UP)).containsExactly(T);
  }

  @Test
  void a_late_series_gets_a_block_of_its_own_beside_the_sealed_ones() throws IOException {
    Labels late = Labels.of("__name__", "late");
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk)) {
      append(store, UP, T - 10_000_000, 1);
      append(store, UP, T, 1);
      store.sealAll(NOW);
      append(store, late, T - 9_000_000, 2);
      append(store, late, T - 1, 3);
      store.sealAll(NOW);
      for (int i = 0; i < 5; i++) {
        store.maintain(NOW.plus(Duration.ofDays(2)));
      }
      assertThat(times(store, UP)).containsExactly(T - 10_000_000, T);
      assertThat(times(store, late)).containsExactly(T - 9_000_000, T - 1);
      assertThat(store.view().files()).hasSize(1);
    }
    assertThat(TsdbCheck.check(onCrashDisk().build().directory(), disk).problems()).isEmpty();
  }

  @Test
  void rows_are_sealed_after_the_interval_and_their_log_deleted() throws IOException {
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk)) {
      append(store, UP, T, 1);
      store.maintain(NOW.plusSeconds(119));
      assertThat(store.view().files()).isEmpty();
      store.maintain(NOW.plusSeconds(121));
      assertThat(store.view().files()).hasSize(1);
      assertThat(store.rows().nextRow()).isEqualTo(store.rows().firstRow());
      assertThat(store.writePath().logBytes()).isZero();
      assertThat(disk.list(disk.root().resolve("data/wal"))).hasSize(1);
    }
  }

  @Test
  void a_large_log_or_head_is_sealed_before_its_time() throws IOException {
    for (TsdbOptions options :
        List.of(onCrashDisk().maxWalBytes(10).build(), onCrashDisk().maxHeadBytes(30).build())) {
      try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
        append(store, UP, T, 1);
        append(store, Labels.of("__name__", "b"), T, 1);
        store.maintain(NOW);
        assertThat(store.rows().nextRow()).isEqualTo(store.rows().firstRow());
        assertThat(times(store, UP)).containsExactly(T);
      }
    }
  }

  @Test
  void a_head_of_twice_its_limit_refuses_writes_until_it_is_sealed() throws IOException {
    try (Tsdb store = Tsdb.open(onCrashDisk().maxHeadBytes(9).build(), CLOCK, disk)) {
      append(store, UP, T, 1);
      assertThatThrownBy(() -> append(store, UP, T + 1, 1))
          .hasMessageContaining("twice the limit of 9: sealing is behind");
      store.maintain(NOW);
      assertThat(append(store, UP, T + 1, 1).accepted()).isEqualTo(1);
    }
  }

  @Test
  void a_querier_keeps_its_samples_while_blocks_are_sealed_merged_and_dropped() throws IOException {
    try (Tsdb store = Tsdb.open(onCrashDisk().retention(Duration.ofDays(3)).build(), CLOCK, disk)) {
      append(store, UP, T - 10, 1);
      store.sealAll(NOW);
      append(store, UP, T - 5, 1);
      store.sealAll(NOW);
      append(store, UP, T, 1);
      try (Querier querier = store.querier(TimeRange.ALL)) {
        List<Querier.Series> before = querier.select(List.of());
        store.sealAll(NOW);
        store.maintain(NOW.plus(Duration.ofDays(1)));
        store.maintain(NOW.plus(Duration.ofDays(9)));
        assertThat(store.view().files()).isEmpty();
        assertThat(times(before.getFirst().samples())).containsExactly(T - 10, T - 5, T);
        assertThat(times(querier.select(List.of()).getFirst().samples()))
            .containsExactly(T - 10, T - 5, T);
      }
      assertThat(times(store, UP)).isEmpty();
      assertThat(disk.list(disk.root().resolve("data/blocks"))).isEmpty();
    }
  }

  // ---- limits
  // ------------------------------------------------------------------------------------

  @Test
  void labels_over_a_limit_are_refused_by_name_and_the_batch_goes_on() throws IOException {
    TsdbOptions options =
        onCrashDisk().maxLabels(3).maxLabelNameBytes(8).maxLabelValueBytes(10).build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      Appender appender = store.appender();
      assertThatThrownBy(() -> appender.append(Labels.empty(), T, 1))
          .hasMessageContaining("at least one label");
      assertThatThrownBy(
              () -> appender.append(Labels.of("__name__", "m", "a", "1", "b", "2", "c", "3"), T, 1))
          .hasMessage("series \"m\" has 4 labels; the limit is 3");
      assertThatThrownBy(() -> appender.append(Labels.of("__name__", "망루망루"), T, 1))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
          .hasMessage(
              "the value of label \"__name__\" of series \"망루망루\" has 12 bytes; the limit is 10");
      assertThatThrownBy(() -> appender.append(Labels.of("long_name", "m"), T, 1))
          .hasMessageContaining("name of label \"long_name\"");
      appender.append(Labels.of("__name__", "망루망"), T, 1);
      assertThat(appender.commit().accepted()).isEqualTo(1);
      assertThatThrownBy(() -> append(store, Labels.of("a", "\ud800"), T, 1))
          .hasMessageContaining("half of a surrogate pair");
    }
  }

  @Test
  void a_batch_and_a_selection_meet_their_limits() throws IOException {
    TsdbOptions options = onCrashDisk().maxBatchSamples(3).maxQuerySeries(2).build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      Appender appender = store.appender();
      for (int i = 0; i < 3; i++) {
        appender.append(Labels.of("__name__", "m" + i), T, 1);
      }
      assertThatThrownBy(() -> appender.append(UP, T, 1))
          .hasMessageContaining("limit of 3 samples");
      appender.commit();
      try (Querier querier = store.querier(TimeRange.ALL)) {
        assertThatThrownBy(() -> querier.select(List.of()))
            .isInstanceOfSatisfying(
                MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_LIMIT))
            .hasMessageContaining("limit of 2 series");
        assertThat(querier.select(List.of(LabelMatcher.equal("__name__", "m1")))).hasSize(1);
      }
    }
  }

  @Test
  void a_batch_of_many_records_is_accepted_as_one() throws IOException {
    TsdbOptions options = TsdbOptions.builder(directory).minFreeBytes(0).build();
    int count = 900_000;
    try (Tsdb store = Tsdb.open(options, CLOCK)) {
      Appender appender = store.appender();
      for (int i = 0; i < count; i++) {
        appender.append(UP, T - count + i, i);
      }
      assertThat(appender.commit().accepted()).isEqualTo(count);
    }
    try (Tsdb store = Tsdb.open(options, CLOCK)) {
      assertThat(times(store, UP)).hasSize(count);
    }
  }

  @Test
  void options_say_what_is_wrong_with_them() {
    assertThatThrownBy(
            () -> TsdbOptions.builder(directory).retention(Duration.ofHours(-71)).build())
        .hasMessage("tsdb option retention must be positive: PT-71H");
    assertThatThrownBy(() -> TsdbOptions.builder(directory).maxSeries(0).build())
        .hasMessage("tsdb option max-series must be positive: 0");
    assertThat(TsdbOptions.defaults(directory).retention()).isEqualTo(Duration.ofDays(400));
    assertThat(TsdbOptions.defaults(directory).maxSeries()).isGreaterThanOrEqualTo(100_000);
    assertThatThrownBy(
            () -> TsdbOptions.builder(directory).sealInterval(Duration.ofMillis(5)).build())
        .hasMessage("tsdb option seal-interval must be at least PT1S: PT0.005S");
  }

  // ---- many at once
  // ------------------------------------------------------------------------------

  @Test
  void writers_readers_and_sealing_get_along() throws Exception {
    TsdbOptions options = TsdbOptions.builder(directory).minFreeBytes(0).build();
    int writers = 4;
    int batches = 60;
    try (Tsdb store = Tsdb.open(options, CLOCK);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        Labels a = Labels.of("__name__", "m", "writer", "w" + w, "pair", "a");
        Labels b = Labels.of("__name__", "m", "writer", "w" + w, "pair", "b");
        tasks.add(() -> {
          for (int i = 0; i < batches; i++) {
            Appender appender = store.appender();
            appender.append(a, T + i, i);
            appender.append(b, T + i, i);
            assertThat(appender.commit().accepted()).isEqualTo(2);
          }
          return null;
        });
      }
      tasks.add(() -> {
        for (int i = 0; i < 100; i++) {
          try (Querier querier = store.querier(TimeRange.ALL)) {
            List<Querier.Series> series = querier.select(List.of());
            for (int p = 0; p + 1 < series.size(); p += 2) {
              List<Long> first = times(series.get(p).samples());
              assertThat(first).isSorted().doesNotHaveDuplicates();
            }
            // A batch is one record: both series of a writer have as many samples.
            for (String writer : Set.copyOf(querier.labelValues("writer", List.of()))) {
              List<Querier.Series> pair =
                  querier.select(List.of(LabelMatcher.equal("writer", writer)));
              assertThat(times(pair.get(0).samples())).isEqualTo(times(pair.get(1).samples()));
            }
          }
        }
        return null;
      });
      tasks.add(() -> {
        for (int i = 0; i < 10; i++) {
          store.sealAll(NOW);
          store.maintain(NOW);
        }
        return null;
      });
      for (Future<Void> task : threads.invokeAll(tasks)) {
        task.get();
      }
      for (int w = 0; w < writers; w++) {
        assertThat(times(store, Labels.of("__name__", "m", "writer", "w" + w, "pair", "a")))
            .hasSize(batches);
      }
    }
    assertThat(TsdbCheck.check(directory).problems()).isEmpty();
  }

  // ---- what it tells about itself
  // ----------------------------------------------------------------

  @Test
  void the_metrics_tell_what_happened() throws IOException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Tsdb store = Tsdb.open(onCrashDisk().build(), CLOCK, disk)) {
      new TsdbMetrics(store).bindTo(registry);
      append(store, UP, T, 1);
      append(store, UP, T, 2);
      append(store, UP, T - 1, 2);
      times(store, UP);
      assertThat(registry.get("mangru.tsdb.samples.appended").functionCounter().count())
          .isEqualTo(1);
      assertThat(
              registry
                  .get("mangru.tsdb.samples.rejected")
                  .tag("reason", "conflict")
                  .functionCounter()
                  .count())
          .isEqualTo(1);
      assertThat(registry.get("mangru.tsdb.query.samples").functionCounter().count()).isEqualTo(1);
      assertThat(registry.get("mangru.tsdb.series.active").gauge().value()).isEqualTo(1);
      assertThat(registry.get("mangru.tsdb.wal").gauge().value()).isPositive();
      store.sealAll(NOW);
      assertThat(registry.get("mangru.tsdb.parts").gauge().value()).isEqualTo(1);
      assertThat(registry.get("mangru.tsdb.seals").functionCounter().count()).isEqualTo(1);
      assertThat(registry.get("mangru.tsdb.log.broken").gauge().value()).isZero();
    }
  }

  @Test
  void every_flipped_bit_in_a_block_is_found_by_the_check() throws IOException {
    TsdbOptions options = onCrashDisk().build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      append(store, UP, T, 1);
      append(store, UP, T + 1, 2);
      append(store, Labels.of("__name__", "m", "a", "b"), T, 3);
      store.sealAll(NOW);
    }
    Path block = disk.list(disk.root().resolve("data/parts")).getFirst();
    long length;
    try (Disk.ReadableFile file = disk.open(block)) {
      length = file.length();
    }
    for (long offset = 0; offset < length; offset++) {
      disk.flipBit(block, offset, (int) (offset % 8));
      assertThat(TsdbCheck.check(options.directory(), disk).problems())
          .as("byte %s", offset)
          .isNotEmpty()
          .allMatch(problem -> problem.contains(".part"));
      disk.flipBit(block, offset, (int) (offset % 8));
    }
    assertThat(TsdbCheck.check(options.directory(), disk).sound()).isTrue();
  }
}
