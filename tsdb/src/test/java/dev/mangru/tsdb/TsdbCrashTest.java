package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TsdbCrashTest {

  private static TsdbOptions options(CrashDisk disk, long seed) {
    return options(disk.root().resolve("data"), seed);
  }

  private static TsdbOptions options(Path directory, long seed) {
    return TsdbOptions.builder(directory)
        .retention(Duration.ofDays(400))
        .outOfOrderWindow(Duration.ofHours(seed % 3))
        .downsampling(Workload.downsampling(seed))
        .walSegmentBytes(3_000)
        .minFreeBytes(0)
        .build();
  }

  /// Appends, seals, merges, deletions and snapshots while the power fails and the disk throws.
  /// After each start, which must be clean, every acknowledged sample is there with its bits, and
  /// nothing that was never sent or was deleted.
  @Seeds(400)
  void nothing_acknowledged_is_lost_in_any_crash(long seed) throws IOException {
    Workload work = new Workload(seed);
    CrashDisk disk = new CrashDisk(seed);
    Ledger ledger = new Ledger();
    for (int cycle = 0; cycle < 4; cycle++) {
      int horizon = 1 + work.random().nextInt(120);
      if (work.random().nextInt(6) > 0) {
        disk.powerOffAt(work.random().nextInt(horizon));
      }
      if (work.random().nextInt(3) == 0) {
        disk.failAt(work.random().nextInt(horizon), CrashDisk.Fault.IO_ERROR);
      }
      if (work.random().nextInt(4) == 0) {
        disk.failAt(work.random().nextInt(horizon), CrashDisk.Fault.FULL);
      }
      Tsdb store = null;
      try {
        store = Tsdb.open(options(disk, seed), work::now, disk);
        ledger.verify(store);
        for (int step = 0; step < 25 && !disk.off(); step++) {
          step(store, disk, work, ledger, seed);
        }
        if (!disk.off()) {
          ledger.verify(store);
        }
      } catch (IOException | MangruException e) {
        assertThat(e.toString()).containsAnyOf("power", "error", "space");
      } finally {
        if (store != null) {
          store.close();
        }
      }
      disk = disk.reboot();
      if (cycle > 0 || store != null) {
        checkSound(disk, seed);
      }
    }
    try (Tsdb store = Tsdb.open(options(disk, seed), work::now, disk)) {
      ledger.verify(store);
      store.compactAll(work.now());
      ledger.verify(store);
    }
    assertThat(TsdbCheck.check(options(disk, seed).directory(), disk).problems()).isEmpty();
  }

  /// A registry that named what was not synced, series that were dropped and came again, a repeat
  /// of a sample that was refused.
  @ParameterizedTest
  @ValueSource(longs = {677, 1_141, 1_407, 2_267, 4_044, 4_960, 4_973, 6_259})
  void histories_that_once_failed_do_not_again(long seed) throws IOException {
    nothing_acknowledged_is_lost_in_any_crash(seed);
  }

  private static void checkSound(CrashDisk disk, long seed) throws IOException {
    // The check reads what a start would find, torn tail and left-overs included.
    assertThat(TsdbCheck.check(options(disk, seed).directory(), disk).problems())
        .allMatch(problem -> problem.contains("there is no manifest"));
  }

  private static void step(Tsdb store, CrashDisk disk, Workload work, Ledger ledger, long seed)
      throws IOException {
    work.tick();
    switch (work.random().nextInt(12)) {
      case 0 -> disk.capacity(Long.MAX_VALUE);
      case 1, 2 -> attempt(disk, () -> store.maintain(work.now()));
      case 3 -> attempt(disk, () -> store.sealAll(work.now()));
      case 4 ->
          attempt(
              disk,
              () -> {
                if (work.random().nextBoolean()) {
                  store.compactAll(work.now());
                } else {
                  store.cleanTombstones(work.now());
                }
              });
      case 5 -> {
        List<LabelMatcher> matchers = work.matchers();
        TimeRange range = work.range();
        if (!matchers.isEmpty()) {
          ledger.deleting(matchers, range);
          attempt(
              disk,
              () -> {
                store.delete(matchers, range, work.now());
                ledger.deleted(matchers, range);
              });
        }
      }
      case 6 ->
          attempt(
              disk,
              () -> {
                String name = "s" + work.random().nextInt(1_000_000);
                Path copy = store.snapshot(name, work.now());
                if (work.random().nextInt(4) == 0) {
                  try (Tsdb opened = Tsdb.open(options(copy, seed), work::now, disk)) {
                    ledger.verify(opened);
                  }
                }
              });
      default -> {
        // Few enough for every rejection to be told.
        List<Workload.Sample> batch = work.batch(1 + work.random().nextInt(10));
        attempt(disk, () -> ledger.append(batch, store));
      }
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  /// A failure is part of the game while a fault is what caused it.
  private static void attempt(CrashDisk disk, Action action) throws IOException {
    try {
      action.run();
    } catch (IOException | MangruException e) {
      assertThat(e.toString()).as("%s", disk).containsAnyOf("power", "error", "space");
    }
  }
}
