package dev.mangru.alerts.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.Objective.Indicator;
import dev.mangru.model.slo.SloStatus;
import dev.mangru.model.testkit.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/// Random worlds against the obvious arithmetic: add up all the samples there ever were.
class SloEngineOracleTest {

  private static final Objective RATIO =
      new Objective(
          "requests",
          "",
          0.99,
          new Indicator.Ratio("requests_total{code=\"200\"}", "requests_total"));
  private static final Objective SLICE =
      new Objective("up", "", 0.999, new Indicator.TimeSlice("up == 1"));
  private static final SloOptions OPTIONS =
      new SloOptions(
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofMinutes(1),
          Duration.ZERO,
          Duration.ofDays(1),
          1_000,
          Duration.ofSeconds(5));

  /// A process with its counters. It crashes, vanishes and comes back.
  private static final class Target {
    private final Random random;
    private final String name;
    private final long everyMs;
    private long nextMs;
    private double good;
    private double bad;
    private boolean reachable = true;

    Target(Random random, String name, long startMs) {
      this.random = random;
      this.name = name;
      this.everyMs = List.of(1_000L, 5_000L, 10_000L, 15_000L, 60_000L).get(random.nextInt(5));
      this.nextMs = startMs + random.nextInt(10_000);
      this.good = random.nextBoolean() ? 0 : random.nextInt(1_000_000);
    }

    void runUntil(long toMs, MemoryMetricStore store) {
      for (; nextMs <= toMs; nextMs += everyMs + random.nextInt(20)) {
        if (random.nextInt(100) == 0) {
          good = 0;
          bad = 0;
        }
        if (random.nextInt(50) == 0) {
          reachable = !reachable;
        }
        good += random.nextInt(20) * (random.nextInt(10) == 0 ? 0.37 : 1);
        bad += random.nextInt(8) == 0 ? random.nextInt(5) : 0;
        if (reachable) {
          store.add(labels("200"), nextMs, good);
          // An error series appears with its first error.
          if (bad > 0) {
            store.add(labels("500"), nextMs, bad);
          }
        }
      }
    }

    private Labels labels(String code) {
      return Labels.of("__name__", "requests_total", "code", code, "pod", name);
    }
  }

  @Seeds(40)
  void every_window_equals_the_sum_of_all_raw_samples(long seed) {
    Random random = new Random(seed);
    MemoryMetricStore store = new MemoryMetricStore();
    SelectorQuery query = new SelectorQuery(store);
    long nowMs = 1_000_000_000L;
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      targets.add(new Target(random, "old" + i, nowMs - random.nextInt(600_000)));
    }
    SloEngine engine = new SloEngine(List.of(RATIO), query, store, OPTIONS);
    long beganMs = nowMs - OPTIONS.settle().toMillis();
    long ticks = 5 + seed * 5;
    for (int tick = 0; tick < ticks; tick++) {
      for (Target target : targets) {
        // A sample arrives at most `settle` after its time.
        target.runUntil(nowMs - random.nextInt(15_000), store);
      }
      engine.tick(Instant.ofEpochMilli(nowMs));
      check(engine.statuses().getFirst(), store, beganMs, nowMs - 15_000);
      if (random.nextInt(60) == 0) {
        targets.add(new Target(random, "new" + tick, nowMs));
      }
      if (random.nextInt(40) == 0) {
        engine = new SloEngine(List.of(RATIO), query, store, OPTIONS);
        nowMs += random.nextInt(random.nextBoolean() ? 30_000 : 3_000_000);
      }
      nowMs += 9_900 + random.nextInt(200);
    }
  }

  private static void check(SloStatus status, MemoryMetricStore store, long beganMs, long untilMs) {
    assertThat(status.problem() == null || status.problem().contains("no series")).isTrue();
    NavigableMap<Long, Double> points =
        store.samples(Labels.of("__name__", "mangru_slo_total", "slo", "requests"));
    assertThat(points.lastKey()).isEqualTo(untilMs);
    for (SloStatus.Window window : status.windows()) {
      Long start = points.floorKey(untilMs - window.length().toMillis());
      long startMs = start == null ? beganMs : start;
      double[] truth = truth(store, beganMs, startMs, untilMs);
      if (truth[1] == 0) {
        assertThat(window.availability()).isNull();
        continue;
      }
      double errors = (truth[1] - truth[0]) / truth[1];
      double share = Math.min(1, (double) (untilMs - startMs) / window.length().toMillis());
      assertThat(window.availability()).isCloseTo(1 - errors, within(1e-9));
      assertThat(window.budgetLeft()).isCloseTo(1 - errors / 0.01 * share, within(1e-9));
      assertThat(window.measured().toMillis())
          .isEqualTo(Math.min(window.length().toMillis(), untilMs - startMs));
    }
  }

  /// Good and total after `startMs`, up to and including `endMs`.
  private static double[] truth(MemoryMetricStore store, long beganMs, long startMs, long endMs) {
    double[] sums = new double[2];
    for (Map.Entry<Labels, NavigableMap<Long, Double>> series : store.all().entrySet()) {
      if (!series.getKey().metricName().equals("requests_total")) {
        continue;
      }
      Map.Entry<Long, Double> before = series.getValue().floorEntry(beganMs);
      double last = before == null ? 0 : before.getValue();
      for (Map.Entry<Long, Double> sample :
          series.getValue().subMap(beganMs, false, endMs, true).entrySet()) {
        double value = sample.getValue();
        double increase = value >= last ? value - last : value;
        last = value;
        if (sample.getKey() > startMs) {
          sums[1] += increase;
          sums[0] += series.getKey().get("code").equals("200") ? increase : 0;
        }
      }
    }
    return sums;
  }

  @Seeds(60)
  void every_time_slice_is_good_bad_or_unknown_exactly_once(long seed) {
    Random random = new Random(seed);
    MemoryMetricStore store = new MemoryMetricStore();
    SelectorQuery query = new SelectorQuery(store);
    Labels up = Labels.of("__name__", "up", "instance", "a");
    SloEngine engine = new SloEngine(List.of(SLICE), query, store, OPTIONS);
    NavigableMap<Long, long[]> truth = new TreeMap<>();
    long nowMs = 1_000_000_000L;
    long good = 0;
    long known = 0;
    long lastMs = Long.MIN_VALUE;
    boolean alive = true;
    for (int tick = 0; tick < 5 + seed * 10; tick++) {
      long untilMs = nowMs - 15_000;
      alive ^= random.nextInt(30) == 0;
      store.add(up, untilMs, alive ? 1 : 0);
      engine.tick(Instant.ofEpochMilli(nowMs));
      long length = untilMs - lastMs;
      if (lastMs != Long.MIN_VALUE && length <= 30_000 && (alive || good > 0)) {
        known += length;
        good += alive ? length : 0;
      }
      lastMs = untilMs;
      truth.put(untilMs, new long[] {good, known});
      for (SloStatus.Window window : engine.statuses().getFirst().windows()) {
        Map.Entry<Long, long[]> start = truth.floorEntry(untilMs - window.length().toMillis());
        long[] base = start == null ? new long[2] : start.getValue();
        if (known == base[1]) {
          assertThat(window.availability()).isNull();
        } else {
          assertThat(window.availability())
              .isCloseTo((double) (good - base[0]) / (known - base[1]), within(1e-9));
        }
        assertThat(window.measured().toMillis())
            .isEqualTo(Math.min(window.length().toMillis(), known - base[1]));
      }
      if (random.nextInt(50) == 0) {
        engine = new SloEngine(List.of(SLICE), query, store, OPTIONS);
        nowMs += random.nextInt(200_000);
      }
      nowMs += random.nextInt(40) == 0 ? 45_000 : 10_000 + random.nextInt(50);
    }
  }
}
