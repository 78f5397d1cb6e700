package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.transfer.HexFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A data directory that the first format's writer made: two blocks and a log, 569 samples of four
/// series with special values.
final class UpgradeTest {

  private static final long START = 1_700_000_000_000L;
  private static final Instant NOW = Instant.ofEpochMilli(START + 180 * 60_000L);
  private static final List<String> FILES =
      List.of("MANIFEST", "blocks/000000000003.blk", "blocks/000000000004.blk", "wal/00000003.log");

  @TempDir Path folder;
  private Path old = Path.of("");

  @BeforeEach
  void unpack() throws IOException {
    old = folder.resolve("metrics");
    HexFiles.unpack("store-1.hex", old);
  }

  private static void put(
      Map<Labels, NavigableMap<Long, Long>> into, Labels labels, int minute, double value) {
    into.computeIfAbsent(labels, _ -> new TreeMap<>())
        .put(START + minute * 60_000L, Double.doubleToRawLongBits(value));
  }

  private static Map<Labels, NavigableMap<Long, Long>> expected() {
    Map<Labels, NavigableMap<Long, Long>> all = new TreeMap<>();
    for (int i = 0; i < 180; i++) {
      put(
          all,
          Labels.of("__name__", "up", "job", "node", "instance", "a:9100"),
          i,
          i % 50 == 49 ? 0 : 1);
      put(
          all,
          Labels.of("__name__", "node_load1", "job", "node", "instance", "a:9100"),
          i,
          i * 0.37 % 2.5);
      put(
          all,
          Labels.of("__name__", "http_requests_total", "job", "웹", "path", "/\"x\"\n"),
          i,
          i * 17);
      if (i > 60 && i < 90) {
        double value =
            switch (i) {
              case 70 -> Double.longBitsToDouble(0x7ff8000000000abcL);
              case 71 -> -0.0;
              case 89 -> StaleMarker.VALUE;
              default -> Double.NEGATIVE_INFINITY;
            };
        put(all, Labels.of("__name__", "short", "kind", "lived"), i, value);
      }
    }
    return all;
  }

  private static TsdbOptions options(Path directory) {
    return TsdbOptions.builder(directory)
        .retention(Duration.ofDays(40_000))
        .minFreeBytes(0)
        .build();
  }

  private static Map<Labels, NavigableMap<Long, Long>> open(Disk disk, Path directory)
      throws IOException {
    Map<Labels, NavigableMap<Long, Long>> found = new TreeMap<>();

    try (Tsdb store = Tsdb.open(options(directory), () -> NOW, disk);
        Querier querier = store.querier(TimeRange.ALL)) {
      SampleColumns columns = new SampleColumns();
      for (Querier.Series series : querier.select(List.of())) {
        series.read(columns);
        NavigableMap<Long, Long> samples = new TreeMap<>();
        for (int i = 0; i < columns.count(); i++) {
          samples.put(columns.timesMs()[i], Double.doubleToRawLongBits(columns.values()[i]));
        }
        found.put(series.labels(), samples);
      }
    }
    return found;
  }

  @Test
  void every_sample_of_blocks_and_log_is_there_bit_for_bit() throws IOException {
    assertThat(open(Disk.REAL, old)).isEqualTo(expected());
    assertThat(open(Disk.REAL, old)).as("opened again").isEqualTo(expected());
    assertThat(TsdbCheck.check(old).problems()).isEmpty();
    assertThat(old.resolve("blocks/000000000003.blk")).doesNotExist();
    assertThat(old.resolve("wal/00000003.log")).doesNotExist();
    assertThat(Files.readString(old.resolve("MANIFEST"))).startsWith("mangru-tsdb 3\n");
  }

  @Test
  void the_upgraded_store_takes_writes_and_knows_the_newest_samples() throws IOException {
    Labels up = Labels.of("__name__", "up", "job", "node", "instance", "a:9100");
    try (Tsdb store = Tsdb.open(options(old), () -> NOW)) {
      var late = store.appender();
      late.append(up, START, 5);
      assertThat(late.commit().rejected()).isEqualTo(1);
      var next = store.appender();
      next.append(up, START + 180 * 60_000L, 1);
      assertThat(next.commit().accepted()).isEqualTo(1);
    }
    Map<Labels, NavigableMap<Long, Long>> after = expected();
    put(after, up, 180, 1);
    assertThat(open(Disk.REAL, old)).isEqualTo(after);
  }

  @Test
  void an_empty_store_of_the_first_format_is_upgraded_too() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Files.writeString(
        empty.resolve("MANIFEST"),
        "mangru-tsdb 1\nwal-first-segment 1\nnext-block 1\ncrc32c f57fb17e\n");
    assertThat(open(Disk.REAL, empty)).isEmpty();
  }

  @Test
  void a_damaged_old_store_is_refused_and_left_alone() throws IOException {
    for (String name : FILES.subList(0, 3)) {
      Path directory = folder.resolve("damaged-" + name.replace('/', '-'));
      HexFiles.unpack("store-1.hex", directory);
      Path file = directory.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 3] ^= 4;
      Files.write(file, bytes);
      assertThatThrownBy(() -> open(Disk.REAL, directory))
          .as(name)
          .isInstanceOfAny(CorruptDataException.class, MangruException.class)
          .hasMessageContaining(file.toString());
      assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
      assertThat(Files.readString(directory.resolve("MANIFEST"))).startsWith("mangru-tsdb 1");
    }
  }

  @Test
  void a_repair_upgrades_what_can_be_read_of_a_damaged_old_store() throws IOException {
    for (String name : FILES.subList(1, 3)) {
      for (int part = 3; part < 6; part++) {
        Path directory = folder.resolve("damaged-" + part + name.replace('/', '-'));
        HexFiles.unpack("store-1.hex", directory);
        Path file = directory.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - bytes.length / part] ^= 4;
        Files.write(file, bytes);
        assertThat(TsdbCheck.check(directory).problems()).isNotEmpty();
        TsdbRepair.Outcome outcome = TsdbRepair.repair(directory, Disk.REAL, () -> NOW);
        assertThat(outcome.after().problems()).isEmpty();
        assertThat(outcome.done()).anyMatch(line -> line.contains(file + " at offset "));
        assertThat(directory.resolve("quarantine/format-1-" + file.getFileName()))
            .hasBinaryContent(bytes);
        Map<Labels, NavigableMap<Long, Long>> found = open(Disk.REAL, directory);
        long samples = found.values().stream().mapToLong(Map::size).sum();
        assertThat(samples).isBetween(200L, 568L);
        found.forEach((labels, one) ->
            assertThat(expected().getOrDefault(labels, new TreeMap<>())).containsAllEntriesOf(one));
      }
    }
  }

  @Test
  void a_torn_log_is_upgraded_as_far_as_it_is_whole_and_kept() throws IOException {
    Path log = old.resolve("wal/00000003.log");
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 3] ^= 4;
    Files.write(log, bytes);
    Map<Labels, NavigableMap<Long, Long>> found = open(Disk.REAL, old);
    assertThat(found.keySet()).isEqualTo(expected().keySet());
    found.forEach((labels, samples) ->
        assertThat(expected().getOrDefault(labels, new TreeMap<>())).containsAllEntriesOf(samples));
    Labels up = Labels.of("__name__", "up", "job", "node", "instance", "a:9100");
    assertThat(found.getOrDefault(up, new TreeMap<>())).hasSizeBetween(101, 179);
    assertThat(old.resolve("quarantine/format-1-00000003.log")).hasBinaryContent(bytes);
  }

  private CrashDisk diskWithOldStore(long seed) throws IOException {
    CrashDisk disk = new CrashDisk(seed);
    Path directory = disk.root().resolve("metrics");
    for (String name : FILES) {
      Path file = directory.resolve(name);
      Path parent = file.getParent();
      disk.createDirectories(parent == null ? directory : parent);
      try (WritableFile out = disk.create(file)) {
        out.write(ByteBuffer.wrap(Files.readAllBytes(old.resolve(name))));
        out.sync();
      }
      disk.syncDirectory(parent == null ? directory : parent);
    }
    return disk;
  }

  @Seeds(120)
  void a_power_cut_at_any_moment_loses_nothing(long seed) throws IOException {
    CrashDisk disk = diskWithOldStore(seed);
    for (int cut = 0; cut < 2; cut++) {
      disk.powerOffAt(cut == 0 ? seed : seed % 17);
      try {
        assertThat(open(disk, disk.root().resolve("metrics"))).isEqualTo(expected());
      } catch (IOException | MangruException e) {
        assertThat(e.toString()).containsIgnoringCase("power");
      }
      disk = disk.reboot();
    }
    assertThat(open(disk, disk.root().resolve("metrics"))).isEqualTo(expected());
    assertThat(TsdbCheck.check(disk.root().resolve("metrics"), disk).problems()).isEmpty();
  }

  @Seeds(40)
  void a_disk_that_fails_or_is_full_leaves_a_store_that_opens(long seed) throws IOException {
    CrashDisk disk = diskWithOldStore(seed);
    disk.failAt(seed, seed % 2 == 0 ? CrashDisk.Fault.IO_ERROR : CrashDisk.Fault.FULL);
    try {
      assertThat(open(disk, disk.root().resolve("metrics"))).isEqualTo(expected());
    } catch (IOException | MangruException e) {
      assertThat(e.toString()).containsAnyOf("error", "space");
    }
    disk = disk.reboot();
    assertThat(open(disk, disk.root().resolve("metrics"))).isEqualTo(expected());
  }
}
