package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/// Random samples and windows: the engine, which slides over a series once, against the formulas
/// written down naively for one window.
class RateOracleTest {

  private static final Labels COUNTER = Labels.of("__name__", "c_total");

  private static NavigableMap<Long, Double> randomSamples(Random random, int count) {
    TreeMap<Long, Double> samples = new TreeMap<>();
    long time = random.nextInt(20_000);
    double value = random.nextInt(50);
    for (int i = 0; i < count; i++) {
      time += random.nextInt(10) == 0 ? 1 + random.nextInt(120_000) : 15_000 + random.nextInt(40);
      value = random.nextInt(12) == 0 ? random.nextInt(5) : value + random.nextDouble() * 10;
      samples.put(time, value);
    }
    return samples;
  }

  @Seeds(200)
  void sliding_windows_give_what_the_formula_gives(long seed) {
    Random random = new Random(seed);
    NavigableMap<Long, Double> samples = randomSamples(random, 2 + (int) seed);
    SeriesBook book = new SeriesBook();
    samples.forEach((time, value) -> book.sample(COUNTER, time, value));
    long range = 1L + random.nextInt(180_000);
    long step = 1L + random.nextInt(30_000);
    long end = samples.lastKey() + 60_000;
    for (String function :
        List.of("rate", "increase", "delta", "sum_over_time", "max_over_time", "resets")) {
      String expression = function + "(c_total[" + range + "ms])";
      QueryValue.Matrix got =
          (QueryValue.Matrix)
              book.engine(PromqlOptions.defaults())
                  .range(expression, 0, end, step, MetricQuery.Options.defaults())
                  .value();

      assertThat(points(got)).as(expression).isEqualTo(oracle(function, samples, range, end, step));
    }
  }

  private static Map<Long, Double> points(QueryValue.Matrix matrix) {
    Map<Long, Double> points = new TreeMap<>();
    for (QueryValue.Points series : matrix.series()) {
      for (int i = 0; i < series.count(); i++) {
        points.put(series.timestampsMs()[i], series.values()[i]);
      }
    }
    return points;
  }

  private static Map<Long, Double> oracle(
      String function, NavigableMap<Long, Double> samples, long range, long end, long step) {
    Map<Long, Double> result = new TreeMap<>();
    for (long t = 0; t <= end; t += step) {
      List<Long> times = new ArrayList<>(samples.subMap(t - range, false, t, true).keySet());
      List<Double> values = new ArrayList<>(samples.subMap(t - range, false, t, true).values());
      switch (function) {
        case "sum_over_time" -> {
          if (!values.isEmpty()) {
            result.put(t, neumaier(values));
          }
        }
        case "max_over_time" -> {
          if (!values.isEmpty()) {
            result.put(t, values.stream().mapToDouble(v -> v).max().orElseThrow());
          }
        }
        case "resets" -> {
          if (!values.isEmpty()) {
            double resets = 0;
            for (int i = 1; i < values.size(); i++) {
              resets += values.get(i) < values.get(i - 1) ? 1 : 0;
            }
            result.put(t, resets);
          }
        }
        default -> {
          if (values.size() >= 2) {
            result.put(t, extrapolated(function, times, values, t - range, t));
          }
        }
      }
    }
    return result;
  }

  private static double neumaier(List<Double> values) {
    double sum = 0;
    double c = 0;
    for (double x : values) {
      double t = sum + x;
      c += Math.abs(sum) >= Math.abs(x) ? (sum - t) + x : (x - t) + sum;
      sum = t;
    }
    return sum + c;
  }

  private static double extrapolated(
      String function, List<Long> times, List<Double> values, long start, long end) {
    boolean counter = !function.equals("delta");
    int n = values.size();
    double first = values.getFirst();
    double result = values.getLast() - first;
    for (int i = 1; counter && i < n; i++) {
      if (values.get(i) < values.get(i - 1)) {
        result += values.get(i - 1);
      }
    }
    double sampled = (times.getLast() - times.getFirst()) / 1000.0;
    double average = sampled / (n - 1);
    double toStart = (times.getFirst() - start) / 1000.0;
    double toEnd = (end - times.getLast()) / 1000.0;
    if (toStart >= average * 1.1) {
      toStart = average / 2;
    }
    if (counter && result > 0 && first >= 0) {
      toStart = Math.min(toStart, sampled * (first / result));
    }
    if (toEnd >= average * 1.1) {
      toEnd = average / 2;
    }
    double factor = (sampled + toStart + toEnd) / sampled;
    if (function.equals("rate")) {
      factor /= (end - start) / 1000.0;
    }
    return result * factor;
  }
}
