package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Aggregations and functions of a range, folded series by series and sliding, against each step
/// worked out alone from the samples. Bits are compared, so the order of additions counts.
class AggregateOracleTest {

  private static final long STEP = 20_000;
  private static final List<Double> STRANGE =
      List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0, 1e308);

  private record Member(Labels labels, TreeMap<Long, Double> samples) {}

  @Seeds(300)
  void every_step_is_what_it_is_alone(long seed) {
    Random random = new Random(seed);
    List<Member> members = members(random);
    SeriesBook book = new SeriesBook();
    for (Member member : members) {
      member.samples.forEach((time, value) -> book.sample(member.labels, time, value));
    }
    long range = 1L + random.nextInt(120_000);
    long end = 15 * 15_000L;
    for (String function :
        List.of(
            "",
            "sum_over_time",
            "avg_over_time",
            "min_over_time",
            "max_over_time",
            "count_over_time",
            "changes",
            "resets",
            "idelta",
            "stddev_over_time")) {
      for (String operation :
          List.of("sum", "avg", "min", "max", "count", "group", "stddev", "quantile")) {
        String inner = function.isEmpty() ? "m" : function + "(m[" + range + "ms])";
        String parameter = operation.equals("quantile") ? "0.37, " : "";
        String expression = operation + " by (g) (" + parameter + inner + ")";

        assertThat(asked(book, expression, end))
            .as(expression)
            .isEqualTo(expected(members, function, operation, range, end));
      }
    }
  }

  private static List<Member> members(Random random) {
    List<Member> members = new ArrayList<>();
    boolean strange = random.nextInt(3) == 0;
    boolean whole = random.nextBoolean();
    long[] offsets = {random.nextInt(15_000), random.nextInt(15_000)};
    for (int s = 0; s < 1 + random.nextInt(9); s++) {
      TreeMap<Long, Double> samples = new TreeMap<>();
      long offset = offsets[random.nextInt(2)];
      for (int i = 0; i < 15; i++) {
        if (random.nextInt(8) > 0) {
          double value = random.nextInt(50) - 10;
          if (!whole) {
            value = random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10);
          }
          if (strange && random.nextInt(6) == 0) {
            value = STRANGE.get(random.nextInt(STRANGE.size()));
          }
          samples.put(offset + i * 15_000L, value);
        }
      }
      members.add(
          new Member(
              Labels.of("__name__", "m", "g", "g" + random.nextInt(3), "i", "" + s), samples));
    }
    return members;
  }

  private static String asked(SeriesBook book, String expression, long end) {
    QueryValue.Matrix matrix =
        (QueryValue.Matrix)
            book.engine(PromqlOptions.defaults())
                .range(expression, 0, end, STEP, MetricQuery.Options.defaults())
                .value();
    StringBuilder text = new StringBuilder();
    for (QueryValue.Points points : matrix.series()) {
      for (int i = 0; i < points.count(); i++) {
        write(text, points.labels().get("g"), points.timestampsMs()[i], points.values()[i]);
      }
    }
    return text.toString();
  }

  private static void write(StringBuilder text, String group, long time, double value) {
    text.append(group).append(' ').append(time).append(' ');
    text.append(Long.toHexString(Double.doubleToLongBits(value))).append('\n');
  }

  private static String expected(
      List<Member> members, String function, String operation, long range, long end) {
    Map<String, StringBuilder> groups = new TreeMap<>();
    for (long time = 0; time <= end; time += STEP) {
      Map<String, List<Double>> values = new TreeMap<>();
      long width = function.isEmpty() ? 300_000 : range;
      for (Member member : members) {
        List<Double> window =
            new ArrayList<>(member.samples.subMap(time - width, false, time, true).values());
        Double value = window.isEmpty() ? null : overTime(function, window);
        if (value != null) {
          values.computeIfAbsent(member.labels.get("g"), _ -> new ArrayList<>()).add(value);
        }
      }
      for (Map.Entry<String, List<Double>> group : values.entrySet()) {
        write(
            groups.computeIfAbsent(group.getKey(), _ -> new StringBuilder()),
            group.getKey(),
            time,
            aggregate(operation, group.getValue()));
      }
    }
    return String.join("", groups.values());
  }

  private static Double overTime(String function, List<Double> window) {
    return switch (function) {
      case "" -> window.getLast();
      case "sum_over_time" -> sum(window);
      case "avg_over_time" -> average(window);
      case "min_over_time" -> extreme(window, false, true);
      case "max_over_time" -> extreme(window, true, true);
      case "count_over_time" -> (double) window.size();
      case "changes", "resets" -> {
        double count = 0;
        for (int i = 1; i < window.size(); i++) {
          double before = window.get(i - 1);
          double here = window.get(i);
          boolean bothNan = Double.isNaN(before) && Double.isNaN(here);
          count +=
              (function.equals("changes") ? before != here && !bothNan : here < before) ? 1 : 0;
        }
        yield count;
      }
      case "idelta" -> window.size() < 2 ? null : window.getLast() - window.get(window.size() - 2);
      case "stddev_over_time" -> deviationOverTime(window);
      default -> throw new IllegalArgumentException(function);
    };
  }

  private static double aggregate(String operation, List<Double> values) {
    return switch (operation) {
      case "sum" -> sum(values);
      case "avg" -> average(values);
      case "min" -> extreme(values, false, false);
      case "max" -> extreme(values, true, false);
      case "count" -> values.size();
      case "group" -> 1;
      case "stddev" -> deviation(values);
      case "quantile" ->
          Quantiles.of(0.37, values.stream().mapToDouble(Double::doubleValue).toArray());
      default -> throw new IllegalArgumentException(operation);
    };
  }

  private static double sum(List<Double> values) {
    NeumaierSum sum = new NeumaierSum();
    values.forEach(sum::add);
    return sum.result();
  }

  private static double average(List<Double> values) {
    RunningMean mean = new RunningMean();
    values.forEach(mean::add);
    return mean.result();
  }

  /// NaN loses; of equal ones, as 0 and -0 are, the last counts over time and the first otherwise.
  private static double extreme(List<Double> values, boolean largest, boolean last) {
    double best = values.getFirst();
    for (double value : values.subList(1, values.size())) {
      boolean better = largest ? value > best : value < best;
      if (better || (last && value == best) || Double.isNaN(best)) {
        best = value;
      }
    }
    return best;
  }

  private static double deviation(List<Double> values) {
    double mean = values.getFirst();
    double squares = Double.isFinite(mean) ? 0 : Double.NaN;
    for (int i = 1; i < values.size(); i++) {
      double delta = values.get(i) - mean;
      mean += delta / (i + 1);
      squares += delta * (values.get(i) - mean);
    }
    return Math.sqrt(squares / values.size());
  }

  private static double deviationOverTime(List<Double> values) {
    Window window = new Window();
    window.values = values.stream().mapToDouble(Double::doubleValue).toArray();
    window.to = window.values.length;
    return Math.sqrt(WindowFunctions.variance(window));
  }
}
