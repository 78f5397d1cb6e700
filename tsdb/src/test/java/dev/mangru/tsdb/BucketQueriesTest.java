package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.BucketColumns;
import dev.mangru.model.metric.Buckets;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.SummaryPlanner;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// PromQL over summaries beside PromQL over samples.
class BucketQueriesTest {

  private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private final CrashDisk disk = new CrashDisk(5);
  private long nowMs = START;
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);
  private long bucketsRead;

  private TsdbOptions.Builder options() {
    return TsdbOptions.builder(disk.root().resolve("data"))
        .outOfOrderWindow(Duration.ofDays(3))
        .downsampling(
            List.of(
                new SummaryPlanner.Rule(Resolution.D5M, Duration.ofHours(1), Duration.ofDays(50)),
                new SummaryPlanner.Rule(Resolution.D1H, Duration.ofHours(3), Duration.ofDays(90))))
        .minFreeBytes(0);
  }

  /// Hides summaries, or counts how many series were read from them.
  private record Watched(Tsdb store, boolean summaries, Runnable onBuckets) implements MetricStore {
    @Override
    public Appender appender() {
      throw new IllegalStateException();
    }

    @Override
    public Querier querier(TimeRange range) {
      return store.querier(range);
    }

    @Override
    public Querier querier(TimeRange range, Buckets wanted) {
      return summaries
          ? new WatchedQuerier(store.querier(range, wanted), onBuckets)
          : store.querier(range);
    }

    @Override
    public void close() {}
  }

  private record WatchedQuerier(Querier querier, Runnable onBuckets) implements Querier {
    @Override
    public List<Series> select(List<LabelMatcher> matchers) {
      List<Series> found = new ArrayList<>();
      querier.select(matchers).forEach(one -> found.add(new WatchedSeries(one, onBuckets)));
      return found;
    }

    @Override
    public List<String> labelNames(List<LabelMatcher> matchers) {
      return querier.labelNames(matchers);
    }

    @Override
    public List<String> labelValues(String name, List<LabelMatcher> matchers) {
      return querier.labelValues(name, matchers);
    }

    @Override
    public long longestBucketMs() {
      return querier.longestBucketMs();
    }

    @Override
    public void close() {
      querier.close();
    }
  }

  private record WatchedSeries(Querier.Series series, Runnable onBuckets)
      implements Querier.Series {
    @Override
    public Labels labels() {
      return series.labels();
    }

    @Override
    public SampleCursor samples() {
      return series.samples();
    }

    @Override
    public void read(SampleColumns columns) {
      series.read(columns);
    }

    @Override
    public boolean readBuckets(BucketColumns columns) {
      boolean read = series.readBuckets(columns);
      if (read) {
        onBuckets.run();
      }
      return read;
    }
  }

  private static double value(Random random, int kind, long step) {
    return switch (kind) {
      case 0 -> step * 3 % 5_000;
      case 1 -> random.nextInt(1_000) - 500;
      case 2 -> random.nextGaussian() * 1e6;
      case 3 -> random.nextBoolean() ? 0.0 : -0.0;
      case 4 -> random.nextInt(3) == 0 ? 9.007199254740991e15 : random.nextInt(5);
      default ->
          switch (random.nextInt(6)) {
            case 0 -> Double.NaN;
            case 1 -> Double.longBitsToDouble(0x7ff8000000000000L | random.nextInt(9));
            case 2 -> StaleMarker.VALUE;
            case 3 -> Double.NEGATIVE_INFINITY;
            default -> random.nextInt(7);
          };
    };
  }

  private static Labels labels(int kind) {
    return Labels.of("__name__", "m", "kind", Integer.toString(kind));
  }

  private void live(Tsdb store, Random random, long untilMs) throws IOException {
    while (nowMs < untilMs) {
      nowMs += 15_000;
      Appender appender = store.appender();
      for (int kind = 0; kind < 7; kind++) {
        if (random.nextInt(40) == 0) {
          continue; // a gap
        }
        if (kind == 6 && random.nextInt(300) == 0) {
          appender.append(
              labels(kind), nowMs, 0, NativeHistogram.builder(false).total(1, 2).build());
        } else {
          appender.append(labels(kind), nowMs, value(random, kind % 6, nowMs / 15_000));
        }
        if (random.nextInt(2_000) == 0) { // a late one
          appender.append(labels(kind), nowMs - random.nextLong(DAY), random.nextInt(9));
        }
      }
      appender.commit();
      if (nowMs % (10 * MINUTE) == 0) {
        store.maintain(clock.instant());
      }
    }
  }

  private static List<String> answer(MetricStore store, String text, long[] times) {
    PromqlEngine engine = new PromqlEngine(store, PromqlOptions.defaults());
    MetricQuery.Options options = MetricQuery.Options.defaults();
    List<String> lines = new ArrayList<>();
    try {
      QueryResult result =
          times.length == 1
              ? engine.instant(text, times[0], options)
              : engine.range(text, times[0], times[1], times[2], options);
      lines(result.value(), text, lines);
      lines.addAll(result.warnings());
      lines.addAll(result.infos());
    } catch (MangruException e) {
      lines.add(e.text());
    }
    return lines;
  }

  /// Which NaN the sum of two is depends on how the compiler orders them: there any will do.
  private static long bits(double value, String text) {
    boolean picks = text.startsWith("min_") || text.startsWith("max_") || text.startsWith("last_");
    return picks ? Double.doubleToRawLongBits(value) : Double.doubleToLongBits(value);
  }

  private static void lines(QueryValue value, String text, List<String> lines) {
    switch (value) {
      case QueryValue.Vector(List<QueryValue.Sample> samples) ->
          samples.forEach(one -> lines.add(one.labels() + " " + bits(one.value(), text)));
      case QueryValue.Matrix(List<QueryValue.Points> series) ->
          series.forEach(one -> {
            lines.add(one.labels().toString());
            for (int i = 0; i < one.timestampsMs().length; i++) {
              lines.add(
                  one.timestampsMs()[i]
                      + " "
                      + bits(one.values()[i], text)
                      + " "
                      + one.values()[i]);
            }
          });
      case QueryValue.Scalar scalar -> lines.add(scalar.toString());
      case QueryValue.Text string -> lines.add(string.toString());
    }
  }

  private static final List<String> FUNCTIONS =
      List.of(
          "count_over_time",
          "present_over_time",
          "min_over_time",
          "max_over_time",
          "sum_over_time",
          "avg_over_time",
          "absent_over_time",
          "rate",
          "last_over_time");

  @Seeds(10)
  void answers_from_summaries_have_the_bits_of_answers_from_samples(long seed) throws IOException {
    Random random = new Random(seed);
    Tsdb store = Tsdb.open(options().build(), clock, disk);
    for (int round = 0; round < 4; round++) {
      live(store, random, nowMs + 3 * HOUR + random.nextLong(6 * HOUR));
      switch (random.nextInt(5)) {
        case 0 -> {
          long from = nowMs - random.nextLong(10 * HOUR);
          store.delete(
              List.of(LabelMatcher.equal("kind", "1")),
              new TimeRange(from, from + random.nextLong(HOUR)),
              clock.instant());
        }
        case 1 -> store.cleanTombstones(clock.instant());
        case 2 -> store.compactAll(clock.instant());
        case 3 -> {
          store.close();
          store = Tsdb.open(options().build(), clock, disk);
        }
        default -> store.sealAll(clock.instant());
      }
      MetricStore with = new Watched(store, true, () -> bucketsRead++);
      MetricStore without = new Watched(store, false, () -> {});
      for (int i = 0; i < 40; i++) {
        String range = List.of("5m", "1h", "6h", "25m", "1d", "2h", "90s").get(random.nextInt(7));
        String selector = random.nextBoolean() ? "m" : "m{kind=\"" + random.nextInt(7) + "\"}";
        String offset = random.nextInt(4) == 0 ? " offset 1h" : "";
        String function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
        String text = function + "(" + selector + "[" + range + "]" + offset + ")";
        if (random.nextInt(4) == 0) {
          text = "sum(" + text + ")";
        }
        long unit = random.nextInt(6) == 0 ? 7_000 : random.nextBoolean() ? HOUR : 5 * MINUTE;
        long end = Math.floorDiv(nowMs - random.nextLong(HOUR), unit) * unit;
        long[] times =
            random.nextInt(3) == 0
                ? new long[] {end}
                : new long[] {end - unit * (1 + random.nextInt(30)), end, unit};
        assertThat(answer(with, text, times))
            .as("%s at %s", text, times)
            .isEqualTo(answer(without, text, times));
      }
    }
    store.close();
    assertThat(bucketsRead).isPositive();
  }

  // ---- on request ------------------------------------------------------------------------------

  private static final Labels COUNTER = Labels.of("__name__", "c_total");
  private static final Labels GAUGE = Labels.of("__name__", "g");

  /// Six days of a counter that begins anew every day, and of a gauge; samples of two are kept.
  private Tsdb sixDays() throws IOException {
    Tsdb store = Tsdb.open(options().retention(Duration.ofDays(2)).build(), clock, disk);
    while (nowMs < START + 6 * DAY) {
      nowMs += MINUTE;
      long minute = (nowMs - START) / MINUTE;
      Appender appender = store.appender();
      appender.append(COUNTER, nowMs, (double) ((minute - 7) % 1440 * 5));
      appender.append(GAUGE, nowMs, (double) (minute % 100));
      appender.commit();
      if (minute % 30 == 0) {
        store.maintain(clock.instant());
      }
    }
    return store;
  }

  private static QueryResult ask(Tsdb store, String text, long timeMs, Duration resolution) {
    return new PromqlEngine(store, PromqlOptions.defaults())
        .instant(text, timeMs, MetricQuery.Options.defaults().withMaxSourceResolution(resolution));
  }

  private static double one(QueryResult result) {
    assertThat(result.value()).isInstanceOf(QueryValue.Vector.class);
    List<QueryValue.Sample> samples = ((QueryValue.Vector) result.value()).samples();
    assertThat(samples).hasSize(1);
    return samples.getFirst().value();
  }

  @Test
  void on_request_summaries_stand_in_for_samples_that_are_gone() throws IOException {
    try (Tsdb store = sixDays()) {
      long time = START + 2 * DAY + 3 * HOUR; // the counter begins anew in the last six hours
      for (String gone : List.of("increase(c_total[6h])", "count_over_time(g[6h])", "g")) {
        QueryResult result = ask(store, gone, time, Duration.ZERO);
        assertThat(((QueryValue.Vector) result.value()).samples()).isEmpty();
        assertThat(result.infos()).isEmpty();
      }
      for (Duration resolution : List.of(Duration.ofMinutes(5), Duration.ofHours(1))) {
        double increase = one(ask(store, "increase(c_total[6h])", time, resolution));
        assertThat(increase).isBetween(1750.0, 1850.0);
        assertThat(one(ask(store, "sum(rate(c_total[6h]))", time, resolution)))
            .isEqualTo(increase / (6 * 3600));
        assertThat(one(ask(store, "count_over_time(g[6h])", time, resolution))).isEqualTo(360);
        assertThat(one(ask(store, "min_over_time(g[6h])", time, resolution))).isZero();
        assertThat(one(ask(store, "max_over_time(g[6h])", time, resolution))).isEqualTo(99);
        double sum = 0;
        for (long minute = (time - START) / MINUTE - 359;
            minute <= (time - START) / MINUTE;
            minute++) {
          sum += minute % 100;
        }
        assertThat(one(ask(store, "sum_over_time(g[6h])", time, resolution))).isEqualTo(sum);
        assertThat(one(ask(store, "avg_over_time(g[6h])", time, resolution))).isEqualTo(sum / 360);
        long samples = resolution.toMinutes();
        double last = 0;
        for (long back = 0; back < samples; back++) {
          last += ((time - START) / MINUTE - back) % 100;
        }
        QueryResult instant = ask(store, "g", time, resolution);
        assertThat(one(instant)).isEqualTo(last / samples);
        assertThat(instant.infos())
            .containsExactly(
                "PromQL info: samples of old times were read from summaries of up to "
                    + (samples == 5 ? "5m" : "1h")
                    + ", as max_source_resolution allows");
      }
    }
  }

  @Test
  void samples_and_summaries_follow_each_other_and_deletions_hold() throws IOException {
    try (Tsdb store = sixDays()) {
      PromqlEngine engine = new PromqlEngine(store, PromqlOptions.defaults());
      MetricQuery.Options asked =
          MetricQuery.Options.defaults().withMaxSourceResolution(Duration.ofMinutes(5));
      QueryResult result =
          engine.range("increase(c_total[1h])", START + 2 * HOUR, nowMs, 10 * MINUTE, asked);
      QueryValue.Points points = ((QueryValue.Matrix) result.value()).series().getFirst();
      assertThat(points.timestampsMs()).hasSize((int) ((6 * DAY - 2 * HOUR) / (10 * MINUTE)) + 1);
      for (double value : points.values()) {
        // Where buckets and samples meet, less is extrapolated.
        assertThat(value).isBetween(270.0, 345.0);
      }
      assertThat(result.infos()).hasSize(1);
      long time = START + 2 * DAY;
      store.delete(
          List.of(LabelMatcher.equal("__name__", "g")),
          new TimeRange(time - 2 * HOUR, time - HOUR),
          clock.instant());
      for (int round = 0; round < 2; round++) {
        assertThat(one(ask(store, "count_over_time(g[6h])", time, Duration.ofMinutes(5))))
            .isBetween(295.0, 300.0);
        assertThat(one(ask(store, "count_over_time(c_total[6h])", time, Duration.ofMinutes(5))))
            .isEqualTo(360);
        store.cleanTombstones(clock.instant());
      }
    }
  }
}
