package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.ImportOutcome;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.transfer.Collected;
import dev.mangru.tsdb.transfer.ImportPieces;
import dev.mangru.tsdb.transfer.ImportSource;
import dev.mangru.tsdb.transfer.ImportTarget;
import dev.mangru.tsdb.transfer.Importer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Imports into a store that others write to at the same time.
final class LiveImportTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long DAY = 86_400_000L;
  private static final Labels UP = Labels.of("__name__", "up", "job", "a");

  @TempDir Path folder;

  private static Tsdb open(Disk disk, Path directory) throws IOException {
    return Tsdb.open(
        TsdbOptions.builder(directory)
            .retention(Duration.ofDays(3))
            .minFreeBytes(0)
            .maxQuerySeries(2)
            .outOfOrderWindow(Duration.ofMinutes(1))
            .build(),
        () -> Instant.ofEpochMilli(NOW),
        disk);
  }

  private Tsdb open() throws IOException {
    return open(Disk.REAL, folder.resolve("data/metrics"));
  }

  private static Collected all(Tsdb store) {
    Collected found = new Collected();
    SampleColumns columns = new SampleColumns();
    try (Querier querier = store.querier(TimeRange.ALL)) {
      for (String name : querier.labelValues("__name__", List.of())) {
        for (Querier.Series series :
            querier.select(List.of(LabelMatcher.equal("__name__", name)))) {
          series.read(columns);
          found.add(series.labels(), columns);
        }
      }
    }
    return found;
  }

  private static List<byte[]> pieces(Disk disk, Path runs, ImportSource source) throws IOException {
    List<byte[]> pieces = new ArrayList<>();
    ImportPieces cut = new ImportPieces(pieces::add);
    try (Importer importer = new Importer(cut, disk, runs, 20_000, _ -> {})) {
      importer.run(source);
      cut.flush();
    }
    return pieces;
  }

  private static ImportOutcome take(Tsdb store, byte[] piece) throws IOException {
    return new TsdbAdmin(store, () -> Instant.ofEpochMilli(NOW), new Random(1))
        .importPiece(new ByteArrayInputStream(piece));
  }

  private byte[] piece(ImportSource source) throws IOException {
    return pieces(Disk.REAL, folder.resolve("runs"), source).getFirst();
  }

  private static void append(Tsdb store, Labels labels, long timeMs, double value) {
    var batch = store.appender();
    batch.append(labels, timeMs, value);
    assertThat(batch.commit().accepted()).isEqualTo(1);
  }

  private record Sample(Labels labels, long timeMs, double value) {}

  private static List<Sample> samples(Random random, int count) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Labels labels = Labels.of("__name__", "m" + random.nextInt(9));
      all.add(new Sample(labels, NOW - random.nextLong(2 * DAY / 5000) * 5000, random.nextInt(4)));
    }
    return all;
  }

  @Seeds(30)
  void pieces_fill_what_is_missing_whatever_the_store_does_between_them(long seed)
      throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    Path directory = disk.root().resolve("data/metrics");
    Collected expected = new Collected();
    List<Sample> incoming = samples(random, 20 + 5 * (int) seed);
    try (Tsdb store = open(disk, directory)) {
      int at = 0;
      while (at < incoming.size()) {
        List<Sample> some = incoming.subList(at, Math.min(incoming.size(), at + 25));
        at += some.size();
        for (Sample one : samples(random, 5)) {
          var batch = store.appender();
          batch.append(one.labels(), one.timeMs(), one.value());
          if (batch.commit().accepted() == 1) {
            expected.add(one.labels(), one.timeMs(), 0, one.value());
          }
        }
        if (random.nextInt(3) == 0) {
          store.sealAll(Instant.ofEpochMilli(NOW));
        }
        if (random.nextInt(4) == 0) {
          store.compactAll(Instant.ofEpochMilli(NOW));
        }
        byte[] piece =
            piece(sink -> {
              for (Sample one : some) {
                sink.add(one.labels(), one.timeMs(), 0, one.value());
              }
            });
        take(store, piece);
        for (Sample one : some) {
          expected.add(one.labels(), one.timeMs(), 0, one.value());
        }
        assertThat(all(store).series()).isEqualTo(expected.series());
        assertThat(take(store, piece).imported()).isZero();
      }
    }
    try (Tsdb store = open(disk, directory)) {
      assertThat(all(store).series()).isEqualTo(expected.series());
      store.compactAll(Instant.ofEpochMilli(NOW));
      assertThat(all(store).series()).isEqualTo(expected.series());
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
  }

  @Test
  void a_window_with_more_series_than_a_query_may_select_comes_in() throws IOException {
    try (Tsdb store = open()) {
      byte[] piece =
          piece(sink -> {
            for (int i = 0; i < 100; i++) {
              sink.add(Labels.of("__name__", "m" + i), NOW - DAY, 0, i);
            }
          });
      assertThat(take(store, piece).imported()).isEqualTo(100);
      assertThat(take(store, piece).alreadyThere()).isEqualTo(100);
      assertThat(all(store).samples()).isEqualTo(100);
    }
  }

  @Test
  void what_is_written_while_a_window_is_open_is_not_covered() throws IOException {
    long time = NOW - 60_000;
    TimeRange window = new TimeRange(time / 7_200_000 * 7_200_000, NOW + 7_200_000);
    for (boolean sealed : new boolean[] {false, true}) {
      for (boolean known : new boolean[] {false, true}) {
        Path directory = folder.resolve("data" + sealed + known).resolve("metrics");
        try (Tsdb store = open(Disk.REAL, directory)) {
          if (known) {
            append(store, UP, time - 1000, 0);
          }
          SampleColumns columns = new SampleColumns();
          columns.add(time, 1);
          ImportTarget target = store.importTarget();
          try (ImportTarget.Window out = target.window(window)) {
            out.existing(UP, new SampleColumns());
            out.add(UP, columns);
            append(store, UP, time, 2);
            if (sealed) {
              store.sealAll(Instant.ofEpochMilli(NOW));
            }
            assertThatThrownBy(out::finish)
                .isInstanceOfSatisfying(
                    MangruException.class,
                    e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
                .hasMessageContaining("was written at the same times");
          }
          assertThat(all(store).series().get(UP)).hasSize(known ? 2 : 1);
          assertThat(value(store, time)).isEqualTo(2);
        }
        try (Tsdb store = open(Disk.REAL, directory)) {
          assertThat(value(store, time)).isEqualTo(2);
        }
        assertThat(TsdbCheck.check(directory).problems()).isEmpty();
      }
    }
  }

  private static double value(Tsdb store, long timeMs) {
    var samples = new TreeMap<>(all(store).series().get(UP));
    return Double.longBitsToDouble(samples.get(timeMs).valueBits());
  }

  @Test
  void other_samples_of_the_series_may_come_meanwhile() throws IOException {
    long time = NOW - 60_000;
    try (Tsdb store = open()) {
      append(store, UP, time - 1000, 0);
      SampleColumns columns = new SampleColumns();
      columns.add(time - 20_000, 1);
      columns.add(time - 10_000, 1);
      ImportTarget target = store.importTarget();
      try (ImportTarget.Window out = target.window(new TimeRange(time - 60_000, time))) {
        out.add(UP, columns);
        append(store, UP, time, 2);
        out.finish();
      }
      assertThat(all(store).series().get(UP)).hasSize(4);
    }
  }

  @Test
  void a_deletion_while_a_window_is_open_does_not_take_what_is_imported_after_it()
      throws IOException {
    try (Tsdb store = open()) {
      append(store, UP, NOW - 1000, 0);
      SampleColumns columns = new SampleColumns();
      columns.add(NOW - 60_000, 1);
      ImportTarget target = store.importTarget();
      try (ImportTarget.Window out = target.window(new TimeRange(NOW - 60_000, NOW))) {
        out.add(UP, columns);
        store.delete(
            List.of(LabelMatcher.equal("__name__", "up")),
            TimeRange.ALL,
            Instant.ofEpochMilli(NOW));
        assertThatThrownBy(out::finish).hasMessageContaining("samples were deleted");
      }
      assertThat(all(store).samples()).isZero();
      byte[] again = piece(sink -> sink.add(UP, columns));
      assertThat(take(store, again).imported()).isEqualTo(1);
      assertThat(all(store).samples()).isEqualTo(1);
    }
  }

  @Test
  void an_imported_sample_that_is_the_newest_counts_like_a_written_one() throws IOException {
    Path directory = folder.resolve("data/metrics");
    try (Tsdb store = open(Disk.REAL, directory)) {
      append(store, UP, NOW - 60_000, 1);
      take(store, piece(sink -> sink.add(UP, NOW - 10_000, 0, 5)));
      var conflict = store.appender();
      conflict.append(UP, NOW - 10_000, 6);
      assertThat(conflict.commit().rejected()).isEqualTo(1);
      var same = store.appender();
      same.append(UP, NOW - 10_000, 5);
      assertThat(same.commit().accepted()).isEqualTo(1);
      append(store, UP, NOW - 20_000, 7);
      append(store, UP, NOW, 8);
    }
    try (Tsdb store = open(Disk.REAL, directory)) {
      assertThat(
              all(store).series().get(UP).values().stream()
                  .map(one -> Double.longBitsToDouble(one.valueBits())))
          .containsExactly(1.0, 7.0, 5.0, 8.0);
    }
  }

  @Seeds(60)
  void a_power_cut_loses_no_piece_that_was_acknowledged(long seed) throws IOException {
    List<Sample> incoming = samples(new Random(seed), 60);
    CrashDisk disk = new CrashDisk(seed);
    Path directory = disk.root().resolve("data/metrics");
    List<byte[]> pieces = new ArrayList<>();
    for (int from = 0; from < 60; from += 20) {
      List<Sample> some = incoming.subList(from, from + 20);
      pieces.add(
          piece(sink -> {
            for (Sample one : some) {
              sink.add(one.labels(), one.timeMs(), 0, one.value());
            }
          }));
    }
    disk.powerOffAt(40 + seed * 4);
    int acknowledged = 0;
    try (Tsdb store = open(disk, directory)) {
      for (byte[] piece : pieces) {
        take(store, piece);
        acknowledged++;
      }
    } catch (IOException | MangruException e) {
      assertThat(e.toString()).containsIgnoringCase("power");
    }
    disk = disk.reboot();
    try (Tsdb store = open(disk, directory)) {
      Collected there = all(store);
      Collected expected = new Collected();
      for (Sample one : incoming.subList(0, 20 * acknowledged)) {
        expected.add(one.labels(), one.timeMs(), 0, one.value());
      }
      expected
          .series()
          .forEach((labels, samples) ->
              assertThat(there.series().get(labels)).containsAllEntriesOf(samples));
      for (byte[] piece : pieces) {
        take(store, piece);
      }
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
  }

  @Test
  void bytes_that_are_no_piece_are_refused_and_change_nothing() throws IOException {
    try (Tsdb store = open()) {
      byte[] piece = piece(sink -> sink.add(UP, NOW - DAY, 0, 5));
      Random random = new Random(3);
      for (int i = 0; i < 200; i++) {
        byte[] broken = piece.clone();
        broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
        assertThatThrownBy(() -> take(store, broken))
            .isInstanceOfSatisfying(
                MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA));
      }
      assertThat(all(store).samples()).isZero();
      assertThat(folder.resolve("data/import.piece")).doesNotExist();
      assertThat(folder.resolve("data/import.tmp")).doesNotExist();
    }
  }

  @Test
  void two_imports_at_a_time_are_one_too_many() throws IOException {
    try (Tsdb store = open()) {
      TsdbAdmin admin = new TsdbAdmin(store, () -> Instant.ofEpochMilli(NOW), new Random(1));
      byte[] piece = piece(sink -> sink.add(UP, NOW - DAY, 0, 5));
      List<Throwable> other = new ArrayList<>();
      InputStream slow =
          new ByteArrayInputStream(piece) {
            @Override
            public int read(byte[] bytes) throws IOException {
              Thread thread =
                  Thread.ofPlatform()
                      .name("other")
                      .start(() -> {
                        try {
                          admin.importPiece(new ByteArrayInputStream(piece));
                        } catch (IOException | RuntimeException e) {
                          other.add(e);
                        }
                      });
              try {
                thread.join();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              return super.read(bytes);
            }
          };
      assertThat(admin.importPiece(slow).imported()).isEqualTo(1);
      assertThat(other).isNotEmpty();
      assertThat(other.getFirst()).hasMessageContaining("another import is under way");
    }
  }
}
