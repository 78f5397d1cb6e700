package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.Ticker;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.ResultCache;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// A range query that takes steps from the cache says what one says that evaluates all of them, bit
/// for bit, whatever has happened to the store since.
class ResultCacheTest {

  private static final long START = Instant.parse("2026-03-01T00:10:00Z").toEpochMilli();
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private static final List<String> LEAVES =
      List.of(
          "g",
          "c_total",
          "g{job=\"a\"}",
          "{job=~\"a|b\"}",
          "g offset 7m",
          "g offset -3m",
          "h_bucket",
          "nh",
          "g @ %d",
          "rate(c_total[4m])",
          "rate(c_total{pod!=\"p1\"}[3m])",
          "increase(c_total[10m] offset 1m)",
          "rate({job=\"a\"}[5m])",
          "rate(h_bucket[5m])",
          "rate(nh[5m])",
          "irate(c_total[5m])",
          "avg_over_time(g[7m])",
          "sum_over_time(g[5m])",
          "max_over_time(g[10m])",
          "max_over_time({job=\"b\"}[10m])",
          "last_over_time({pod=~\"p.\"}[3m])",
          "count_over_time(g[20m])",
          "stddev_over_time(g[5m])",
          "quantile_over_time(0.3, g[6m])",
          "predict_linear(g[10m], 600)",
          "deriv(c_total[7m])",
          "changes(g[9m])",
          "resets(c_total[20m])",
          "absent(g{job=\"zz\"})",
          "absent_over_time(c_total{pod=\"p3\"}[4m])",
          "timestamp(g)",
          "rate(c_total[5m] @ %d)",
          "max_over_time(rate(c_total[2m])[10m:1m])",
          "avg_over_time(g[10m:45s] offset 2m)",
          "sum_over_time((g * 2)[6m:])");

  private static final List<String> AROUND =
      List.of(
          "sum(%s)",
          "sum by (job) (%s)",
          "sum without (pod, le) (%s)",
          "avg by (pod) (%s)",
          "max(%s)",
          "min by (job) (%s)",
          "count by (job, __name__) (%s)",
          "group(%s)",
          "stddev by (job) (%s)",
          "topk(2, %s)",
          "bottomk by (job) (1, %s)",
          "quantile(0.7, %s)",
          "count_values(\"v\", %s)",
          "limitk(2, %s)",
          "limit_ratio(0.4, %s)",
          "histogram_quantile(0.9, %s)",
          "histogram_quantile(0.9, sum by (le) (%s))",
          "histogram_quantile(0.5, sum by (le, job) (%s))",
          "histogram_fraction(0, 0.5, %s)",
          "histogram_count(%s)",
          "histogram_stddev(%s)",
          "abs(%s)",
          "-(%s)",
          "(%s) * 3",
          "2 > bool (%s)",
          "(%s) > 1",
          "clamp_max(%s, 4)",
          "round(%s, 0.5)",
          "scalar(%s) + g",
          "vector(time()) + scalar(%s)",
          "hour(%s)",
          "label_replace(%s, \"x\", \"$1\", \"pod\", \"(.).*\")",
          "label_join(%s, \"job\", \"-\", \"pod\", \"job\")",
          "absent(%s)",
          "sort(%s)",
          "max_over_time((%s)[5m:1m])",
          "sum(max by (pod) (%s))",
          "max(sum by (job) (%s))",
          "topk(1, sum by (job) (%s))",
          "(%s) @ end()",
          "(%s) and on (job) g",
          "(%s) or g",
          "(%s) unless on (pod) c_total",
          "(%s) * on (job, pod) group_left () c_total",
          "(%s) / on (job, pod) c_total",
          "sum by (job) ((%s) * on (job, pod) group_left () c_total)",
          "(%s) + ignoring (le, x) g",
          "time() - (%s)");

  private final CrashDisk disk = new CrashDisk(0);

  /// A dashboard's panel: asked again and again while time passes.
  private record Panel(String expression, long stepMs, long rangeMs, long phaseMs) {

    static Panel of(Random random, long nowMs) {
      String text = LEAVES.get(random.nextInt(LEAVES.size()));
      text = text.replace("%d", String.valueOf((nowMs - random.nextLong(3 * HOUR)) / 1000));
      for (int depth = random.nextInt(3); depth > 0; depth--) {
        text = AROUND.get(random.nextInt(AROUND.size())).replace("%s", text);
      }
      long step = List.of(15_000L, 60_000L, 37_000L, 300_000L).get(random.nextInt(4));
      long range = step * (10 + random.nextInt(60));
      return new Panel(text, step, range, random.nextInt(3) == 0 ? random.nextLong(step) : 0);
    }

    long last(long untilMs) {
      return Math.floorDiv(untilMs - phaseMs, stepMs) * stepMs + phaseMs;
    }
  }

  private TsdbOptions options(long seed) {
    return TsdbOptions.builder(disk.root().resolve("data"))
        .retention(seed % 4 == 3 ? Duration.ofHours(9) : Duration.ofDays(400))
        .outOfOrderWindow(Duration.ofMinutes(seed % 3 == 0 ? 0 : seed % 5 * 30))
        .downsampling(Workload.downsampling(seed / 2))
        .minFreeBytes(0)
        .build();
  }

  @Seeds(200)
  void answers_are_those_of_a_query_without_cache(long seed) throws IOException {
    Random random = new Random(seed);
    long[] now = {START};
    TsdbOptions options = options(seed);
    PromqlOptions language =
        PromqlOptions.of(
            seed % 7 == 6
                ? EnumSet.allOf(PromqlFeature.class)
                : EnumSet.of(PromqlFeature.EXPERIMENTAL_FUNCTIONS));
    ResultCache cache = new ResultCache(seed % 5 == 4 ? 40_000 : 4_000_000);
    Tsdb store = Tsdb.open(options, () -> Instant.ofEpochMilli(now[0]), disk);
    PromqlEngine with =
        new PromqlEngine(store, language, Ticker.SYSTEM, QueryMemory.unbounded(), cache);
    PromqlEngine without = new PromqlEngine(store, language);
    World world = new World(random);
    List<Panel> panels = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      world.scrapes(store, now, 15_000L * (5 + random.nextInt(15)));
    }
    for (int i = 0; i < 30 + seed % 60; i++) {
      switch (random.nextInt(24)) {
        case 0 -> world.delete(store, now[0]);
        case 1 -> store.sealAll(Instant.ofEpochMilli(now[0]));
        case 2 -> store.maintain(Instant.ofEpochMilli(now[0]));
        case 3 -> {
          if (random.nextInt(3) == 0) {
            store.compactAll(Instant.ofEpochMilli(now[0]));
          } else {
            store.cleanTombstones(Instant.ofEpochMilli(now[0]));
          }
        }
        case 4 -> {
          if (random.nextInt(3) == 0) {
            store.close();
            store = Tsdb.open(options, () -> Instant.ofEpochMilli(now[0]), disk);
            with = new PromqlEngine(store, language, Ticker.SYSTEM, QueryMemory.unbounded(), cache);
            without = new PromqlEngine(store, language);
          }
        }
        case 5 -> world.late(store, now[0]);
        case 6 -> world.imports(store, now[0]);
        case 7 -> {
          if (random.nextInt(6) == 0) {
            now[0] += random.nextLong(5 * HOUR);
          }
        }
        case 8, 9, 10, 11, 12, 13, 14 ->
            world.scrapes(store, now, random.nextLong(random.nextInt(5) == 0 ? 1_200_000 : 60_000));
        default -> {
          if (panels.size() < 4 || random.nextInt(12) == 0) {
            panels.add(Panel.of(random, now[0]));
          }
          Panel panel = panels.get(panels.size() - 1 - random.nextInt(Math.min(4, panels.size())));
          long end = panel.last(now[0] - (random.nextInt(6) == 0 ? random.nextLong(HOUR) : 0));
          compare(with, without, panel, end);
        }
      }
      assertThat(cache.bytes()).isBetween(0L, 4_000_000L);
    }
    store.close();
  }

  private static void compare(PromqlEngine with, PromqlEngine without, Panel panel, long end) {
    String what = panel + " until " + end;
    assertThat(answer(with, panel, end)).as(what).isEqualTo(answer(without, panel, end));
  }

  /// Everything that a caller sees of an answer.
  private static Map<String, Object> answer(PromqlEngine engine, Panel panel, long end) {
    Map<String, Object> answer = new TreeMap<>();
    try {
      QueryResult result =
          engine.range(
              panel.expression(),
              end - panel.rangeMs(),
              end,
              panel.stepMs(),
              MetricQuery.Options.defaults());
      answer.put("warnings", result.warnings());
      answer.put("infos", result.infos());
      List<Labels> order = new ArrayList<>();
      for (QueryValue.Points points : ((QueryValue.Matrix) result.value()).series()) {
        order.add(points.labels());
        long[] bits = Arrays.stream(points.values()).mapToLong(Double::doubleToLongBits).toArray();
        answer.put(
            "series " + points.labels(),
            Arrays.toString(points.timestampsMs())
                + Arrays.toString(bits)
                + Arrays.toString(points.histograms()));
      }
      answer.put("order", order);
    } catch (MangruException e) {
      answer.put("error", e.code() + ": " + e.text());
    }
    return answer;
  }

  /// What is scraped.
  private static final class World {
    private final Random random;
    private final double[] counters = new double[12];
    private int imported;

    World(Random random) {
      this.random = random;
    }

    /// Scrapes each 15 s while time passes.
    void scrapes(Tsdb store, long[] now, long forMs) {
      long until = now[0] + forMs;
      for (long t = now[0]; t < until; t += 15_000) {
        now[0] = t;
        Appender appender = store.appender();
        scrape(appender, t - random.nextInt(2_000));
        appender.commit();
      }
      now[0] = until;
    }

    private void scrape(Appender appender, long t) {
      for (int i = 0; i < 6; i++) {
        if (random.nextInt(20) == 0) {
          continue;
        }
        String job = i % 2 == 0 ? "a" : "b";
        // Pods that come and go.
        String pod = i < 4 ? "p" + i : "p" + (i + t / (20 * 60_000) % 3);
        if (random.nextInt(60) == 0) {
          counters[i] = 0;
        }
        counters[i] += random.nextInt(4) == 0 ? 0 : random.nextDouble() * 10;
        double gauge =
            switch (random.nextInt(30)) {
              case 0 -> StaleMarker.VALUE;
              case 1 -> Double.NaN;
              case 2 -> -0.0;
              case 3 -> Double.POSITIVE_INFINITY;
              case 4, 5, 6, 7 -> random.nextDouble();
              default -> random.nextInt(5) - 1;
            };
        appender.append(Labels.of("__name__", "g", "job", job, "pod", pod), t, gauge);
        appender.append(
            Labels.of("__name__", "c_total", "job", job, "pod", pod), t, Math.rint(counters[i]));
        double below = 0;
        for (String le : List.of("0.1", "1", "1.0", "+Inf")) {
          below += counters[i] * (1 + i % 3);
          appender.append(Labels.of("__name__", "h_bucket", "job", job, "le", le), t + i, below);
        }
        if (i == 3) {
          appender.append(
              Labels.of("__name__", "nh", "job", job), t, SampleCursor.NO_START, histogram(i));
        }
      }
    }

    private NativeHistogram histogram(int i) {
      return NativeHistogram.builder(false)
          .schema(1)
          .zero(0x1p-128, Double.doubleToRawLongBits(counters[i]))
          .total(Double.doubleToRawLongBits(2 * counters[i]), counters[i])
          .positive(new int[] {0, 1}, new long[] {Double.doubleToRawLongBits(counters[i])})
          .build();
    }

    void late(Tsdb store, long now) {
      Appender appender = store.appender();
      for (int i = 0; i < 3; i++) {
        appender.append(
            Labels.of("__name__", "g", "job", "a", "pod", "p" + random.nextInt(3)),
            now - random.nextLong(random.nextBoolean() ? 300_000 : 3 * HOUR),
            random.nextInt(9));
        // A series of its own has no newest sample yet.
        appender.append(
            Labels.of("__name__", "g", "job", "late", "pod", "l" + random.nextInt(50)),
            now - random.nextLong(6 * HOUR),
            random.nextInt(9));
      }
      appender.commit();
    }

    void delete(Tsdb store, long now) throws IOException {
      long start = now - random.nextLong(4 * HOUR);
      store.delete(
          List.of(LabelMatcher.of(LabelMatcher.Operator.EQUAL, "pod", "p" + random.nextInt(6))),
          new TimeRange(start, start + random.nextLong(HOUR)),
          Instant.ofEpochMilli(now));
    }

    void imports(Tsdb store, long now) throws IOException {
      ImportTarget target = store.importTarget();
      long width = target.windowMs();
      long first = Math.floorDiv(now - random.nextLong(8 * HOUR), width) * width;
      SampleColumns columns = new SampleColumns();
      for (int i = 0; i < 4; i++) {
        long time = first + i * width / 4 + imported;
        if (time >= target.oldestMs() && time <= target.newestMs()) {
          columns.add(time, SampleCursor.NO_START, random.nextInt(9), null);
        }
      }
      if (columns.count() == 0) {
        return;
      }
      try (ImportTarget.Window window = target.window(new TimeRange(first, first + width - 1))) {
        window.add(Labels.of("__name__", "g", "job", "a", "pod", "import" + imported++), columns);
        window.finish();
      }
    }
  }

  /// The case that all this is for.
  @Test
  void a_dashboard_that_slides_evaluates_what_is_new() throws IOException {
    long[] now = {START};
    ResultCache cache = new ResultCache(4_000_000);
    try (Tsdb store = Tsdb.open(options(0), () -> Instant.ofEpochMilli(now[0]), disk)) {
      PromqlEngine with =
          new PromqlEngine(
              store, PromqlOptions.defaults(), Ticker.SYSTEM, QueryMemory.unbounded(), cache);
      PromqlEngine without = new PromqlEngine(store, PromqlOptions.defaults());
      World world = new World(new Random(1));
      world.scrapes(store, now, 2 * HOUR);
      Panel panel = new Panel("sum by (job) (rate(c_total[5m]))", 15_000, HOUR, 0);
      for (int i = 0; i < 40; i++) {
        compare(with, without, panel, panel.last(now[0]));
        world.scrapes(store, now, 7_000);
        store.maintain(Instant.ofEpochMilli(now[0]));
      }
      assertThat(cache.misses()).isEqualTo(1);
      assertThat(cache.hits() + cache.partHits()).isEqualTo(39);
      assertThat(cache.stepsServed()).isGreaterThan(39 * 220);
      assertThat(cache.entries()).isEqualTo(1);
      assertThat(cache.bytes()).isBetween(4_000L, 20_000L);
    }
  }
}
