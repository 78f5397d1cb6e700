package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the store tells of series without reading them: names and values by block, newest samples
/// and counts from the series table.
final class TsdbLabelsTest {

  /// Two minutes after a block begins.
  private static final long T = Instant.parse("2026-03-01T12:02:00Z").toEpochMilli();

  private static final List<LabelMatcher> UP = List.of(LabelMatcher.equal("__name__", "up"));
  private static final TimeRange LOOKBACK = new TimeRange(T + 300_001, T + 600_000);

  private final CrashDisk disk = new CrashDisk(7);
  private long nowMs = T;
  private Tsdb store;

  @BeforeEach
  void open() throws IOException {
    TsdbOptions options =
        TsdbOptions.builder(disk.root().resolve("data"))
            .minFreeBytes(0)
            .outOfOrderWindow(Duration.ofHours(1))
            .build();
    store = Tsdb.open(options, () -> Instant.ofEpochMilli(nowMs), disk);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Labels up(String pod) {
    return Labels.of("__name__", "up", "pod", pod);
  }

  private void append(String pod, long timeMs, double value) {
    nowMs = Math.max(nowMs, timeMs);
    Appender appender = store.appender();
    appender.append(up(pod), timeMs, value);
    assertThat(appender.commit().accepted()).isOne();
  }

  private void settle() throws IOException {
    store.compactAll(Instant.ofEpochMilli(nowMs));
  }

  private List<String> pods(long fromMs, long toMs) {
    try (Querier querier = store.querier(new TimeRange(fromMs, toMs))) {
      List<String> pods = querier.labelValues("pod", List.of());
      assertThat(querier.labelValues("pod", UP)).isEqualTo(pods);
      assertThat(querier.labelNames(List.of()))
          .isEqualTo(pods.isEmpty() ? List.of() : List.of("__name__", "pod"))
          .isEqualTo(querier.labelNames(UP));
      return pods;
    }
  }

  /// Pods and values of the newest samples, as an instant query reads them.
  private List<String> newest(TimeRange range) {
    List<String> found = new ArrayList<>();
    SampleColumns columns = new SampleColumns();
    try (Querier querier = store.querier(range)) {
      for (Querier.Series series : querier.selectNewest(UP)) {
        series.readNewest(columns);
        for (int i = 0; i < columns.count(); i++) {
          found.add(series.labels().get("pod") + "=" + columns.values()[i]);
        }
      }
    }
    return found;
  }

  private Map<Labels, Long> counted(TimeRange range) {
    try (Querier querier = store.querier(range)) {
      Map<Labels, Long> counts = querier.countNewest(UP, List.of("__name__"));
      return Objects.requireNonNull(counts, "the table does not tell");
    }
  }

  private boolean tells(TimeRange range) {
    try (Querier querier = store.querier(range)) {
      return querier.countNewest(UP, List.of()) != null;
    }
  }

  private static Map<Labels, Long> counts(long count) {
    return count == 0 ? Map.of() : Map.of(Labels.of("__name__", "up"), count);
  }

  @Test
  void names_and_values_are_those_of_whole_blocks() throws IOException {
    append("ended", T, 1);
    append("lives", T, 1);
    append("lives", T + 600_000, 1);
    assertThat(pods(T + 300_000, T + 900_000)).as("memory is exact").containsExactly("lives");
    settle();
    assertThat(pods(T + 300_000, T + 900_000)).containsExactly("ended", "lives");
    assertThat(pods(T + 8_000_000, T + 9_000_000)).isEmpty();
    assertThat(pods(T - 9_000_000, T - 8_000_000)).isEmpty();
  }

  @Test
  void series_whose_samples_are_deleted_do_not_come_back() throws IOException {
    append("deleted", T, 1);
    append("lives", T, 1);
    settle();
    store.delete(
        List.of(LabelMatcher.equal("pod", "deleted")), TimeRange.ALL, Instant.ofEpochMilli(nowMs));
    assertThat(pods(T - 1, T + 1)).containsExactly("lives");
    store.cleanTombstones(Instant.ofEpochMilli(nowMs));
    assertThat(pods(T + 1, T + 2)).isEmpty();
    assertThat(pods(T - 1, T + 1)).containsExactly("lives");
  }

  @Test
  void counts_are_of_newest_samples_that_are_not_stale() throws IOException {
    append("stale", T + 400_000, 1);
    append("stale", T + 415_000, StaleMarker.VALUE);
    append("old", T, 1);
    append("now", T + 500_000, 2);
    append("goes-on", T + 600_000, 3);
    append("goes-on", T + 615_000, 4);
    append("later", T + 615_000, 5);
    for (int i = 0; i < 2; i++) {
      assertThat(counted(LOOKBACK)).isEqualTo(counts(2));
      assertThat(newest(LOOKBACK)).containsExactly("goes-on=3.0", "now=2.0", "stale=NaN");
      settle();
    }
  }

  @Test
  void late_samples_do_not_become_the_newest() throws IOException {
    append("a", T + 500_000, 1);
    append("a", T + 400_000, 2);
    assertThat(newest(LOOKBACK)).containsExactly("a=1.0");
    assertThat(newest(new TimeRange(T, T + 450_000))).containsExactly("a=2.0");
    settle();
    append("a", T + 450_000, 3);
    assertThat(newest(LOOKBACK)).containsExactly("a=1.0");
    assertThat(newest(new TimeRange(T, T + 460_000))).containsExactly("a=3.0");
    assertThat(counted(new TimeRange(T, T + 460_000))).isEqualTo(counts(1));
  }

  @Test
  void a_deleted_newest_sample_is_not_told() throws IOException {
    append("a", T + 400_000, 1);
    append("a", T + 500_000, 2);
    assertThat(tells(LOOKBACK)).isTrue();
    TimeRange newest = new TimeRange(T + 450_000, Long.MAX_VALUE);
    store.delete(UP, newest, Instant.ofEpochMilli(nowMs));
    assertThat(newest(LOOKBACK)).containsExactly("a=1.0");
    assertThat(tells(LOOKBACK)).isFalse();
    store.cleanTombstones(Instant.ofEpochMilli(nowMs));
    assertThat(newest(LOOKBACK)).containsExactly("a=1.0");
    append("a", T + 700_000, 3);
    assertThat(counted(new TimeRange(T + 600_000, T + 800_000))).isEqualTo(counts(1));
  }

  @Test
  void an_import_is_seen_by_instant_queries() throws IOException {
    append("a", T + 400_000, 1);
    assertThat(tells(LOOKBACK)).isTrue();
    nowMs = T + 9_000_000;
    ImportTarget target = store.importTarget();
    SampleColumns columns = new SampleColumns();
    columns.add(T + 500_000, 7);
    long first = Math.floorDiv(T, target.windowMs()) * target.windowMs();
    try (ImportTarget.Window window =
        target.window(new TimeRange(first, first + target.windowMs() - 1))) {
      window.add(up("a"), columns);
      window.add(up("b"), columns);
      window.finish();
    }
    assertThat(newest(LOOKBACK)).containsExactly("a=7.0", "b=7.0");
    assertThat(tells(LOOKBACK)).isFalse();
  }

  @Test
  void a_series_that_comes_after_a_selection_was_remembered_is_in_it_once() throws IOException {
    append("b", T, 1);
    settle();
    assertThat(newest(new TimeRange(T, T + 10))).containsExactly("b=1.0");
    append("a", T + 5, 2);
    append("b", T + 6, 3);
    append("c", T + 7, 4);
    assertThat(newest(new TimeRange(T, T + 10))).containsExactly("a=2.0", "b=3.0", "c=4.0");
    settle();
    assertThat(newest(new TimeRange(T, T + 10))).containsExactly("a=2.0", "b=3.0", "c=4.0");
  }

  @Test
  void counts_by_several_labels_leave_out_those_a_series_does_not_have() {
    for (int i = 0; i < 200; i++) {
      append("p" + i % 3, T + 500_000 + i, 1);
    }
    Appender appender = store.appender();
    appender.append(Labels.of("__name__", "up", "node", "n"), T + 500_000, 1);
    appender.commit();
    try (Querier querier = store.querier(LOOKBACK)) {
      assertThat(querier.countNewest(UP, List.of("pod", "node", "none")))
          .isEqualTo(
              Map.of(
                  Labels.of("pod", "p0"),
                  1L,
                  Labels.of("pod", "p1"),
                  1L,
                  Labels.of("pod", "p2"),
                  1L,
                  Labels.of("node", "n"),
                  1L));
      assertThat(querier.countNewest(UP, List.of("pod")))
          .containsEntry(Labels.empty(), 1L)
          .hasSize(4);
      assertThat(querier.countNewest(UP, List.of())).isEqualTo(Map.of(Labels.empty(), 4L));
    }
  }

  /// While a writer commits two series at a time and others seal, an instant query sees a time with
  /// its own value, and the same of both.
  @Test
  void newest_samples_are_never_torn() throws Exception {
    append("a", T + 400_000, (double) (T + 400_000));
    append("b", T + 400_000, (double) (T + 400_000));
    nowMs = T + 600_000;
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> writing =
          threads.submit(() -> {
            for (long time = T + 400_001; time < T + 402_000; time++) {
              Appender appender = store.appender();
              appender.append(up("a"), time, (double) time);
              appender.append(up("b"), time, (double) time);
              appender.commit();
            }
          });
      Future<?> sealing =
          threads.submit(() -> {
            while (!writing.isDone()) {
              store.sealAll(Instant.ofEpochMilli(nowMs));
            }
            return null;
          });
      SampleColumns columns = new SampleColumns();
      while (!writing.isDone()) {
        List<Long> times = new ArrayList<>();
        try (Querier querier = store.querier(LOOKBACK)) {
          for (Querier.Series series : querier.selectNewest(UP)) {
            series.readNewest(columns);
            assertThat(columns.values()[0]).isEqualTo((double) columns.timesMs()[0]);
            times.add(columns.timesMs()[0]);
          }
          assertThat(querier.countNewest(UP, List.of("__name__"))).isEqualTo(counts(2));
        }
        assertThat(times).hasSize(2).containsOnly(times.getFirst());
      }
      writing.get();
      sealing.get();
    }
  }
}
