package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Durability;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the store keeps beside floats in order, what it lets go of, and what it does with damage.
class TsdbKeepsTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final long T = NOW.toEpochMilli();
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final Labels UP = Labels.of("__name__", "up");
  private static final Labels DOWN = Labels.of("__name__", "down");

  private final CrashDisk disk = new CrashDisk(1);
  private final Path directory = disk.root().resolve("data");

  private TsdbOptions.Builder options() {
    return TsdbOptions.builder(directory).minFreeBytes(0);
  }

  private static AppendSummary append(Tsdb store, Labels labels, long timestampMs, double value) {
    Appender appender = store.appender();
    appender.append(labels, timestampMs, value);
    return appender.commit();
  }

  private static List<String> read(Tsdb store, Labels labels) {
    List<String> found = new ArrayList<>();
    try (Querier querier = store.querier(TimeRange.ALL)) {
      SampleColumns columns = new SampleColumns();
      for (Querier.Series series : querier.select(List.of())) {
        if (series.labels().equals(labels)) {
          series.read(columns);
          for (int i = 0; i < columns.count(); i++) {
            NativeHistogram histogram = columns.histogram(i);
            found.add(
                (columns.timesMs()[i] - T)
                    + "="
                    + (histogram == null ? columns.values()[i] : histogram)
                    + (columns.startMs(i) == 0 ? "" : " from " + (columns.startMs(i) - T)));
          }
        }
      }
    }
    return found;
  }

  private static NativeHistogram histogram(long count) {
    return NativeHistogram.builder(true)
        .schema(3)
        .zero(1e-128, 2)
        .total(count, 18.5)
        .positive(new int[] {-2, 2, 1, 1}, new long[] {count - 4, 1, 1})
        .build();
  }

  // ---- more than floats ------------------------------------------------------------------------

  @Test
  void histograms_and_start_timestamps_come_back_from_everywhere() throws IOException {
    List<String> expected =
        List.of(
            "0=1.0 from -50", "10=" + histogram(9), "20=" + histogram(12) + " from -50", "30=2.0");
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      Appender appender = store.appender();
      appender.append(UP, T, T - 50, 1);
      appender.append(UP, T + 10, 0, histogram(9));
      appender.append(UP, T + 20, T - 50, histogram(12));
      appender.append(UP, T + 30, 2);
      assertThat(appender.commit().accepted()).isEqualTo(4);
      assertThat(read(store, UP)).isEqualTo(expected);
    }
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(read(store, UP)).isEqualTo(expected);
      store.sealAll(NOW);
      assertThat(read(store, UP)).isEqualTo(expected);
      store.compactAll(NOW);
      assertThat(read(store, UP)).isEqualTo(expected);
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
  }

  @Test
  void a_repeated_histogram_is_accepted_and_another_one_is_a_conflict() throws IOException {
    Tsdb store = Tsdb.open(options().build(), CLOCK, disk);
    try {
      for (int i = 0; i < 4; i++) {
        Appender appender = store.appender();
        appender.append(UP, T, 0, histogram(9));
        appender.append(UP, T, 0, histogram(10));
        appender.append(UP, T, histogram(9).sum());
        appender.append(UP, T, T - 1, histogram(9));
        AppendSummary summary = appender.commit();
        assertThat(summary.accepted()).isEqualTo(1);
        assertThat(summary.examples())
            .hasSize(3)
            .allMatch(one -> one.reason().equals(new AppendResult.Conflict()));
        switch (i) {
          case 1 -> store.sealAll(NOW);
          default -> {
            store.close(); // before the sealing from the log, after it from a part
            store = Tsdb.open(options().build(), CLOCK, disk);
          }
        }
      }
    } finally {
      store.close();
    }
  }

  // ---- out of order ----------------------------------------------------------------------------

  @Test
  void late_samples_are_stored_within_the_window_and_the_first_one_written_counts()
      throws IOException {
    TsdbOptions options = options().outOfOrderWindow(Duration.ofSeconds(10)).build();
    Tsdb store = Tsdb.open(options, CLOCK, disk);
    try {
      append(store, UP, T, 1);
      store.sealAll(NOW); // what is late belongs to a part
      assertThat(append(store, UP, T - 10_000, 2).accepted()).isEqualTo(1);
      assertThat(append(store, UP, T - 10_001, 3).examples().getFirst().reason())
          .isEqualTo(new AppendResult.OutOfOrder(T));
      assertThat(append(store, UP, T - 10_000, 4).accepted()).isEqualTo(1);
      store.close(); // the log alone tells what the newest sample is
      store = Tsdb.open(options, CLOCK, disk);
      assertThat(append(store, UP, T - 5_000, 5).accepted()).isEqualTo(1);
      assertThat(append(store, UP, T, 6).examples().getFirst().reason())
          .isEqualTo(new AppendResult.Conflict());
      assertThat(append(store, UP, T - 10_001, 7).rejected()).isEqualTo(1);
      List<String> expected = List.of("-10000=2.0", "-5000=5.0", "0=1.0");
      assertThat(read(store, UP)).isEqualTo(expected);
      store.sealAll(NOW);
      assertThat(append(store, UP, T - 5_000, 8).accepted()).isEqualTo(1);
      store.sealAll(NOW);
      assertThat(read(store, UP)).isEqualTo(expected);
      store.compactAll(NOW);
      assertThat(read(store, UP)).isEqualTo(expected);
    } finally {
      store.close();
    }
  }

  // ---- deleting and copying --------------------------------------------------------------------

  @Test
  void what_is_deleted_is_gone_at_once_and_stays_gone_and_may_be_written_again()
      throws IOException {
    Tsdb store = Tsdb.open(options().outOfOrderWindow(Duration.ofHours(1)).build(), CLOCK, disk);
    try {
      append(store, UP, T - 20, 1);
      store.sealAll(NOW);
      append(store, UP, T - 10, 2);
      append(store, DOWN, T - 10, 2);
      append(store, UP, T, 3);
      store.delete(
          List.of(LabelMatcher.equal("__name__", "up")), new TimeRange(T - 20, T - 10), NOW);
      assertThat(read(store, UP)).containsExactly("0=3.0");
      assertThat(read(store, DOWN)).containsExactly("-10=2.0");
      append(store, UP, T - 10, 9);
      assertThat(read(store, UP)).containsExactly("-10=9.0", "0=3.0");
      store.close();
      store = Tsdb.open(options().build(), CLOCK, disk);
      assertThat(read(store, UP)).containsExactly("-10=9.0", "0=3.0");
      store.cleanTombstones(NOW);
      assertThat(store.view().tombstones().isEmpty()).isTrue();
      store.compactAll(NOW);
      assertThat(read(store, UP)).containsExactly("-10=9.0", "0=3.0");
      assertThat(read(store, DOWN)).containsExactly("-10=2.0");
    } finally {
      store.close();
    }
  }

  @Test
  void a_snapshot_is_a_store_of_its_own() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
      store.sealAll(NOW);
      append(store, DOWN, T - 10, 2);
      Path copy = store.snapshot("one", NOW);
      append(store, UP, T, 3);
      store.compactAll(NOW);
      assertThat(store.snapshots().list()).containsExactly("one");
      assertThat(TsdbCheck.check(copy, disk).problems()).isEmpty();
      try (Tsdb restored =
          Tsdb.open(TsdbOptions.builder(copy).minFreeBytes(0).build(), CLOCK, disk)) {
        assertThat(read(restored, UP)).containsExactly("-20=1.0");
        assertThat(read(restored, DOWN)).containsExactly("-10=2.0");
        append(restored, DOWN, T, 5);
        assertThat(read(restored, DOWN)).containsExactly("-10=2.0", "0=5.0");
      }
      assertThat(read(store, UP)).containsExactly("-20=1.0", "0=3.0");
    }
  }

  @Test
  void a_snapshot_may_leave_out_what_is_in_memory() throws IOException {
    Path copy;
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
      store.sealAll(NOW);
      append(store, UP, T - 10, 2);
      append(store, DOWN, T - 10, 3);
      copy = store.snapshot("one", true, NOW);
      assertThat(read(store, UP)).containsExactly("-20=1.0", "-10=2.0");
    }
    assertThat(TsdbCheck.check(copy, disk).problems()).isEmpty();
    try (Tsdb restored =
        Tsdb.open(TsdbOptions.builder(copy).minFreeBytes(0).build(), CLOCK, disk)) {
      assertThat(read(restored, UP)).containsExactly("-20=1.0");
      assertThat(read(restored, DOWN)).isEmpty();
    }
  }

  @Test
  void a_snapshot_becomes_the_store_of_a_data_directory_and_stays_a_snapshot() throws IOException {
    Path copy;
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
      copy = store.snapshot("one", NOW);
      assertThat(Restore.run(disk, copy, "metrics")).isTrue();
      assertThat(Restore.run(disk, copy, "metrics")).isFalse();
      assertThat(store.snapshots().list()).containsExactly("one");
    }
    Path metrics = copy.resolve("metrics");
    try (Tsdb restored =
        Tsdb.open(TsdbOptions.builder(metrics).minFreeBytes(0).build(), CLOCK, disk)) {
      append(restored, UP, T, 2);
      restored.compactAll(NOW);
      assertThat(read(restored, UP)).containsExactly("-20=1.0", "0=2.0");
    }
    assertThat(TsdbCheck.check(copy, disk).problems()).isEmpty();
    try (Tsdb again = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(again.snapshots().list()).containsExactly("one");
      assertThat(read(again, UP)).containsExactly("-20=1.0");
    }
  }

  @Test
  void the_store_of_a_data_directory_is_not_taken_for_a_snapshot() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
    }
    assertThatThrownBy(() -> Restore.run(disk, directory, "metrics"))
        .hasMessageContaining("name the folder above it");
  }

  // ---- damage ----------------------------------------------------------------------------------

  @Test
  void a_damaged_part_is_set_aside_and_the_rest_is_there() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
      store.sealAll(NOW);
      append(store, UP, T - 10, 2);
      store.sealAll(NOW);
      append(store, UP, T, 3);
    }
    Path part = disk.list(directory.resolve("parts")).getFirst();
    disk.flipBit(part, 3, 1);
    assertThat(TsdbCheck.check(directory, disk).problems()).isNotEmpty();
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(read(store, UP)).containsExactly("-10=2.0", "0=3.0");
      assertThat(store.stats().quarantined.sum()).isEqualTo(1);
      assertThat(disk.exists(directory.resolve("quarantine").resolve(part.getFileName()))).isTrue();
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
  }

  @Test
  void a_damaged_log_ends_before_the_damage() throws IOException {
    try (Tsdb store = Tsdb.open(options().walSegmentBytes(100).build(), CLOCK, disk)) {
      append(store, DOWN, T - 100, 1);
      store.sealAll(NOW);
      for (int i = 0; i < 40; i++) {
        append(store, UP, T + i, i);
      }
    }
    List<Path> segments = disk.list(directory.resolve("wal"));
    assertThat(segments).hasSizeGreaterThan(3);
    disk.flipBit(segments.get(1), 40, 1);
    assertThat(TsdbCheck.check(directory, disk).problems())
        .singleElement()
        .asString()
        .contains(segments.get(1).toString());
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      List<String> found = read(store, UP);
      assertThat(found).isNotEmpty().hasSizeLessThan(40);
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i)).isEqualTo(i + "=" + (double) i);
      }
      assertThat(read(store, DOWN)).hasSize(1);
      assertThat(store.stats().quarantined.sum()).isPositive();
      append(store, UP, T + 40, 40);
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(read(store, UP)).endsWith("40=40.0");
    }
  }

  @Test
  void a_damaged_registry_costs_names_and_not_the_start() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
      store.sealAll(NOW);
      append(store, DOWN, T - 10, 2);
      store.sealAll(NOW);
    }
    Path registry = disk.list(directory.resolve("series")).getFirst();
    disk.flipBit(registry, 45, 1);
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(store.stats().quarantined.sum()).isEqualTo(1);
      store.compactAll(NOW);
      Labels nameless = Labels.of("__name__", Maintenance.NAMELESS, "ref", "0");
      assertThat(read(store, UP)).isEmpty();
      assertThat(read(store, nameless)).containsExactly("-20=1.0");
      assertThat(read(store, DOWN)).containsExactly("-10=2.0");
      append(store, UP, T, 1);
    }
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(read(store, UP)).containsExactly("0=1.0");
    }
  }

  @Test
  void a_registry_that_lost_its_end_gives_no_ref_twice() throws IOException {
    Labels later = Labels.of("__name__", "later");
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
      store.sealAll(NOW);
      append(store, DOWN, T - 10, 2);
      store.sealAll(NOW);
      append(store, later, T - 5, 3);
      append(store, DOWN, T - 5, 4);
    }
    Path registry = disk.list(directory.resolve("series")).getFirst();
    disk.flipBit(registry, disk.open(registry).length() - 1, 1);
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(store.stats().quarantined.sum()).as("the registry alone").isEqualTo(1);
      append(store, Labels.of("__name__", "new"), T, 5);
      store.compactAll(NOW);
      assertThat(read(store, UP)).containsExactly("-20=1.0");
      assertThat(read(store, later)).containsExactly("-5=3.0");
      assertThat(read(store, Labels.of("__name__", "new"))).containsExactly("0=5.0");
      assertThat(read(store, Labels.of("__name__", Maintenance.NAMELESS, "ref", "1")))
          .containsExactly("-10=2.0", "-5=4.0");
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
  }

  @Test
  void samples_of_many_series_that_the_registry_lost_stay_apart() throws IOException {
    int count = 9_000; // more than a page of the series' columns
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T - 20, 1);
      store.sealAll(NOW);
      for (long time : new long[] {T - 10, T - 5}) {
        Appender appender = store.appender();
        for (int i = 0; i < count; i++) {
          appender.append(Labels.of("__name__", "lost", "i", Integer.toString(i)), time, i);
        }
        appender.commit();
        if (time == T - 10) {
          store.sealAll(NOW);
        }
      }
    }
    Path registry = disk.list(directory.resolve("series")).getFirst();
    disk.flipBit(registry, disk.open(registry).length() - 1, 1);
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(store.stats().quarantined.sum()).as("the registry alone").isEqualTo(1);
      assertThat(store.stats().replayedSamples).isEqualTo(count);
      store.compactAll(NOW);
      for (int ref : new int[] {1, 4_096, 8_192, count}) {
        assertThat(
                read(
                    store,
                    Labels.of("__name__", Maintenance.NAMELESS, "ref", Integer.toString(ref))))
            .containsExactly("-10=" + (ref - 1.0), "-5=" + (ref - 1.0));
      }
    }
  }

  @Test
  void a_part_that_cannot_be_merged_does_not_keep_others_from_it() throws IOException {
    long window = Duration.ofHours(2).toMillis();
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      for (int w = 6; w >= 3; w--) {
        append(store, UP, T - w * window, w);
        store.sealAll(NOW);
      }
    }
    Path broken = disk.list(directory.resolve("parts")).getFirst();
    disk.flipBit(broken, 64, 1);
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      assertThat(store.stats().quarantined.sum()).as("the damage is inside").isZero();
      store.compactIfDue(NOW.plus(Duration.ofHours(1)));
      assertThat(disk.list(directory.resolve("parts"))).containsExactly(broken);
      assertThat(disk.list(directory.resolve("blocks"))).isNotEmpty();
      assertThat(store.stats().maintenanceFailures.sum()).isEqualTo(1);
      store.compactIfDue(NOW.plus(Duration.ofHours(1)));
      assertThat(store.stats().maintenanceFailures.sum()).as("not tried again").isEqualTo(1);
    }
  }

  // ---- limits and durability -------------------------------------------------------------------

  @Test
  void new_series_may_come_only_so_fast_and_known_ones_go_on() throws IOException {
    TsdbOptions options = options().maxNewSeriesPerMinute(2).build();
    long[] now = {T};
    try (Tsdb store = Tsdb.open(options, () -> Instant.ofEpochMilli(now[0]), disk)) {
      append(store, Labels.of("__name__", "a"), T, 1);
      append(store, Labels.of("__name__", "b"), T, 1);
      AppendResult reason =
          append(store, Labels.of("__name__", "c"), T, 1).examples().getFirst().reason();
      assertThat(reason).isEqualTo(new AppendResult.NewSeriesTooFast(2));
      assertThat(reason.retryable()).isTrue();
      assertThat(append(store, Labels.of("__name__", "a"), T + 1, 1).accepted()).isEqualTo(1);
      now[0] += 60_000;
      assertThat(append(store, Labels.of("__name__", "c"), T, 1).accepted()).isEqualTo(1);
    }
  }

  @Test
  void a_write_that_failed_leaves_no_trace() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      append(store, UP, T, 1);
      disk.capacity(disk.usedBytes());
      assertThatThrownBy(() -> append(store, UP, T + 10, 2)).isInstanceOf(MangruException.class);
      assertThatThrownBy(() -> append(store, DOWN, T, 2)).isInstanceOf(MangruException.class);
      disk.capacity(Long.MAX_VALUE);
      assertThat(append(store, UP, T + 5, 3).accepted()).isEqualTo(1); // 10 never was
      assertThat(append(store, DOWN, T - 1, 4).accepted()).isEqualTo(1);
      assertThat(read(store, UP)).containsExactly("0=1.0", "5=3.0");
    }
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk.reboot())) {
      assertThat(read(store, UP)).containsExactly("0=1.0", "5=3.0");
      assertThat(read(store, DOWN)).containsExactly("-1=4.0");
    }
  }

  @Test
  void without_syncs_a_clean_end_keeps_everything() throws IOException {
    TsdbOptions options = options().durability(Durability.OS).build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      append(store, UP, T, 1);
      assertThat(read(store, UP)).containsExactly("0=1.0");
      assertThat(store.durability()).isEqualTo(Durability.OS);
    }
    try (Tsdb store = Tsdb.open(options, CLOCK, disk.reboot())) {
      assertThat(read(store, UP)).containsExactly("0=1.0");
    }
  }
}
