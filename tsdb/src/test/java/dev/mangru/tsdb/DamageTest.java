package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.block.PartFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// One broken file, and everything else that goes on.
class DamageTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final long T = NOW.toEpochMilli();
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final long WINDOW = Duration.ofHours(2).toMillis();
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

  private static Labels named(int window) {
    return Labels.of("__name__", "m" + window);
  }

  private List<Path> parts() throws IOException {
    return disk.list(directory.resolve("parts"));
  }

  /// Breaks the directory of a large part, so that it opens and some series in it cannot be told.
  private void breakDirectory(Path part) throws IOException {
    long length = disk.open(part).length();
    for (long at = length - 1; at > 64; at -= 7) {
      disk.flipBit(part, at, 1);
      if (opensAndCannotBeRead(part)) {
        return;
      }
      disk.flipBit(part, at, 1);
    }
    throw new AssertionError("no byte of " + part + " does it");
  }

  private boolean opensAndCannotBeRead(Path part) throws IOException {
    PartFile file;
    try {
      file = PartFile.open(disk, part);
    } catch (CorruptDataException e) {
      return false;
    }
    try {
      ChunkCursor cursor = file.cursor();
      while (cursor.next()) {
        assertThat(cursor.chunks()).isPositive();
      }
      return false;
    } catch (CorruptDataException e) {
      return cursorOpens(file);
    } finally {
      file.release();
    }
  }

  private static boolean cursorOpens(PartFile file) throws IOException {
    try {
      return file.cursor() != null;
    } catch (CorruptDataException e) {
      return false;
    }
  }

  /// Series enough for a directory of several pages, in the oldest window.
  private static void appendMany(Tsdb store, int window) {
    Appender appender = store.appender();
    for (int i = 0; window == 6 && i < 4_000; i++) {
      appender.append(Labels.of("__name__", "many", "i", "" + i), T - window * WINDOW, i);
    }
    appender.commit();
  }

  // ---- merging ---------------------------------------------------------------------------------

  @Test
  void a_broken_part_under_a_deletion_does_not_keep_others_from_being_merged() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      for (int w = 6; w >= 3; w--) {
        append(store, UP, T - w * WINDOW, w);
        appendMany(store, w);
        store.sealAll(NOW);
      }
      store.delete(List.of(LabelMatcher.equal("__name__", "down")), TimeRange.ALL, NOW);
    }
    Path broken = parts().getFirst();
    breakDirectory(broken);
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      store.compactIfDue(NOW.plus(Duration.ofHours(1)));
      assertThat(parts()).containsExactly(broken);
      assertThat(disk.list(directory.resolve("blocks"))).isNotEmpty();
      store.compactIfDue(NOW.plus(Duration.ofHours(1)));
      assertThat(store.stats().maintenanceFailures.sum()).as("not tried again").isEqualTo(1);
    }
  }

  @Test
  void a_broken_part_does_not_keep_series_from_being_forgotten() throws IOException {
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      for (int w = 6; w >= 3; w--) {
        append(store, named(w), T - w * WINDOW, w);
        appendMany(store, w);
        store.sealAll(NOW);
      }
    }
    breakDirectory(parts().getFirst());
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      int before = store.series().activeSeries();
      store.compactIfDue(NOW.plus(Duration.ofHours(1)));
      assertThat(store.series().activeSeries()).isLessThan(before);
      assertThat(store.series().find(named(4))).isNegative();
      assertThat(append(store, named(4), T, 1).accepted()).isEqualTo(1);
    }
  }

  // ---- writing ---------------------------------------------------------------------------------

  @Test
  void a_broken_chunk_does_not_keep_its_series_from_being_written() throws IOException {
    TsdbOptions options = options().outOfOrderWindow(Duration.ofHours(1)).build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      append(store, UP, T, 1);
      store.sealAll(NOW);
    }
    disk.flipBit(parts().getFirst(), 64, 1);
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      Appender appender = store.appender();
      appender.append(DOWN, T, 2);
      appender.append(UP, T - 10, 3);
      appender.append(UP, T + 10, 4);
      assertThat(appender.commit().accepted()).isEqualTo(3);
    }
  }

  @Test
  void a_seal_that_failed_leaves_no_file_behind() throws IOException {
    int failed = 0;
    for (int n = 0; n < 60; n++) {
      CrashDisk own = new CrashDisk(n);
      Path data = own.root().resolve("data");
      TsdbOptions options = TsdbOptions.builder(data).minFreeBytes(0).build();
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        append(store, UP, T - 2 * WINDOW, 1);
        append(store, UP, T, 2);
        append(store, DOWN, T - WINDOW, 2);
        long before = own.operations();
        own.failAt(n, CrashDisk.Fault.IO_ERROR);
        try {
          store.sealAll(NOW);
        } catch (IOException | MangruException e) {
          failed++;
        }
        if (own.operations() - before <= n) {
          break; // the seal has no more of them
        }
        if (store.brokenBy() == null) {
          append(store, UP, T + 1, 3);
          store.sealAll(NOW);
          Set<Path> counted =
              store.files().files().stream()
                  .map(file -> file.entry().path(data))
                  .collect(Collectors.toCollection(TreeSet::new));
          assertThat(own.list(data.resolve("parts"))).as("fault at %d", n).containsAll(counted);
          assertThat(own.list(data.resolve("parts"))).as("fault at %d", n).hasSameSizeAs(counted);
        }
      }
    }
    assertThat(failed).isGreaterThan(10);
  }

  // ---- starting --------------------------------------------------------------------------------

  @Test
  void a_power_cut_while_a_damaged_log_is_cut_loses_nothing_that_is_whole() throws IOException {
    int whole = -1;
    for (int n = -1; n < 40; n++) {
      CrashDisk own = new CrashDisk(n);
      Path data = own.root().resolve("data");
      TsdbOptions options = TsdbOptions.builder(data).minFreeBytes(0).walSegmentBytes(300).build();
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        for (int i = 0; i < 60; i++) {
          append(store, UP, T + i, i);
        }
      }
      List<Path> segments = own.list(data.resolve("wal"));
      assertThat(segments).hasSizeGreaterThan(3);
      own.flipBit(segments.get(1), 200, 1);
      if (n >= 0) {
        own.powerOffAt(n);
        try {
          Tsdb.open(options, CLOCK, own).close();
        } catch (IOException | MangruException e) {
          assertThat(e.toString()).contains("power");
        }
        own = own.reboot();
      }
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        int found = Dump.of(store).get(UP).size();
        whole = n < 0 ? found : whole;
        assertThat(found).as("power off at operation %d", n).isEqualTo(whole).isGreaterThan(10);
      }
      assertThat(TsdbCheck.check(data, own).problems()).isEmpty();
    }
  }

  @Test
  void a_registry_that_is_missing_gives_no_ref_twice() throws IOException {
    for (boolean withManifest : new boolean[] {true, false}) {
      CrashDisk own = new CrashDisk(1);
      Path data = own.root().resolve("data");
      TsdbOptions options = TsdbOptions.builder(data).minFreeBytes(0).build();
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        append(store, UP, T - 20, 1);
        append(store, DOWN, T - 20, 2);
        store.sealAll(NOW);
      }
      own.delete(own.list(data.resolve("series")).getFirst());
      if (!withManifest) {
        own.delete(data.resolve("MANIFEST"));
      }
      TsdbRepair.Outcome outcome = TsdbRepair.repair(data, own, CLOCK);
      assertThat(outcome.after().problems()).isEmpty();
      assertThat(outcome.done()).anyMatch(line -> line.contains("0 series were saved"));
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        append(store, named(1), T, 3);
        append(store, named(2), T, 4);
        store.compactAll(NOW);
        assertThat(Dump.of(store).get(named(1))).containsOnlyKeys(T);
        assertThat(Dump.of(store).get(named(2))).containsOnlyKeys(T);
        assertThat(Dump.of(store)).hasSize(4);
      }
    }
  }

  @Test
  void a_registry_and_a_part_that_lost_their_ends_give_no_ref_twice() throws IOException {
    for (boolean lastBatch : new boolean[] {true, false}) {
      CrashDisk own = new CrashDisk(1);
      Path data = own.root().resolve("data");
      TsdbOptions options = TsdbOptions.builder(data).minFreeBytes(0).build();
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        append(store, UP, T - 20, 1);
        store.sealAll(NOW);
        Appender appender = store.appender();
        for (int i = 0; i < 4_000; i++) {
          appender.append(Labels.of("__name__", "many", "i", "" + i), T - 10, i);
        }
        assertThat(appender.commit().accepted()).isEqualTo(4_000);
        store.sealAll(NOW);
      }
      Path part = own.list(data.resolve("parts")).getLast();
      breakLastGroup(own, part);
      Path registry = own.list(data.resolve("series")).getFirst();
      own.flipBit(registry, lastBatch ? own.open(registry).length() - 1 : 45, 1);
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        assertThat(own.exists(part)).as("its end is in the registry").isEqualTo(!lastBatch);
        for (int i = 0; i < 4_000; i++) {
          append(store, Labels.of("__name__", "new", "i", "" + i), T, i);
        }
        store.sealAll(NOW);
        if (lastBatch) {
          assertThat(Dump.of(store)).hasSize(4_001).containsKey(UP);
          assertThat(own.list(data.resolve("quarantine")))
              .anyMatch(file -> file.getFileName().equals(part.getFileName()));
        } else {
          assertThat(store.series().find(Labels.of("__name__", "new", "i", "0")))
              .as("all that the part may have is taken")
              .isGreaterThanOrEqualTo(4_001);
        }
      }
    }
  }

  /// Breaks the end of a part's directory: it opens, and nobody can tell which series come last.
  private static void breakLastGroup(CrashDisk own, Path part) throws IOException {
    for (long at = own.open(part).length() - 1; at > 64; at -= 7) {
      own.flipBit(part, at, 1);
      if (endsInDamage(own, part)) {
        return;
      }
      own.flipBit(part, at, 1);
    }
    throw new AssertionError("no byte of " + part + " does it");
  }

  private static boolean endsInDamage(CrashDisk own, Path part) throws IOException {
    PartFile file;
    ChunkCursor cursor;
    try {
      file = PartFile.open(own, part);
      cursor = file.cursor();
    } catch (CorruptDataException e) {
      return false;
    }
    try {
      cursor.seek(Integer.MAX_VALUE);
      return false;
    } catch (CorruptDataException e) {
      return true;
    } finally {
      file.release();
    }
  }

  // ---- a failure, then a power cut -------------------------------------------------------------

  /// Ways to end a life: fails at operation `n` of a step, goes on, and loses the power.
  private interface Step {
    void run(Tsdb store) throws IOException;
  }

  /// @return whether the step has an operation `n`
  private static boolean failingAt(CrashDisk own, Tsdb store, int n, Step step) {
    long before = own.operations();
    own.failAt(n, CrashDisk.Fault.IO_ERROR);
    try {
      step.run(store);
    } catch (IOException | MangruException e) {
      assertThat(e.toString()).contains("Input/output error");
    }
    return own.operations() - before > n;
  }

  @Test
  void a_manifest_never_names_bytes_of_the_registry_that_were_not_synced() throws IOException {
    boolean more = true;
    for (int i = 0; more; i++) {
      int n = i / 6; // each with several fates of what was not synced
      CrashDisk own = new CrashDisk(i);
      Path data = own.root().resolve("data");
      TsdbOptions options = TsdbOptions.builder(data).minFreeBytes(0).build();
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        for (int w = 4; w >= 3; w--) {
          append(store, UP, T - w * WINDOW, w);
          store.sealAll(NOW);
        }
        append(store, UP, T, 5); // not forgotten, so that the registry is not written anew
        append(store, DOWN, T, 1);
        more = failingAt(own, store, n, one -> one.sealAll(NOW));
        if (!more || store.brokenBy() != null) {
          continue;
        }
        store.compactIfDue(NOW.plus(Duration.ofHours(1))); // another manifest
        own.powerOff();
      }
      CrashDisk after = own.reboot();
      assertThat(TsdbCheck.check(data, after).problems()).as("fault at %d", n).isEmpty();
      try (Tsdb store = Tsdb.open(options, CLOCK, after)) {
        assertThat(Dump.of(store).get(UP)).as("fault at %d", n).hasSize(3);
        assertThat(Dump.of(store).get(DOWN)).as("fault at %d", n).hasSize(1);
        assertThat(store.stats().quarantined.sum()).as("fault at %d", n).isZero();
      }
    }
  }

  @Test
  void a_dropped_series_that_comes_again_is_one_series_though_the_registry_has_it_twice()
      throws IOException {
    boolean more = true;
    int dropped = 0;
    for (int n = 0; more; n++) {
      CrashDisk own = new CrashDisk(n);
      Path data = own.root().resolve("data");
      TsdbOptions options = TsdbOptions.builder(data).minFreeBytes(0).build();
      try (Tsdb store = Tsdb.open(options, CLOCK, own)) {
        append(store, UP, T - 6 * WINDOW, 1);
        append(store, DOWN, T - 6 * WINDOW, 1);
        store.sealAll(NOW);
        more = failingAt(own, store, n, one -> one.compactIfDue(NOW.plus(Duration.ofHours(1))));
        dropped += store.series().activeSeries() == 0 ? 1 : 0;
        if (more && store.brokenBy() == null) {
          append(store, DOWN, T, 2); // gets a number of its own, in another order
          append(store, UP, T, 2);
        }
        own.powerOff();
      }
      CrashDisk after = own.reboot();
      assertThat(TsdbCheck.check(data, after).problems()).as("fault at %d", n).isEmpty();
      if (!more) {
        continue;
      }
      try (Tsdb store = Tsdb.open(options, CLOCK, after)) {
        for (int times = 0; times < 2; times++) {
          assertThat(Dump.of(store)).as("fault at %d", n).containsOnlyKeys(UP, DOWN);
          assertThat(Dump.of(store).get(UP)).as("fault at %d", n).hasSize(2);
          assertThat(Dump.of(store).get(DOWN)).as("fault at %d", n).hasSize(2);
          store.compactAll(NOW);
        }
      }
    }
    assertThat(dropped).isGreaterThan(2);
  }
}
