package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.MangruException;
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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// One life of a store that makes summaries, makes them again, keeps them longer than their blocks,
/// deletes in them and forgets them; and every operation on its disk fails once. In the end
/// everything is as if nothing had failed: samples, summaries and files.
class SummaryFaultTest {

  /// Every operation with `-Dmangru.stride=1`; some of them in a build, for the sake of time.
  private static final int STRIDE = Integer.getInteger("mangru.stride", 211);

  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
  private static final long END = START + 12 * HOUR;
  private static final Labels A = Labels.of("__name__", "m", "i", "a");
  private static final Labels B = Labels.of("__name__", "m", "i", "b");

  private static TsdbOptions options(Path directory) {
    return TsdbOptions.builder(directory)
        .blockRange(Duration.ofMinutes(20))
        .retention(Duration.ofHours(5))
        .outOfOrderWindow(Duration.ofHours(3))
        .downsampling(
            List.of(
                new SummaryPlanner.Rule(Resolution.D5M, Duration.ofHours(1), Duration.ofHours(8)),
                new SummaryPlanner.Rule(Resolution.D1H, Duration.ofHours(2), Duration.ofHours(40))))
        .minFreeBytes(0)
        .build();
  }

  private interface Step {
    void run(Tsdb store) throws IOException;
  }

  /// One life. Each step is tried until it works, which after one fault is twice.
  private static final class Life {
    final CrashDisk crash;
    final Disk disk;
    final Path directory;
    final List<String> failures = new ArrayList<>();
    final boolean[] seen = new boolean[3];
    long nowMs = START;
    Tsdb store;

    Life(CrashDisk crash, Disk disk) throws IOException {
      this.crash = crash;
      this.disk = disk;
      this.directory = crash.root().resolve("data");
      this.store = open();
    }

    private Tsdb open() throws IOException {
      for (int attempt = 0; ; attempt++) {
        try {
          return Tsdb.open(options(directory), () -> Instant.ofEpochMilli(nowMs), disk);
        } catch (IOException | MangruException e) {
          failed(e, attempt);
        }
      }
    }

    private void failed(Exception e, int attempt) {
      failures.add(e.toString());
      assertThat(attempt).as("%s", failures).isLessThan(3);
      crash.capacity(Long.MAX_VALUE); // somebody makes room
    }

    private void step(Step step) throws IOException {
      for (int attempt = 0; ; attempt++) {
        try {
          step.run(store);
          return;
        } catch (IOException | MangruException e) {
          failed(e, attempt);
          if (store.brokenBy() != null) {
            store.close();
            store = open();
          }
        }
      }
    }

    private static void append(Tsdb store, List<Long> times) {
      Appender appender = store.appender();
      for (long timestampMs : times) {
        appender.append(A, timestampMs, timestampMs / 1e3);
        appender.append(B, timestampMs, 1);
      }
      assertThat(appender.commit().rejected()).isZero();
    }

    void run() throws IOException {
      for (int tick = 0; nowMs < END; tick++) {
        nowMs += 10 * MINUTE;
        List<Long> times = new ArrayList<>();
        for (long time = nowMs - 9 * MINUTE; time <= nowMs; time += MINUTE) {
          times.add(time);
        }
        if (tick == 25 || tick == 26) { // a block that has summaries is made again
          for (int i = 0; i < 60; i++) {
            times.add(nowMs - 130 * MINUTE + 20_000 + i * MINUTE);
          }
        }
        step(store -> append(store, times));
        if (tick == 50) { // some of it is in blocks, some in summaries that have none any more
          step(store ->
              store.delete(
                  List.of(LabelMatcher.equal("i", "b")),
                  new TimeRange(START + 10 * MINUTE, START + 6 * HOUR),
                  Instant.ofEpochMilli(nowMs)));
        }
        if (tick == 55) {
          step(store -> store.cleanTombstones(Instant.ofEpochMilli(nowMs)));
        }
        step(store -> store.maintain(Instant.ofEpochMilli(nowMs)));
        look();
      }
      crash.capacity(Long.MAX_VALUE);
      for (int i = 0; i < 2; i++) {
        step(store -> store.maintain(Instant.ofEpochMilli(nowMs)));
      }
    }

    /// That the life is worth living.
    private void look() {
      for (SummaryFile each : store.view().summaries()) {
        boolean hasBlock =
            store.view().files().stream()
                .anyMatch(file -> file.stored().number() == each.stored().source());
        seen[0] |= hasBlock;
        seen[1] |= !hasBlock;
        seen[2] |= each.stored().resolution() == Resolution.D1H;
      }
    }

    /// What there is of summaries: how many samples they count, by series and resolution.
    Map<String, Double> summaries() throws IOException {
      Map<String, Double> counts = new TreeMap<>();
      for (SummaryFile each : store.view().summaries()) {
        ChunkCursor chunks = each.file().cursor();
        for (Labels labels : List.of(A, B)) {
          int number = each.file().find(labels);
          if (number >= 0 && chunks.seek(number)) {
            SummaryColumns found = new SummaryColumns();
            Summaries.read(each.file(), chunks, TimeRange.ALL, new SampleColumns(), found);
            counts.merge(
                each.stored().resolution() + " " + labels,
                found.count(0, found.count()),
                Double::sum);
          }
        }
      }
      return counts;
    }
  }

  /// A life without any fault.
  private static Life whole(CrashDisk crash, Disk disk) throws IOException {
    Life whole = new Life(crash, disk);
    whole.run();
    assertThat(whole.failures).isEmpty();
    assertThat(whole.seen).containsOnly(true);
    assertThat(whole.summaries()).hasSize(4);
    return whole;
  }

  private static void compare(Life whole, Life life, String what) throws IOException {
    try {
      assertThat(Dump.of(life.store)).isEqualTo(Dump.of(whole.store));
      assertThat(life.summaries()).isEqualTo(whole.summaries());
      life.store.close();
      life.store = life.open();
      assertThat(Dump.of(life.store)).isEqualTo(Dump.of(whole.store));
      assertThat(life.summaries()).isEqualTo(whole.summaries());
      assertThat(life.disk.list(life.directory.resolve("summaries")))
          .hasSize(life.store.view().summaries().size());
      life.store.close();
      assertThat(TsdbCheck.check(life.directory, life.disk).problems()).isEmpty();
      assertThat(life.disk.exists(life.directory.resolve("quarantine"))).isFalse();
    } catch (AssertionError | IOException | MangruException e) {
      fail(what + " " + life.failures, e);
    }
  }

  @SuppressWarnings("EnumOrdinal") // only so that each fault begins elsewhere
  private static void anyChangeFails(CrashDisk.Fault fault, String wanted) throws IOException {
    CrashDisk counting = new CrashDisk(1);
    Life whole = whole(counting, counting);
    long operations = counting.operations();
    assertThat(operations).isBetween(500L, 20_000L);
    for (long n = fault.ordinal(); n < operations; n += STRIDE) {
      CrashDisk disk = new CrashDisk(n);
      disk.failAt(n, fault);
      Life life = new Life(disk, disk);
      try {
        life.run();
      } catch (AssertionError | IOException | MangruException e) {
        fail(fault + " at operation " + n + " after " + life.failures, e);
      }
      assertThat(life.failures).allMatch(failure -> failure.contains(wanted));
      compare(whole, life, fault + " at operation " + n);
    }
    whole.store.close();
  }

  @Test
  void any_change_of_the_disk_may_fail_once() throws IOException {
    anyChangeFails(CrashDisk.Fault.IO_ERROR, "Input/output error");
  }

  @Test
  void the_disk_may_be_full_at_any_change() throws IOException {
    anyChangeFails(CrashDisk.Fault.FULL, "No space left");
  }

  @Test
  void any_read_of_the_disk_may_fail_once() throws IOException {
    CrashDisk crash = new CrashDisk(1);
    FaultyDisk counting = new FaultyDisk(crash);
    Life whole = whole(crash, counting);
    long reads = counting.reads();
    assertThat(reads).isBetween(100L, 20_000L);
    for (long n = 2; n < reads; n += STRIDE) {
      CrashDisk disk = new CrashDisk(n);
      FaultyDisk faulty = new FaultyDisk(disk);
      faulty.failReadAt(n);
      Life life = new Life(disk, faulty);
      try {
        life.run();
      } catch (AssertionError | IOException | MangruException e) {
        fail("fault at read " + n + " after " + life.failures, e);
      }
      compare(whole, life, "fault at read " + n);
    }
    whole.store.close();
  }
}
