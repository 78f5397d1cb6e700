package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.transfer.Collected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store with blocks, parts and a log, broken in one place after another.
final class TsdbRepairTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final InstantSource CLOCK = () -> Instant.ofEpochMilli(NOW);

  /// Written once, copied for each test.
  @TempDir static Path original;

  private static final Collected EXPECTED = new Collected();

  @TempDir Path folder;

  private static TsdbOptions options(Path directory) {
    return TsdbOptions.builder(directory).retention(Duration.ofDays(30)).minFreeBytes(0).build();
  }

  @BeforeAll
  static void write() throws IOException {
    try (Tsdb store = Tsdb.open(options(original), CLOCK)) {
      for (int i = 0; i < 300; i += 10) {
        var batch = store.appender();
        for (int k = i; k < i + 10; k++) {
          for (int s = 0; s < 20; s++) {
            Labels labels = Labels.of("__name__", "m" + s % 3, "s", "" + s);
            long time = NOW - 20_000_000L + k * 60_000L;
            batch.append(labels, time, k * s);
            EXPECTED.add(labels, time, 0, k * s);
          }
        }
        batch.commit();
        if (i == 150) {
          store.compactAll(Instant.ofEpochMilli(NOW));
        } else if (i == 200 || i == 250) {
          store.sealAll(Instant.ofEpochMilli(NOW));
        }
      }
    }
  }

  private Collected fill(Path directory) throws IOException {
    for (Path file : data(original)) {
      Path copy = directory.resolve(original.relativize(file).toString());
      Files.createDirectories(java.util.Objects.requireNonNull(copy.getParent()));
      Files.copy(file, copy);
    }
    return EXPECTED;
  }

  private static Collected all(Path directory) throws IOException {
    Collected found = new Collected();
    SampleColumns columns = new SampleColumns();
    try (Tsdb store = Tsdb.open(options(directory), CLOCK);
        Querier querier = store.querier(TimeRange.ALL)) {
      for (Querier.Series series : querier.select(List.of())) {
        series.read(columns);
        found.add(series.labels(), columns);
      }
    }
    return found;
  }

  private static List<Path> data(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(path -> !path.endsWith("LOCK"))
          .sorted()
          .toList();
    }
  }

  private TsdbRepair.Outcome repair(Path directory) throws IOException {
    return TsdbRepair.repair(directory, Disk.REAL, CLOCK);
  }

  /// Whatever is found afterwards was written with these bits; labels may be lost with the
  /// registry.
  private static void assertSubset(Collected found, Collected expected) {
    found
        .series()
        .forEach((labels, samples) -> {
          if (labels.metricName().equals(Maintenance.NAMELESS)) {
            return;
          }
          NavigableMap<Long, Collected.Sample> there = expected.series().get(labels);
          assertThat(there).as(labels.toString()).isNotNull();
          for (Map.Entry<Long, Collected.Sample> sample : samples.entrySet()) {
            assertThat(sample.getValue()).isEqualTo(there.get(sample.getKey()));
          }
        });
  }

  @Test
  void a_sound_store_is_not_touched() throws IOException {
    Path directory = folder.resolve("data");
    fill(directory);
    List<Path> before = data(directory);
    assertThat(repair(directory).done()).isEmpty();
    assertThat(data(directory)).isEqualTo(before);
  }

  @Seeds(48)
  void after_any_damage_the_store_is_sound_and_the_broken_bytes_are_kept(long seed)
      throws IOException {
    Random random = new Random(seed);
    Path directory = folder.resolve("data");
    Collected expected = fill(directory);
    List<Path> files = data(directory);
    Path file = files.get((int) (seed % files.size()));
    byte[] bytes = Files.readAllBytes(file);
    String kind;
    if (seed % 4 == 3) {
      Files.delete(file);
      kind = "missing";
    } else if (seed % 4 == 2) {
      Files.write(file, java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      kind = "cut";
    } else {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      kind = "flipped";
    }
    String what = directory.relativize(file) + " " + kind;
    boolean sound = TsdbCheck.check(directory).sound();
    TsdbRepair.Outcome outcome = repair(directory);
    assertThat(outcome.after().problems()).as(what).isEmpty();
    assertThat(outcome.done().isEmpty()).as(what).isEqualTo(sound);
    if (!sound && !kind.equals("missing")) {
      assertThat(directory.resolve("quarantine")).as(what + outcome.done()).isDirectory();
    }
    Collected found = all(directory);
    assertSubset(found, expected);
    if (!what.contains("wal/")) {
      assertThat(found.samples()).as(what + outcome.done()).isGreaterThan(expected.samples() / 4);
    }
    assertThat(TsdbCheck.check(directory).problems()).as(what).isEmpty();
    assertThat(repair(directory).done()).as(what).isEmpty();
  }

  @Test
  void losses_are_told_with_file_and_count() throws IOException {
    Path directory = folder.resolve("data");
    Collected expected = fill(directory);
    Path part =
        data(directory).stream()
            .filter(path -> path.toString().endsWith(".part"))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 3] ^= 16;
    Files.write(part, bytes);
    TsdbRepair.Outcome outcome = repair(directory);
    assertThat(outcome.done())
        .anyMatch(line -> line.startsWith(part + ": ") && line.contains("samples are lost"))
        .anyMatch(line -> line.startsWith("quarantine/" + part.getFileName()));
    assertThat(all(directory).samples()).isLessThan(expected.samples());
  }
}
