package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.tsdb.compact.Retention;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Retention that differs from series to series.
class TsdbRetentionTest {

  private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final Labels DEV = Labels.of("__name__", "up", "namespace", "dev");
  private static final Labels AUDIT = Labels.of("__name__", "logins", "namespace", "dev");
  private static final Labels PROD = Labels.of("__name__", "up", "namespace", "prod");

  private final CrashDisk disk = new CrashDisk(3);
  private long nowMs = START;
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);

  private static Retention.Rule rule(String name, String value, Duration keep) {
    return new Retention.Rule(List.of(LabelMatcher.equal(name, value)), keep);
  }

  private TsdbOptions options() {
    return TsdbOptions.builder(disk.root().resolve("data"))
        .retention(Duration.ofDays(5))
        .retentionRules(
            List.of(
                rule("__name__", "logins", Duration.ofDays(30)),
                rule("namespace", "dev", Duration.ofDays(1))))
        .outOfOrderWindow(Duration.ofDays(60))
        .minFreeBytes(0)
        .build();
  }

  private static AppendSummary append(Tsdb store, long timestampMs, Labels... series) {
    Appender appender = store.appender();
    for (Labels labels : series) {
      appender.append(labels, timestampMs, timestampMs / 1e3);
    }
    return appender.commit();
  }

  private static long oldest(Tsdb store, Labels labels) {
    NavigableMap<Long, Held> samples = Dump.of(store).getOrDefault(labels, new TreeMap<>());
    return samples.isEmpty() ? Long.MAX_VALUE : samples.firstKey();
  }

  private void live(Tsdb store, long untilMs) throws IOException {
    while (nowMs < untilMs) {
      nowMs += 10 * MINUTE;
      assertThat(append(store, nowMs, DEV, AUDIT, PROD).rejected()).isZero();
      store.maintain(clock.instant());
    }
  }

  @Test
  void each_series_goes_by_the_first_rule_that_selects_it_over_restarts() throws IOException {
    try (Tsdb store = Tsdb.open(options(), clock, disk)) {
      live(store, START + 3 * DAY);
      assertThat(oldest(store, DEV)).isGreaterThan(START + DAY);
      assertThat(oldest(store, DEV)).isLessThanOrEqualTo(nowMs - DAY);
      assertThat(oldest(store, PROD)).isEqualTo(START + 10 * MINUTE);
    }
    try (Tsdb store = Tsdb.open(options(), clock, disk)) {
      live(store, START + 9 * DAY);
      store.compactAll(clock.instant());
    }
    try (Tsdb store = Tsdb.open(options(), clock, disk)) {
      Map<Labels, NavigableMap<Long, Held>> found = Dump.of(store);
      assertThat(found).containsOnlyKeys(AUDIT, DEV, PROD);
      assertThat(found.get(AUDIT)).hasSize((int) (9 * DAY / (10 * MINUTE)));
      // A file has a day at most, and goes once all of it is past the rule.
      assertThat(oldest(store, DEV)).isBetween(nowMs - 2 * DAY - HOUR, nowMs - DAY);
      assertThat(oldest(store, PROD)).isBetween(nowMs - 6 * DAY - HOUR, nowMs - 5 * DAY);
      assertThat(found.get(PROD).tailMap(nowMs - 5 * DAY, false))
          .hasSize((int) (5 * DAY / (10 * MINUTE)));
    }
  }

  @Test
  void a_sample_past_the_rule_of_its_series_is_refused() throws IOException {
    nowMs = START + 100 * DAY;
    try (Tsdb store = Tsdb.open(options(), clock, disk)) {
      for (int round = 0; round < 2; round++) { // unknown series, then known ones
        AppendSummary summary = append(store, nowMs - 2 * DAY, DEV, PROD, AUDIT);
        assertThat(summary.accepted()).isEqualTo(2);
        assertThat(summary.examples())
            .singleElement()
            .satisfies(one -> {
              assertThat(one.labels().toMap()).isEqualTo(DEV.toMap());
              assertThat(one.reason()).isEqualTo(new AppendResult.TooOld(nowMs - DAY));
            });
        assertThat(append(store, nowMs - 6 * DAY - round, DEV, PROD, AUDIT).accepted())
            .isEqualTo(1);
        assertThat(append(store, nowMs - 31 * DAY, DEV, PROD, AUDIT).accepted()).isZero();
        assertThat(append(store, nowMs - DAY, DEV, PROD, AUDIT).accepted()).isEqualTo(3);
        assertThat(append(store, nowMs, DEV, PROD, AUDIT).accepted()).isEqualTo(3);
      }
    }
  }
}
