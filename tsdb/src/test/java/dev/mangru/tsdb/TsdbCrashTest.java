package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary.Rejection;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

class TsdbCrashTest {

  private static TsdbOptions options(CrashDisk disk) {
    return TsdbOptions.builder(disk.root().resolve("data"))
        .retention(Duration.ofDays(400))
        .walSegmentBytes(3_000)
        .minFreeBytes(0)
        .build();
  }

  /// Appends, seals and merges while the power fails and the disk throws. After each start, which
  /// must be clean, every acknowledged sample is there with its bits, and nothing that was never
  /// sent.
  @Seeds(400)
  void nothing_acknowledged_is_lost_in_any_crash(long seed) throws IOException {
    Workload work = new Workload(seed);
    CrashDisk disk = new CrashDisk(seed);
    Map<Labels, NavigableMap<Long, Long>> acknowledged = new TreeMap<>();
    Map<Labels, NavigableMap<Long, Set<Long>>> sent = new TreeMap<>();
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
        store = Tsdb.open(options(disk), work::now, disk);
        verify(store, acknowledged, sent);
        for (int step = 0; step < 25 && !disk.off(); step++) {
          step(store, disk, work, acknowledged, sent);
        }
        if (!disk.off()) {
          verify(store, acknowledged, sent);
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
        checkSound(disk);
      }
    }
    try (Tsdb store = Tsdb.open(options(disk), work::now, disk)) {
      verify(store, acknowledged, sent);
      store.sealAll(work.now());
      verify(store, acknowledged, sent);
    }
    assertThat(TsdbCheck.check(options(disk).directory(), disk).problems()).isEmpty();
  }

  private static void checkSound(CrashDisk disk) throws IOException {
    // The check reads what a start would find, torn tail and left-overs included.
    assertThat(TsdbCheck.check(options(disk).directory(), disk).problems())
        .allMatch(problem -> problem.contains("there is no manifest"));
  }

  private static void step(
      Tsdb store,
      CrashDisk disk,
      Workload work,
      Map<Labels, NavigableMap<Long, Long>> acknowledged,
      Map<Labels, NavigableMap<Long, Set<Long>>> sent)
      throws IOException {
    work.tick();
    switch (work.random().nextInt(8)) {
      case 0 -> disk.capacity(Long.MAX_VALUE);
      case 1, 2 -> attempt(disk, () -> store.maintain(work.now()));
      case 3 -> attempt(disk, () -> store.sealAll(work.now()));
      default -> {
        List<Workload.Sample> batch = work.batch();
        if (batch.size() > 10) {
          batch = batch.subList(0, 10); // few enough for every rejection to be told
        }
        for (Workload.Sample one : batch) {
          sent.computeIfAbsent(one.labels(), _ -> new TreeMap<>())
              .computeIfAbsent(one.timestampMs(), _ -> new HashSet<>())
              .add(Double.doubleToRawLongBits(one.value()));
        }
        List<Workload.Sample> samples = batch;
        attempt(
            disk,
            () -> {
              Appender appender = store.appender();
              Workload.append(samples, appender);
              List<Rejection> rejected = appender.commit().examples();
              for (Workload.Sample one : samples) {
                boolean refused =
                    rejected.stream()
                        .anyMatch(r ->
                            r.labels().equals(one.labels())
                                && r.timestampMs() == one.timestampMs());
                if (!refused) {
                  acknowledged
                      .computeIfAbsent(one.labels(), _ -> new TreeMap<>())
                      .put(one.timestampMs(), Double.doubleToRawLongBits(one.value()));
                }
              }
            });
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

  private static void verify(
      Tsdb store,
      Map<Labels, NavigableMap<Long, Long>> acknowledged,
      Map<Labels, NavigableMap<Long, Set<Long>>> sent) {
    Map<Labels, NavigableMap<Long, Long>> found = Dump.of(store);
    acknowledged.forEach((labels, samples) ->
        assertThat(found.getOrDefault(labels, new TreeMap<>()).entrySet())
            .as("%s", labels)
            .containsAll(samples.entrySet()));
    for (Map.Entry<Labels, NavigableMap<Long, Long>> series : found.entrySet()) {
      series
          .getValue()
          .forEach((time, bits) ->
              assertThat(
                      sent.getOrDefault(series.getKey(), new TreeMap<>())
                          .getOrDefault(time, Set.of()))
                  .as("%s at %s", series.getKey(), time)
                  .contains(bits));
    }
  }
}
