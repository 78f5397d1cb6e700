package dev.mangru.tsdb.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.MemoryBudget;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.exemplar.Exemplars;
import dev.mangru.tsdb.metadata.Metadata;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantStoresTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private CrashDisk disk = new CrashDisk(1);
  private Instant now = NOW;
  private long budget = 1_000;
  private String broken = "";

  private Path folder() {
    return disk.root().resolve("tenants");
  }

  private TenantStores open(boolean enabled) throws IOException {
    Nothing empty = new Nothing();
    TenantStores.Settings settings =
        new TenantStores.Settings(
            enabled,
            3,
            Duration.ofMinutes(10),
            (tenant, directory) -> {
              if (tenant.equals(broken)) {
                throw new IllegalStateException("planted");
              }
              return TsdbOptions.builder(directory)
                  .minFreeBytes(0)
                  .maxSeries(tenant.equals("small") ? 1 : 100)
                  .build();
            },
            _ -> new Exemplars.Limits(10, 1 << 20, 10),
            Metadata.Limits.defaults(),
            store -> new PromqlEngine(store, PromqlOptions.defaults()),
            new MemoryBudget(budget, 1 << 30, 1 << 30));
    return TenantStores.open(
        disk,
        folder(),
        settings,
        new OneTenant(
            empty,
            new PromqlEngine(empty, PromqlOptions.defaults()),
            empty,
            empty,
            Optional.empty(),
            () -> {}),
        () -> now);
  }

  private AppendSummary write(TenantStores stores, String tenant, String... names) {
    try (TenantMetrics metrics = stores.forWriting(tenant)) {
      Appender batch = metrics.store().appender();
      for (String name : names) {
        batch.append(Labels.of("__name__", name), now.toEpochMilli(), 1);
      }
      return batch.commit();
    }
  }

  private static List<String> read(TenantStores stores, String tenant) {
    try (TenantMetrics metrics = stores.forReading(tenant);
        Querier querier = metrics.store().querier(TimeRange.ALL)) {
      return querier.labelValues("__name__", List.of());
    }
  }

  @Test
  void tenants_do_not_see_each_other() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "a", "up");
      write(stores, "b", "down");
      assertThat(read(stores, "a")).containsExactly("up");
      assertThat(read(stores, "b")).containsExactly("down");
      assertThat(read(stores, Tenants.ANONYMOUS)).isEmpty();
      assertThat(stores.names()).containsExactly("a", "b");
    }
  }

  @Test
  void exemplars_and_metadata_are_the_tenants_own() throws IOException {
    Labels up = Labels.of("__name__", "up");
    List<List<LabelMatcher>> all = List.of(List.of(LabelMatcher.equal("__name__", "up")));
    try (TenantStores stores = open(true)) {
      try (TenantMetrics metrics = stores.forWriting("a")) {
        metrics.metadata().put(Map.of("up", new MetricMetadata(MetricMetadata.Type.GAUGE, "", "")));
        metrics
            .exemplars()
            .add(List.of(new SeriesExemplar(up, new Exemplar(Labels.of("id", "1"), 1, 1))));
      }
      write(stores, "b", "up");
      try (TenantMetrics a = stores.forReading("a");
          TenantMetrics b = stores.forReading("b")) {
        assertThat(a.metadata().find("up")).hasSize(1);
        assertThat(a.exemplars().select(TimeRange.ALL, all)).hasSize(1);
        assertThat(b.metadata().find("up")).isEmpty();
        assertThat(b.exemplars().select(TimeRange.ALL, all)).isEmpty();
      }
    }
  }

  @Test
  void reading_makes_nothing() throws IOException {
    try (TenantStores stores = open(true)) {
      long operations = disk.operations();
      assertThat(read(stores, "stranger")).isEmpty();
      try (TenantMetrics metrics = stores.forReading("stranger")) {
        assertThat(metrics.admin()).isEmpty();
        assertThat(metrics.metadata().all(0)).isEmpty();
        assertThat(metrics.exemplars().select(TimeRange.ALL, List.of())).isEmpty();
      }
      assertThat(disk.operations()).isEqualTo(operations);
      assertThat(stores.names()).isEmpty();
    }
  }

  @Test
  void what_tenants_wrote_is_there_after_a_restart() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "a", "up");
      write(stores, "b", "down");
    }
    try (TenantStores stores = open(true)) {
      assertThat(stores.openStores()).isZero();
      assertThat(read(stores, "b")).containsExactly("down");
      assertThat(read(stores, "a")).containsExactly("up");
    }
  }

  @Test
  void folders_have_numbers_and_names_stand_nowhere_in_paths() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "shop", "up");
    }
    assertThat(disk.list(folder()))
        .extracting(path -> String.valueOf(path.getFileName()))
        .containsExactlyInAnyOrder("000001", "names");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "a/b", "a b", ".", "a.b", "é", "a\u0000", "%2e", "a\\b"})
  void a_name_of_other_characters_is_refused(String name) throws IOException {
    try (TenantStores stores = open(true)) {
      for (boolean writing : new boolean[] {true, false}) {
        assertThatThrownBy(
                () -> {
                  if (writing) {
                    stores.forWriting(name);
                  } else {
                    stores.forReading(name);
                  }
                })
            .isInstanceOfSatisfying(
                MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
            .hasMessageContaining("tenant's name");
      }
    }
  }

  @Test
  void a_name_has_at_most_64_characters() throws IOException {
    try (TenantStores stores = open(true)) {
      assertThat(write(stores, "x".repeat(64), "up").accepted()).isEqualTo(1);
      assertThatThrownBy(() -> stores.forReading("x".repeat(65)))
          .hasMessageContaining("1 to 64 characters, not 65");
    }
  }

  @Test
  void there_are_no_more_tenants_than_allowed() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "a", "up");
      write(stores, "b", "up");
      write(stores, "c", "up");
      assertThatThrownBy(() -> stores.forWriting("d"))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
          .hasMessageContaining("3 tenants")
          .hasMessageContaining("mangru.tenants.max");
      assertThat(write(stores, "a", "up").rejected()).isZero();
    }
  }

  @Test
  void switched_off_there_is_one_tenant() throws IOException {
    try (TenantStores stores = open(false)) {
      assertThat(read(stores, Tenants.ANONYMOUS)).isEmpty();
      assertThatThrownBy(() -> stores.forWriting("a"))
          .hasMessageContaining("mangru.tenants.enabled");
      assertThat(disk.exists(folder())).isFalse();
    }
  }

  @Test
  void each_tenant_has_limits_of_its_own() throws IOException {
    try (TenantStores stores = open(true)) {
      AppendSummary small = write(stores, "small", "m1", "m2");
      assertThat(small.accepted()).isEqualTo(1);
      assertThat(small.retryable()).isEqualTo(1);
      assertThat(write(stores, "large", "m1", "m2").accepted()).isEqualTo(2);
    }
  }

  @Test
  void all_stores_share_one_budget_and_known_series_still_come_in() throws IOException {
    budget = 3;
    try (TenantStores stores = open(true)) {
      assertThat(write(stores, "a", "m1", "m2").accepted()).isEqualTo(2);
      assertThat(write(stores, "b", "m1", "m2").accepted()).isEqualTo(1);
      now = now.plusSeconds(1);
      AppendSummary more = write(stores, "a", "m1", "m2", "m3");
      assertThat(more.accepted()).isEqualTo(2);
      assertThat(more.retryable()).isEqualTo(1);
    }
  }

  @Test
  void a_store_that_nobody_asks_for_is_closed_and_opened_again() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "a", "up");
      now = now.plus(Duration.ofMinutes(9));
      stores.seal(now);
      stores.compact(now);
      assertThat(stores.openStores()).isEqualTo(1);
      now = now.plus(Duration.ofMinutes(2));
      TenantMetrics inUse = stores.forReading("a");
      stores.compact(now);
      assertThat(stores.openStores()).as("somebody reads").isEqualTo(1);
      inUse.close();
      inUse.close();
      now = now.plus(Duration.ofMinutes(11));
      stores.compact(now);
      assertThat(stores.openStores()).isZero();
      assertThat(read(stores, "a")).containsExactly("up");
      assertThat(stores.openStores()).isEqualTo(1);
    }
  }

  @Test
  void a_closed_store_is_opened_once_a_day_for_its_retention() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "a", "up");
      now = now.plus(Duration.ofMinutes(11));
      stores.compact(now);
      assertThat(stores.openStores()).isZero();
      now = now.plus(Duration.ofHours(23));
      stores.compact(now);
      assertThat(stores.openStores()).isZero();
      now = now.plus(Duration.ofHours(2));
      stores.compact(now);
      assertThat(stores.openStores()).isEqualTo(1);
    }
  }

  @Test
  void damaged_names_are_an_error_and_not_forgotten() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "a", "up");
      write(stores, "b", "up");
    }
    Path names = folder().resolve("names");
    disk.flipBit(names.resolve("00000001.log"), 17, 3);
    assertThat(TenantStores.check(disk, names).problems())
        .singleElement()
        .asString()
        .contains("00000001.log at offset 8", "checksum");
    assertThatThrownBy(() -> open(true))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("00000001.log at offset 8");
  }

  @Seeds(60)
  void names_keep_their_numbers_through_power_cuts(long seed) throws IOException {
    Random random = new Random(seed);
    disk = new CrashDisk(seed);
    List<String> acknowledged = new ArrayList<>();
    for (int life = 0; life < 3; life++) {
      disk.powerOffAt(5 + random.nextInt(80));
      String last = "";
      try (TenantStores stores = open(true)) {
        for (String tenant : List.of("a", "b", "c")) {
          last = tenant;
          if (write(stores, tenant, "of_" + tenant).accepted() == 1
              && !acknowledged.contains(tenant)) {
            acknowledged.add(tenant);
          }
        }
      } catch (IOException | MangruException e) {
        assertThat(disk.off()).as("only the power cut fails " + last + ": " + e).isTrue();
      }
      disk.powerOff();
      disk = disk.reboot();
      try (TenantStores stores = open(true)) {
        for (String tenant : acknowledged) {
          assertThat(read(stores, tenant)).containsExactly("of_" + tenant);
        }
      }
      now = now.plusSeconds(10);
    }
  }

  @Test
  void one_tenant_that_fails_does_not_keep_the_others_from_being_looked_after() throws IOException {
    try (TenantStores stores = open(true)) {
      write(stores, "a", "up");
      write(stores, "b", "up");
    }
    broken = "a";
    try (TenantStores stores = open(true)) {
      now = now.plus(Duration.ofDays(2));
      assertThatThrownBy(() -> stores.compact(now))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("planted");
      assertThat(stores.openStores()).isEqualTo(1);
    }
  }
}
