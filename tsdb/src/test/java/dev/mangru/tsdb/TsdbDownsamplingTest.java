package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.Summaries;
import dev.mangru.tsdb.compact.SummaryColumns;
import dev.mangru.tsdb.compact.SummaryPlanner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// The life of files of summaries inside a store.
class TsdbDownsamplingTest {

  private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final Labels A = Labels.of("__name__", "m", "i", "a");
  private static final Labels B = Labels.of("__name__", "m", "i", "b");
  private static final SummaryPlanner.Rule FINE =
      new SummaryPlanner.Rule(Resolution.D5M, Duration.ofDays(1), Duration.ofDays(8));
  private static final SummaryPlanner.Rule COARSE =
      new SummaryPlanner.Rule(Resolution.D1H, Duration.ofDays(2), Duration.ofDays(40));

  private final CrashDisk disk = new CrashDisk(5);
  private final Path directory = disk.root().resolve("data");
  private long nowMs = START;
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);

  private TsdbOptions.Builder options() {
    return TsdbOptions.builder(directory)
        .retention(Duration.ofDays(5))
        .outOfOrderWindow(Duration.ofDays(3))
        .downsampling(List.of(FINE, COARSE))
        .minFreeBytes(0);
  }

  private static void append(Tsdb store, long timestampMs) {
    Appender appender = store.appender();
    appender.append(A, timestampMs, timestampMs / 1e3);
    appender.append(B, timestampMs, 1);
    assertThat(appender.commit().rejected()).isZero();
  }

  private void live(Tsdb store, long untilMs) throws IOException {
    while (nowMs < untilMs) {
      nowMs += MINUTE;
      append(store, nowMs);
      if (nowMs % (10 * MINUTE) == 0) {
        store.maintain(clock.instant());
      }
    }
  }

  private static List<SummaryFile> summaries(Tsdb store, Resolution resolution) {
    return store.view().summaries().stream()
        .filter(each -> each.stored().resolution() == resolution)
        .toList();
  }

  /// How many floats the summaries of a resolution count.
  private static double counted(Tsdb store, Resolution resolution, Labels labels)
      throws IOException {
    double count = 0;
    SummaryColumns found = new SummaryColumns();
    for (SummaryFile each : summaries(store, resolution)) {
      ChunkCursor chunks = each.file().cursor();
      int number = each.file().find(labels);
      if (number >= 0 && chunks.seek(number)) {
        Summaries.read(each.file(), chunks, TimeRange.ALL, new SampleColumns(), found);
        count += found.count(0, found.count());
      }
    }
    return count;
  }

  @Test
  void blocks_are_summarised_when_they_are_old_and_summaries_outlive_them() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      live(store, START + 4 * DAY);
      assertThat(counted(store, Resolution.D5M, A)).isBetween(1440 * 2.9 - 120, 1440 * 3.0);
      assertThat(counted(store, Resolution.D1H, A)).isBetween(1440 * 1.9 - 120, 1440 * 2.0);
    }
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      assertThat(summaries(store, Resolution.D5M)).isNotEmpty();
      live(store, START + 20 * DAY);
      // Of the samples five days are left, of the fine summaries eight, of the coarse ones all.
      assertThat(Dump.of(store).get(A).firstKey()).isGreaterThan(nowMs - 7 * DAY);
      double fine = counted(store, Resolution.D5M, A);
      assertThat(fine).isBetween(1440 * 6.0, 1440 * 8.0);
      double coarse = counted(store, Resolution.D1H, A);
      assertThat(coarse).isBetween(1440 * 17.0, 1440 * 18.0);
      assertThat(counted(store, Resolution.D1H, B)).isEqualTo(coarse);
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
    assertThat(TsdbCheck.check(directory, disk).checked().toString())
        .contains("files of summaries");
    // No rule asks for them any more.
    try (Tsdb store = Tsdb.open(options().downsampling(List.of()).build(), clock, disk)) {
      store.maintain(clock.instant());
      assertThat(store.view().summaries()).isEmpty();
      assertThat(disk.list(directory.resolve("summaries"))).isEmpty();
    }
  }

  @Test
  void what_is_deleted_goes_from_summaries_whether_their_block_is_there_or_not()
      throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      live(store, START + 9 * DAY);
      double before = counted(store, Resolution.D1H, B);
      store.delete(List.of(LabelMatcher.equal("i", "a")), TimeRange.ALL, clock.instant());
      store.cleanTombstones(clock.instant());
      assertThat(counted(store, Resolution.D1H, A)).isZero();
      assertThat(counted(store, Resolution.D5M, A)).isZero();
      assertThat(counted(store, Resolution.D1H, B)).isEqualTo(before);
      assertThat(store.view().tombstones().isEmpty()).isTrue();
    }
  }

  @Test
  void late_samples_reach_the_summaries() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      live(store, START + 2 * DAY);
      double before = counted(store, Resolution.D5M, A);
      for (long time = START + 2 * HOUR; time < START + 10 * HOUR; time += 1_000) {
        if (time % MINUTE != 0) {
          Appender appender = store.appender();
          appender.append(A, time, 5);
          assertThat(appender.commit().rejected()).isZero();
        }
      }
      store.compactAll(clock.instant());
      store.compactAll(clock.instant());
      assertThat(counted(store, Resolution.D5M, A)).isGreaterThan(before + 20_000);
      for (SummaryFile each : store.view().summaries()) {
        assertThat(store.view().files())
            .anyMatch(file -> file.stored().number() == each.stored().source());
      }
    }
  }

  @Test
  void a_snapshot_has_the_summaries() throws IOException {
    Path copy;
    double wanted;
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      live(store, START + 7 * DAY);
      wanted = counted(store, Resolution.D1H, A);
      copy = store.snapshot("one", clock.instant());
    }
    assertThat(TsdbCheck.check(copy, disk).problems()).isEmpty();
    TsdbOptions there =
        TsdbOptions.builder(copy)
            .downsampling(List.of(FINE, COARSE))
            .retention(Duration.ofDays(5))
            .minFreeBytes(0)
            .build();
    try (Tsdb store = Tsdb.open(there, clock, disk)) {
      assertThat(counted(store, Resolution.D1H, A)).isEqualTo(wanted);
    }
  }

  private void damage(Path file, long fromEnd) throws IOException {
    Path whole = file.resolveSibling("whole");
    disk.link(file, whole);
    disk.delete(file);
    try (var in = disk.open(whole);
        var out = disk.create(file)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) in.length());
      in.readFully(0, bytes);
      int at = (int) (in.length() - fromEnd);
      bytes.put(at, (byte) (bytes.get(at) ^ 0x10));
      out.write(bytes.flip());
      out.sync();
    }
    disk.delete(whole);
  }

  @Test
  void damaged_summaries_go_and_are_made_again() throws IOException {
    double wanted;
    Path damaged;
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      live(store, START + 4 * DAY);
      wanted = counted(store, Resolution.D5M, A);
      damaged = summaries(store, Resolution.D5M).getLast().file().path();
    }
    damage(damaged, 8); // in the footer: found at the start
    assertThat(TsdbCheck.check(directory, disk).problems()).isNotEmpty();
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      assertThat(counted(store, Resolution.D5M, A)).isLessThan(wanted);
      assertThat(disk.list(directory.resolve("quarantine"))).hasSize(1);
      store.maintain(clock.instant());
      assertThat(counted(store, Resolution.D5M, A)).isEqualTo(wanted);
      damaged = summaries(store, Resolution.D5M).getLast().file().path();
    }
    damage(damaged, damagedChunk(damaged)); // in a chunk: found by the repair
    TsdbRepair.Outcome outcome = TsdbRepair.repair(directory, disk, clock);
    assertThat(outcome.after().problems()).isEmpty();
    assertThat(outcome.done()).anyMatch(line -> line.contains("made again from their block"));
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      store.maintain(clock.instant());
      assertThat(counted(store, Resolution.D5M, A)).isEqualTo(wanted);
    }
  }

  private long damagedChunk(Path file) throws IOException {
    try (var in = disk.open(file)) {
      return in.length() - 100;
    }
  }

  @Test
  void without_a_manifest_summaries_are_found_and_made_again_where_their_block_is()
      throws IOException {
    double coarse;
    double fine;
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      live(store, START + 9 * DAY);
      coarse = counted(store, Resolution.D1H, A);
      fine = counted(store, Resolution.D5M, A);
    }
    disk.delete(directory.resolve("MANIFEST"));
    assertThat(TsdbRepair.repair(directory, disk, clock).after().problems()).isEmpty();
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      store.maintain(clock.instant());
      store.maintain(clock.instant());
      assertThat(counted(store, Resolution.D1H, A)).isBetween(coarse, coarse + 1440);
      assertThat(counted(store, Resolution.D5M, A)).isBetween(fine, fine + 1440);
    }
  }

  @Test
  void an_older_manifest_opens_and_the_next_one_is_of_this_version() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      append(store, nowMs);
    }
    Manifest manifest = Manifest.read(disk, directory);
    String old = manifest.encode().replace("mangru-tsdb 3", "mangru-tsdb 2");
    String body = old.substring(0, old.lastIndexOf("crc32c"));
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.ISO_8859_1));
    String text = body + "crc32c %08x\n".formatted((int) crc.getValue());
    disk.delete(directory.resolve("MANIFEST"));
    try (var out = disk.create(directory.resolve("MANIFEST"))) {
      out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
      out.sync();
    }
    assertThat(Manifest.read(disk, directory)).isEqualTo(manifest);
    try (Tsdb store = Tsdb.open(options().build(), clock, disk)) {
      assertThat(Dump.of(store)).hasSize(2);
      store.sealAll(clock.instant());
    }
    assertThat(Manifest.read(disk, directory).encode()).startsWith("mangru-tsdb 3\n");
  }

  @Test
  void retention_by_size_counts_summaries() throws IOException {
    long limit = 60_000;
    try (Tsdb store =
        Tsdb.open(
            options().retentionBytes(limit).retention(Duration.ofDays(90)).build(), clock, disk)) {
      live(store, START + 12 * DAY);
      long files = store.view().files().stream().mapToLong(f -> f.stored().bytes()).sum();
      long summaries = store.view().summaries().stream().mapToLong(SummaryFile::bytes).sum();
      assertThat(summaries).isPositive().isLessThanOrEqualTo(limit / 2);
      assertThat(files + summaries).isLessThanOrEqualTo(limit);
    }
  }
}
