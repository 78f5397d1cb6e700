package dev.mangru.logindex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore.Direction;
import dev.mangru.model.log.LogStore.Hit;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/// The power goes at any moment, again and again: whatever was acknowledged is there once.
class PowerCutTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final long NOW_NS = RecordIntake.nanos(NOW);

  @TempDir Path directory;

  private int next;
  private final Set<String> acknowledged = new HashSet<>();
  private final Set<String> sent = new HashSet<>();

  @Seeds(6)
  void nothing_acknowledged_is_lost_and_nothing_is_doubled(long seed) throws Exception {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    for (int round = 0; round < 4; round++) {
      disk.powerOffAt(random.nextInt(40));
      useUntilItFails(disk, random);
      disk = disk.reboot();
      try (LogIndex index = LogIndex.open(options(disk), CLOCK)) {
        List<String> found = lines(index);
        assertThat(found).as("round %d", round).doesNotHaveDuplicates();
        assertThat(found).as("round %d", round).containsAll(acknowledged);
        assertThat(sent).containsAll(found);
        acknowledged.addAll(found);
        if (random.nextBoolean()) {
          disk.powerOff(); // the close fails too
        }
      }
      disk = disk.reboot();
    }
  }

  private LogIndexOptions options(CrashDisk disk) {
    LogIndexOptions.Writing writing =
        new LogIndexOptions.Writing(1 << 20, 1 << 20, 4096, Duration.ofSeconds(30), 2048, 0);
    return LogIndexOptions.defaults(directory.resolve("logs"))
        .withShard(Duration.ofHours(1))
        .withWriting(writing)
        .withDisk(new MappedDisk(directory, disk));
  }

  private void useUntilItFails(CrashDisk disk, Random random) throws IOException {
    try (LogIndex index = LogIndex.open(options(disk), CLOCK)) {
      for (int i = 0; i < 50; i++) {
        List<LogRecord> batch = new ArrayList<>();
        for (int j = 0; j <= random.nextInt(5); j++) {
          long timestampNs = NOW_NS - random.nextLong(3 * 3_600_000_000_000L);
          String line = "line " + next++ + " " + "x".repeat(random.nextInt(300));
          batch.add(
              new LogRecord(
                  timestampNs, Labels.of("app", "a"), Severity.INFO, line, Labels.empty()));
        }
        batch.forEach(record -> sent.add(record.line()));
        index.append(batch);
        batch.forEach(record -> acknowledged.add(record.line()));
        if (random.nextInt(4) == 0) {
          index.maintain(CLOCK.instant());
        }
        if (random.nextInt(6) == 0) {
          index.commit();
        }
      }
    } catch (IOException | MangruException e) {
      assertThat(disk.off()).as(e.toString()).isTrue();
    }
  }

  private static List<String> lines(LogIndex index) {
    LogQuery all = new LogQuery(0, Long.MAX_VALUE, List.of(), List.of(), Set.of());
    return index.search(all, Direction.OLDEST_FIRST, 10_000, null).hits().stream()
        .map(Hit::record)
        .map(LogRecord::line)
        .toList();
  }
}
