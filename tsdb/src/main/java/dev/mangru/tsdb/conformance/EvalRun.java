package dev.mangru.tsdb.conformance;

import com.google.re2j.Pattern;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.promql.PromqlPrinter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs one [EvalBlock] with all its re-runs: pinned by `@` and at other times, and as a range
/// query around each time.
final class EvalRun {

  private static final Set<String> DEPENDING_ON_TIME =
      Set.of(
          "days_in_month",
          "day_of_month",
          "day_of_week",
          "day_of_year",
          "end",
          "hour",
          "minute",
          "month",
          "predict_linear",
          "range",
          "start",
          "step",
          "time",
          "timestamp",
          "year");
  private static final Pattern QUERY_BOUNDS = Pattern.compile("(start|end|range|step)\\(\\)");

  /// The samples that a script's query may hold. Copied from promqltest.
  private static final long MAX_SAMPLES = 10_000;

  private static final Duration TIMEOUT = Duration.ofSeconds(100);
  private static final long MINUTE_MS = 60_000;

  /// What differed, for the report.
  record Mismatch(String query, String expected, String got) {}

  private final MetricQuery engine;
  private final PromqlOptions options;
  private final EvalBlock block;

  EvalRun(MetricQuery engine, PromqlOptions options, EvalBlock block) {
    this.engine = engine;
    this.options = options;
    this.block = block;
  }

  private static MetricQuery.Options limits() {
    return new MetricQuery.Options(TIMEOUT, null, MAX_SAMPLES, new Cancellation());
  }

  /// Runs everything; null if all was as expected.
  @Nullable Mismatch run() {
    if (block.range) {
      return ranged();
    }
    Mismatch mismatch = instant(block.expression, block.startMs);
    if (mismatch != null) {
      return mismatch;
    }
    Expr parsed = PromqlParser.parse(block.expression, options);
    List<Expr> nodes = new ArrayList<>();
    Expressions.collect(parsed, nodes);
    boolean timeDependent =
        nodes.stream()
            .anyMatch(node ->
                node instanceof Expr.Call call
                    && DEPENDING_ON_TIME.contains(call.function().text()));
    if (timeDependent) {
      return null;
    }
    String pinned = PromqlPrinter.print(Expressions.pinned(parsed, block.startMs));
    for (long time : otherTimes(block.startMs)) {
      mismatch = instant(pinned, time);
      if (mismatch != null) {
        return mismatch;
      }
    }
    return null;
  }

  private static Set<Long> otherTimes(long at) {
    return new LinkedHashSet<>(
        at == 0 ? List.of(-1000L, 0L, 1000L) : List.of(-10 * at, 0L, at / 5, at, 10 * at));
  }

  private @Nullable Mismatch instant(String query, long time) {
    String where = query + " at " + time + " ms";
    QueryResult result;
    try {
      result = engine.instant(query, time, limits());
    } catch (MangruException e) {
      return failed(where, e.text());
    }
    Mismatch mismatch = annotations(where, result);
    if (mismatch != null) {
      return mismatch;
    }
    if (block.fail != null) {
      return new Mismatch(where, "a failure", describe(result.value()));
    }
    mismatch = compareInstant(where, result.value());
    boolean leaveOut =
        block.ordered
            || block.rangeVector
            || block.string != null
            || QUERY_BOUNDS.matcher(query).find();
    if (mismatch != null || leaveOut) {
      return mismatch;
    }
    return around(query, time);
  }

  /// The same query over three steps, of which the middle one is compared.
  private @Nullable Mismatch around(String query, long time) {
    String where = query + " over the minutes around " + time + " ms";
    QueryResult result;
    try {
      result = engine.range(query, time - MINUTE_MS, time + MINUTE_MS, MINUTE_MS, limits());
    } catch (MangruException e) {
      return new Mismatch(where, "no failure", e.text());
    }
    List<QueryValue.Sample> middle = new ArrayList<>();
    if (result.value() instanceof QueryValue.Matrix(List<QueryValue.Points> series)) {
      Mismatch unsorted = sorted(where, series);
      if (unsorted != null) {
        return unsorted;
      }
      for (QueryValue.Points points : series) {
        int at = Arrays.binarySearch(points.timestampsMs(), time);
        if (at >= 0) {
          middle.add(
              new QueryValue.Sample(
                  points.labels(), time, points.values()[at], points.histogram(at)));
        }
      }
    }
    if (block.scalar != null) {
      return middle.size() == 1
              && middle.getFirst().labels().isEmpty()
              && ExpectedValue.matches(block.scalar, middle.getFirst().value())
          ? null
          : new Mismatch(where, String.valueOf(block.scalar), middle.toString());
    }
    return compareVector(where, middle);
  }

  private @Nullable Mismatch failed(String where, String error) {
    EvalBlock.Wanted fail = block.fail;
    if (fail == null) {
      return new Mismatch(where, "no failure", error);
    }
    return fail.matches(error) ? null : new Mismatch(where, "failure: " + fail.text(), error);
  }

  private @Nullable Mismatch annotations(String where, QueryResult result) {
    Mismatch warnings =
        annotations(
            where,
            "warning",
            block.warnings,
            block.anyWarning,
            block.noWarnings,
            result.warnings());
    return warnings != null
        ? warnings
        : annotations(where, "info", block.infos, block.anyInfo, block.noInfos, result.infos());
  }

  private static @Nullable Mismatch annotations(
      String where,
      String kind,
      List<EvalBlock.Wanted> wanted,
      boolean any,
      boolean none,
      List<String> got) {
    if (none && !got.isEmpty()) {
      return new Mismatch(where, "no " + kind, got.toString());
    }
    if ((any || !wanted.isEmpty()) && got.isEmpty()) {
      return new Mismatch(where, kind + " " + wanted, "none");
    }
    if (wanted.isEmpty()) {
      return null;
    }
    boolean everyWanted = wanted.stream().allMatch(want -> got.stream().anyMatch(want::matches));
    boolean everyGot =
        got.stream().allMatch(text -> wanted.stream().anyMatch(want -> want.matches(text)));
    return everyWanted && everyGot
        ? null
        : new Mismatch(where, kind + " " + wanted, got.toString());
  }

  private @Nullable Mismatch compareInstant(String where, QueryValue value) {
    return switch (value) {
      case QueryValue.Scalar(long _, double got) -> {
        Double expected = block.scalar;
        yield expected != null && ExpectedValue.matches(expected, got)
            ? null
            : new Mismatch(where, String.valueOf(expected), String.valueOf(got));
      }
      case QueryValue.Text(long _, String got) ->
          got.equals(block.string) ? null : new Mismatch(where, String.valueOf(block.string), got);
      case QueryValue.Vector(List<QueryValue.Sample> samples) -> {
        if (block.scalar != null || block.rangeVector) {
          yield new Mismatch(where, "a scalar or range vector", describe(value));
        }
        yield compareVector(where, samples);
      }
      case QueryValue.Matrix(List<QueryValue.Points> series) ->
          block.rangeVector
              ? compareMatrix(where, series, block.rangeVectorStartMs, block.rangeVectorStepMs)
              : new Mismatch(where, "no range vector", describe(value));
    };
  }

  private @Nullable Mismatch compareVector(String where, List<QueryValue.Sample> samples) {
    Map<Labels, Integer> expected = new HashMap<>();
    for (int i = 0; i < block.series.size(); i++) {
      expected.put(block.series.get(i).labels(), i);
    }
    Mismatch mismatch =
        new Mismatch(where, describeExpected(), describe(new QueryValue.Vector(samples)));
    if (samples.size() != expected.size()) {
      return mismatch;
    }
    for (int i = 0; i < samples.size(); i++) {
      QueryValue.Sample sample = samples.get(i);
      Integer index = expected.remove(sample.labels());
      if (index == null || (block.ordered && index != i)) {
        return mismatch;
      }
      List<@Nullable ScriptValue> values = block.series.get(index).values();
      ScriptValue value = values.isEmpty() ? null : values.getFirst();
      if (value == null || !ExpectedValue.matches(value, sample.value(), sample.histogram())) {
        return mismatch;
      }
    }
    return null;
  }

  private @Nullable Mismatch ranged() {
    String where = block.expression;
    QueryResult result;
    try {
      result = engine.range(block.expression, block.startMs, block.endMs, block.stepMs, limits());
    } catch (MangruException e) {
      return failed(where, e.text());
    }
    Mismatch mismatch = annotations(where, result);
    if (mismatch != null) {
      return mismatch;
    }
    if (block.fail != null) {
      return new Mismatch(where, "a failure", describe(result.value()));
    }
    if (result.value() instanceof QueryValue.Matrix(List<QueryValue.Points> series)) {
      mismatch = sorted(where, series);
      return mismatch != null
          ? mismatch
          : compareMatrix(where, series, block.startMs, block.stepMs);
    }
    return new Mismatch(where, "a matrix", describe(result.value()));
  }

  private static @Nullable Mismatch sorted(String where, List<QueryValue.Points> series) {
    for (int i = 1; i < series.size(); i++) {
      if (series.get(i - 1).labels().compareTo(series.get(i).labels()) >= 0) {
        return new Mismatch(
            where, "series sorted by labels", describe(new QueryValue.Matrix(series)));
      }
    }
    return null;
  }

  private @Nullable Mismatch compareMatrix(
      String where, List<QueryValue.Points> series, long startMs, long stepMs) {
    Mismatch mismatch =
        new Mismatch(where, describeExpected(), describe(new QueryValue.Matrix(series)));
    Map<Labels, QueryValue.Points> got = new HashMap<>();
    series.forEach(points -> got.put(points.labels(), points));
    if (got.size() != block.series.size()) {
      return mismatch;
    }
    for (EvalBlock.WantedSeries wanted : block.series) {
      QueryValue.Points points = got.remove(wanted.labels());
      if (points == null) {
        return mismatch;
      }
      int next = 0;
      for (int i = 0; i < wanted.values().size(); i++) {
        ScriptValue value = wanted.values().get(i);
        if (value == null) {
          continue;
        }
        boolean same =
            next < points.count()
                && points.timestampsMs()[next] == startMs + i * stepMs
                && ExpectedValue.matches(value, points.values()[next], points.histogram(next));
        if (!same) {
          return mismatch;
        }
        next++;
      }
      if (next != points.count()) {
        return mismatch;
      }
    }
    return null;
  }

  private String describeExpected() {
    StringBuilder text = new StringBuilder();
    block.series.forEach(
        one -> text.append(one.labels()).append(' ').append(one.values()).append("; "));
    return text.isEmpty() ? "nothing" : text.toString();
  }

  private static String describe(QueryValue value) {
    StringBuilder text = new StringBuilder();
    switch (value) {
      case QueryValue.Vector(List<QueryValue.Sample> samples) ->
          samples.forEach(one ->
              text.append(one.labels())
                  .append(' ')
                  .append(one.value())
                  .append(one.histogram() == null ? "" : one.histogram().toString())
                  .append("; "));
      case QueryValue.Matrix(List<QueryValue.Points> series) ->
          series.forEach(one ->
              text.append(one.labels())
                  .append(' ')
                  .append(Arrays.toString(one.values()))
                  .append(one.histograms().length == 0 ? "" : Arrays.toString(one.histograms()))
                  .append(" at ")
                  .append(Arrays.toString(one.timestampsMs()))
                  .append("; "));
      case QueryValue.Scalar _, QueryValue.Text _ -> text.append(value);
    }
    return text.isEmpty() ? "nothing" : text.toString();
  }
}
