package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.transfer.Collected;
import dev.mangru.tsdb.transfer.ImportReport;
import dev.mangru.tsdb.transfer.ImportSource;
import dev.mangru.tsdb.transfer.Importer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Samples of any time inside the retention get into a store that holds others already.
final class BulkImportTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long DAY = 86_400_000L;

  @TempDir Path folder;

  private static TsdbOptions options(Path directory) {
    return TsdbOptions.builder(directory)
        .retention(Duration.ofDays(2))
        .minFreeBytes(0)
        .maxLabels(5)
        .build();
  }

  private static Tsdb open(Disk disk, Path directory) throws IOException {
    return Tsdb.open(options(directory), () -> Instant.ofEpochMilli(NOW), disk);
  }

  private static ImportReport run(Tsdb store, Disk disk, Path runs, ImportSource source)
      throws IOException {
    try (Importer importer = new Importer(store.importTarget(), disk, runs, 20_000, _ -> {})) {
      return importer.run(source);
    }
  }

  private static Collected all(Tsdb store) {
    Collected found = new Collected();
    SampleColumns columns = new SampleColumns();
    try (Querier querier = store.querier(TimeRange.ALL)) {
      for (Querier.Series series : querier.select(List.of())) {
        series.read(columns);
        found.add(series.labels(), columns);
      }
    }
    return found;
  }

  private record Sample(Labels labels, long timeMs, double value) {}

  private static List<Sample> samples(Random random, int count) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Labels labels = Labels.of("__name__", "m" + random.nextInt(3), "i", "" + random.nextInt(5));
      all.add(new Sample(labels, NOW - random.nextLong(3 * DAY / 5000) * 5000, random.nextInt(4)));
    }
    return all;
  }

  private static void append(Tsdb store, List<Sample> samples, Collected expected) {
    for (Sample one : samples) {
      var batch = store.appender();
      batch.append(one.labels(), one.timeMs(), one.value());
      if (batch.commit().accepted() == 1) {
        expected.add(one.labels(), one.timeMs(), 0, one.value());
      }
    }
  }

  @Seeds(40)
  void imports_fill_what_is_missing_and_change_nothing_else(long seed) throws IOException {
    Random random = new Random(seed);
    Path directory = folder.resolve("data");
    Path runs = folder.resolve("runs");
    Collected expected = new Collected();
    List<Sample> incoming = samples(random, 10 + 5 * (int) seed);
    try (Tsdb store = open(Disk.REAL, directory)) {
      append(store, samples(random, 30), expected);
      if (seed % 3 == 0) {
        store.compactAll(Instant.ofEpochMilli(NOW));
      }
      incoming.addAll(incoming.subList(0, 5));
      ImportReport report =
          run(
              store,
              Disk.REAL,
              runs,
              sink -> {
                for (Sample one : incoming) {
                  sink.add(one.labels(), one.timeMs(), 0, one.value());
                }
              });
      for (Sample one : incoming) {
        if (one.timeMs() >= NOW - 2 * DAY) {
          expected.add(one.labels(), one.timeMs(), 0, one.value());
        }
      }
      assertThat(report.imported() + report.alreadyThere() + report.refusedSamples())
          .isEqualTo(incoming.size());
      assertThat(all(store).series()).isEqualTo(expected.series());
      if (seed % 2 == 0) {
        store.compactAll(Instant.ofEpochMilli(NOW));
        assertThat(all(store).series()).isEqualTo(expected.series());
      }
    }
    try (Tsdb store = open(Disk.REAL, directory)) {
      assertThat(all(store).series()).isEqualTo(expected.series());
      ImportReport again =
          run(
              store,
              Disk.REAL,
              runs,
              sink -> {
                for (Sample one : incoming) {
                  sink.add(one.labels(), one.timeMs(), 0, one.value());
                }
              });
      assertThat(again.imported()).isZero();
    }
    assertThat(TsdbCheck.check(directory).problems()).isEmpty();
  }

  @Test
  void histograms_and_start_timestamps_come_back_bit_for_bit() throws IOException {
    NativeHistogram histogram =
        NativeHistogram.builder(false)
            .schema(-53)
            .total(Double.doubleToRawLongBits(2.5), 7)
            .positive(
                new int[] {0, 2},
                new long[] {Double.doubleToRawLongBits(1.5), Double.doubleToRawLongBits(1)})
            .customBounds(new double[] {1, 5})
            .build();
    SampleColumns columns = new SampleColumns();
    columns.add(NOW - DAY, NOW - 3 * DAY, 7, histogram);
    columns.add(NOW - DAY + 1, NOW - 3 * DAY, 3.25, null);
    Collected expected = new Collected();
    Labels labels = Labels.of("__name__", "h");
    expected.add(labels, columns);
    try (Tsdb store = open(Disk.REAL, folder.resolve("data"))) {
      ImportReport report =
          run(store, Disk.REAL, folder.resolve("runs"), sink -> sink.add(labels, columns));
      assertThat(report.imported()).isEqualTo(2);
      assertThat(all(store).series()).isEqualTo(expected.series());
    }
  }

  @Test
  void series_over_a_limit_are_refused_and_the_others_imported() throws IOException {
    Labels wide = Labels.of("__name__", "w", "a", "1", "b", "1", "c", "1", "d", "1", "e", "1");
    try (Tsdb store = open(Disk.REAL, folder.resolve("data"))) {
      ImportReport report =
          run(
              store,
              Disk.REAL,
              folder.resolve("runs"),
              sink -> {
                sink.add(wide, NOW, 0, 1);
                sink.add(Labels.of("__name__", "up"), NOW, 0, 1);
                sink.add(wide, NOW + 1, 0, 1);
              });
      assertThat(report.imported()).isEqualTo(1);
      assertThat(report.refused().keySet())
          .singleElement()
          .asString()
          .contains("over a limit of labels")
          .contains("6 labels; the limit is 5");
      assertThat(report.refusedSamples()).isEqualTo(2);
    }
  }

  @Seeds(60)
  void a_power_cut_leaves_whole_windows_and_importing_again_does_the_rest(long seed)
      throws IOException {
    List<Sample> incoming = samples(new Random(seed), 60);
    ImportSource source =
        sink -> {
          for (Sample one : incoming) {
            sink.add(one.labels(), one.timeMs(), 0, one.value());
          }
        };
    CrashDisk disk = new CrashDisk(seed);
    Path directory = disk.root().resolve("data");
    Path runs = disk.root().resolve("runs");
    disk.powerOffAt(seed * 3);
    try (Tsdb store = open(disk, directory)) {
      run(store, disk, runs, source);
    } catch (IOException | MangruException e) {
      assertThat(e.toString()).containsIgnoringCase("power");
    }
    disk = disk.reboot();
    Collected expected = new Collected();
    for (Sample one : incoming) {
      if (one.timeMs() >= NOW - 2 * DAY) {
        expected.add(one.labels(), one.timeMs(), 0, one.value());
      }
    }
    try (Tsdb store = open(disk, directory)) {
      run(store, disk, runs, source);
      assertThat(all(store).series()).isEqualTo(expected.series());
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
  }

  @Test
  void an_import_ends_before_the_disk_is_full_and_keeps_what_it_has() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Path data = disk.root().resolve("data");
    TsdbOptions options =
        TsdbOptions.builder(data).retention(Duration.ofDays(30)).minFreeBytes(20_000).build();
    try (Tsdb store = Tsdb.open(options, () -> Instant.ofEpochMilli(NOW), disk)) {
      disk.capacity(disk.usedBytes() + 20_100);
      assertThatThrownBy(() ->
              run(
                  store,
                  disk,
                  disk.root().resolve("runs"),
                  sink -> {
                    for (int day = 9; day >= 0; day--) {
                      sink.add(Labels.of("__name__", "up"), NOW - day * DAY, 0, day);
                    }
                  }))
          .isInstanceOf(MangruException.class)
          .hasMessageContaining("less than min-free-bytes = 20000: free some space");
      assertThat(all(store).samples()).isPositive().isLessThan(10);
    }
  }
}
