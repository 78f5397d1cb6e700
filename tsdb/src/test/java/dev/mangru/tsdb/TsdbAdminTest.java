package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStoreStatus;
import dev.mangru.model.metric.MetricStoreStatus.Count;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TsdbAdminTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:10Z");

  private final CrashDisk disk = new CrashDisk(1);
  private final InstantSource clock = InstantSource.fixed(NOW);
  private final Path directory = disk.root().resolve("metrics");
  private Tsdb tsdb;
  private TsdbAdmin admin;

  @BeforeEach
  void open() throws IOException {
    tsdb = Tsdb.open(TsdbOptions.builder(directory).minFreeBytes(0).build(), clock, disk);
    admin = new TsdbAdmin(tsdb, clock, new Random(1));
    Appender batch = tsdb.appender();
    for (int i = 0; i < 3; i++) {
      batch.append(
          Labels.of("__name__", i == 2 ? "down" : "up", "job", "j" + i),
          NOW.toEpochMilli() - 1000L * i,
          i);
    }
    assertThat(batch.commit().accepted()).isEqualTo(3);
  }

  @AfterEach
  void close() {
    tsdb.close();
  }

  private List<Labels> series(String name) {
    try (Querier querier = tsdb.querier(TimeRange.ALL)) {
      return querier.select(List.of(LabelMatcher.equal("__name__", name))).stream()
          .map(Querier.Series::labels)
          .toList();
    }
  }

  @Test
  void the_status_tells_series_limits_and_files() throws IOException {
    MetricStoreStatus status = admin.status(10);
    assertThat(status.memory().series()).isEqualTo(3);
    assertThat(status.memory().samples()).isEqualTo(3);
    assertThat(status.memory().minTimeMs()).isEqualTo(NOW.toEpochMilli() - 2000);
    assertThat(status.memory().maxTimeMs()).isEqualTo(NOW.toEpochMilli());
    assertThat(status.cardinality().labelPairs()).isEqualTo(5);
    assertThat(status.cardinality().seriesByMetricName())
        .containsExactly(new Count("up", 2), new Count("down", 1));
    assertThat(status.limits().newSeriesThisMinute()).isEqualTo(3);
    assertThat(status.durable()).isTrue();
    assertThat(status.refusal()).isNull();
    assertThat(status.disk().logBytes()).isPositive();
    tsdb.sealAll(NOW);
    MetricStoreStatus sealed = admin.status(1);
    assertThat(sealed.disk().parts()).isEqualTo(1);
    assertThat(sealed.disk().partBytes()).isPositive();
    assertThat(sealed.memory().samples()).isZero();
    assertThat(sealed.memory().minTimeMs()).isEqualTo(NOW.toEpochMilli() - 2000);
    assertThat(sealed.memory().maxTimeMs()).isEqualTo(NOW.toEpochMilli());
    assertThat(sealed.cardinality().seriesByMetricName()).containsExactly(new Count("up", 2));
  }

  @Test
  void any_of_the_selectors_deletes_and_cleaning_removes_the_deletion() throws IOException {
    admin.deleteSeries(
        List.of(
            List.of(LabelMatcher.equal("__name__", "down")),
            List.of(LabelMatcher.equal("job", "j0"))),
        TimeRange.ALL);
    assertThat(series("down")).isEmpty();
    assertThat(series("up")).containsExactly(Labels.of("__name__", "up", "job", "j1"));
    assertThat(admin.status(1).disk().deletions()).isEqualTo(2);
    admin.cleanTombstones();
    assertThat(admin.status(1).disk().deletions()).isZero();
    assertThat(series("up")).containsExactly(Labels.of("__name__", "up", "job", "j1"));
  }

  @Test
  void a_snapshot_is_a_store_of_its_own_with_what_was_in_memory() throws IOException {
    String name = admin.snapshot(false);
    assertThat(name).startsWith("20261121T120010Z-");
    try (Tsdb copy =
        Tsdb.open(
            TsdbOptions.builder(directory.resolve("snapshots").resolve(name))
                .minFreeBytes(0)
                .build(),
            clock,
            disk)) {
      try (Querier querier = copy.querier(TimeRange.ALL)) {
        assertThat(querier.select(List.of(LabelMatcher.equal("__name__", "up")))).hasSize(2);
      }
    }
  }

  @Test
  void settling_leaves_blocks_only() throws IOException {
    admin.compact();
    MetricStoreStatus status = admin.status(1);
    assertThat(status.disk().parts()).isZero();
    assertThat(status.disk().blocks()).isPositive();
    assertThat(series("up")).hasSize(2);
  }
}
