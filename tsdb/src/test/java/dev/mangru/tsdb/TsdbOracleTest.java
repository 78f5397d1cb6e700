package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

class TsdbOracleTest {

  /// Seeds beyond do not make the histories longer, so that many of them take minutes.
  private static final int LONGEST = 240;

  private final CrashDisk disk = new CrashDisk(0);

  private TsdbOptions options(long seed, Path directory) {
    return TsdbOptions.builder(directory)
        .retention(seed % 4 == 3 ? Duration.ofHours(20) : Duration.ofDays(400))
        .outOfOrderWindow(Duration.ofHours(seed % 3 == 0 ? 0 : seed % 5))
        .downsampling(Workload.downsampling(seed / 2))
        .walSegmentBytes(2_000)
        .minFreeBytes(0)
        .build();
  }

  /// Appends of every kind, deletions, restarts, snapshots, sealing, merging and queries: the store
  /// says what the oracle says, bit for bit.
  @Seeds(200)
  void the_store_answers_as_a_sorted_map_does(long seed) throws IOException {
    Workload work = new Workload(seed);
    TsdbOptions options = options(seed, disk.root().resolve("data"));
    Tsdb store = Tsdb.open(options, work::now, disk);
    Oracle oracle = new Oracle(work::now, options);
    int steps = 5 + (int) (seed % LONGEST) / 4;
    for (int step = 0; step < steps; step++) {
      work.tick();
      switch (work.random().nextInt(19)) {
        case 0 -> {
          store.close();
          assertSound(options);
          store = Tsdb.open(options, work::now, disk);
        }
        case 1 -> store.sealAll(work.now());
        case 2, 3 -> store.maintain(work.now());
        case 4, 5, 6 -> {
          TimeRange range = kept(work, options, work.range());
          List<LabelMatcher> matchers = work.matchers();
          assertThat(Dump.query(store, range, matchers))
              .as("%s in %s", matchers, range)
              .isEqualTo(Dump.query(oracle, range, matchers));
          assertTexts(store, oracle, range, matchers);
          for (List<String> names : List.of(List.<String>of(), List.of("a"), List.of("b", "pod"))) {
            assertThat(Dump.counts(store, range, matchers, names))
                .as("%s in %s by %s", matchers, range, names)
                .isEqualTo(Dump.counts(oracle, range, matchers, names));
          }
        }
        case 7 -> {
          TimeRange range = work.range();
          List<LabelMatcher> matchers = work.matchers();
          if (!matchers.isEmpty()) {
            store.delete(matchers, range, work.now());
            oracle.delete(matchers, range);
          }
        }
        case 8 -> {
          switch (work.random().nextInt(3)) {
            case 0 -> store.compactAll(work.now());
            case 1 -> store.cleanTombstones(work.now());
            default -> {
              Path copy = store.snapshot("s" + step, work.now());
              assertHolds(seed, copy, work, oracle);
            }
          }
        }
        default -> append(work, store, oracle);
      }
    }
    TimeRange all = kept(work, options, TimeRange.ALL);
    assertThat(Dump.of(store, all)).isEqualTo(Dump.of(oracle, all));
    store.close();
    assertSound(options);
  }

  /// Names and values of all series with samples in the range are told, sorted; others only of
  /// series that have samples elsewhere.
  private static void assertTexts(
      Tsdb store, Oracle oracle, TimeRange range, List<LabelMatcher> matchers) {
    List<List<String>> found = Dump.texts(store, range, matchers);
    List<List<String>> inside = Dump.texts(oracle, range, matchers);
    List<List<String>> anywhere = Dump.texts(oracle, TimeRange.ALL, matchers);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i))
          .as("list %d of %s in %s", i, matchers, range)
          .containsAll(inside.get(i))
          .isSubsetOf(anywhere.get(i))
          .doesNotHaveDuplicates()
          .isSortedAccordingTo(Labels::compareUtf8);
    }
  }

  /// Past the retention the store may still show what the oracle knows, or not.
  private static TimeRange kept(Workload work, TsdbOptions options, TimeRange range) {
    long oldest = work.nowMs() - options.retention().toMillis();
    return new TimeRange(Math.max(range.startMs(), oldest), Math.max(range.endMs(), oldest));
  }

  private static void append(Workload work, Tsdb store, Oracle oracle) {
    List<Workload.Sample> batch = work.batch();
    batch.removeIf(one -> oracle.open(one.labels(), one.timestampMs()));
    Appender toStore = store.appender();
    Appender toOracle = oracle.appender();
    Workload.append(batch, toStore);
    Workload.append(batch, toOracle);
    AppendSummary wanted = toOracle.commit();
    AppendSummary found = toStore.commit();
    assertThat(found.accepted()).isEqualTo(wanted.accepted());
    assertThat(found.rejected()).isEqualTo(wanted.rejected());
    if (wanted.rejected() <= AppendSummary.MAX_EXAMPLES) {
      assertThat(found.examples()).containsExactlyInAnyOrderElementsOf(wanted.examples());
    }
  }

  /// A snapshot opens as a store, and takes samples.
  private void assertHolds(long seed, Path copy, Workload work, Oracle oracle) throws IOException {
    TsdbOptions options = options(seed, copy);
    assertSound(options);
    TimeRange all = kept(work, options, TimeRange.ALL);
    try (Tsdb opened = Tsdb.open(options, work::now, disk)) {
      assertThat(Dump.of(opened, all)).isEqualTo(Dump.of(oracle, all));
      Appender appender = opened.appender();
      Workload.append(work.batch(), appender);
      appender.commit();
      opened.compactAll(work.now());
    }
    assertSound(options);
  }

  private void assertSound(TsdbOptions options) throws IOException {
    CheckReport report = TsdbCheck.check(options.directory(), disk);
    assertThat(report.problems()).isEmpty();
  }

  /// Blocks past the retention go as wholes, and nothing that is not past it ever does.
  @Seeds(60)
  void retention_drops_only_what_is_too_old(long seed) throws IOException {
    Workload work = new Workload(seed);
    Duration retention = Duration.ofHours(20);
    TsdbOptions options =
        TsdbOptions.builder(disk.root().resolve("data"))
            .retention(retention)
            .minFreeBytes(0)
            .build();
    Oracle oracle = new Oracle(work::now, options);
    try (Tsdb store = Tsdb.open(options, work::now, disk)) {
      for (int step = 0; step < 80; step++) {
        work.tick();
        append(work, store, oracle);
        store.maintain(work.now());
      }
      long oldest = work.nowMs() - retention.toMillis();
      Map<Labels, NavigableMap<Long, Held>> found = Dump.of(store);
      oracle
          .data()
          .forEach((labels, samples) -> {
            NavigableMap<Long, Held> stored = found.getOrDefault(labels, new TreeMap<>());
            assertThat(stored.tailMap(oldest, true)).isEqualTo(samples.tailMap(oldest, true));
            assertThat(samples.entrySet()).containsAll(stored.entrySet());
          });
    }
  }
}
