package dev.mangru.alerts.slo;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Exactly the PromQL these tests need: `name{label="value",…}`, the same with `[…ms]`, and the
/// same with `== number`; a lone number is a scalar. Confined to one thread.
final class SelectorQuery implements MetricQuery {

  private static final long LOOKBACK_MS = 300_000;

  private final MetricStore store;
  private final Set<String> broken = new HashSet<>();
  private int queries;

  SelectorQuery(MetricStore store) {
    this.store = store;
  }

  /// Queries that contain `text` throw from now on.
  void breakQueries(String text) {
    broken.add(text);
  }

  void mendQueries() {
    broken.clear();
  }

  int queries() {
    return queries;
  }

  @Override
  public QueryResult instant(String expression, long timeMs, Options options) {
    queries++;
    if (broken.stream().anyMatch(expression::contains)) {
      throw MangruException.badData("1:1: parse error: broken on purpose");
    }
    return new QueryResult(evaluate(expression, timeMs), List.of(), List.of(), 0);
  }

  @Override
  public QueryResult range(
      String expression, long startMs, long endMs, long stepMs, Options options) {
    throw new UnsupportedOperationException();
  }

  private QueryValue evaluate(String expression, long timeMs) {
    if (Character.isDigit(expression.charAt(0))) {
      return new QueryValue.Scalar(timeMs, Double.parseDouble(expression));
    }
    int range = expression.indexOf('[');
    if (range >= 0) {
      long windowMs = Long.parseLong(expression, range + 1, expression.indexOf("ms]", range), 10);
      return new QueryValue.Matrix(
          points(expression.substring(0, range), timeMs - windowMs + 1, timeMs));
    }
    int comparison = expression.indexOf(" == ");
    String selector = comparison < 0 ? expression : expression.substring(0, comparison);
    List<QueryValue.Sample> samples = new ArrayList<>();
    for (QueryValue.Points points : points(selector, timeMs - LOOKBACK_MS + 1, timeMs)) {
      double value = points.values()[points.count() - 1];
      if (comparison < 0
          || value == Double.parseDouble(expression.substring(comparison + " == ".length()))) {
        samples.add(new QueryValue.Sample(points.labels(), timeMs, value));
      }
    }
    return new QueryValue.Vector(samples);
  }

  private List<QueryValue.Points> points(String selector, long startMs, long endMs) {
    List<QueryValue.Points> result = new ArrayList<>();
    try (Querier querier = store.querier(new TimeRange(startMs, endMs))) {
      for (Querier.Series series : querier.select(matchers(selector))) {
        List<Long> times = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        SampleCursor cursor = series.samples();
        while (cursor.next()) {
          if (!StaleMarker.is(cursor.value())) {
            times.add(cursor.timestampMs());
            values.add(cursor.value());
          }
        }
        if (!times.isEmpty()) {
          result.add(
              new QueryValue.Points(
                  series.labels(),
                  times.stream().mapToLong(Long::longValue).toArray(),
                  values.stream().mapToDouble(Double::doubleValue).toArray()));
        }
      }
    }
    return result;
  }

  private static List<LabelMatcher> matchers(String selector) {
    int brace = selector.indexOf('{');
    List<LabelMatcher> matchers = new ArrayList<>();
    matchers.add(
        LabelMatcher.equal(
            Labels.METRIC_NAME, brace < 0 ? selector : selector.substring(0, brace)));
    if (brace >= 0) {
      for (String pair : selector.substring(brace + 1, selector.length() - 1).split(",", -1)) {
        int equals = pair.indexOf('=');
        matchers.add(
            LabelMatcher.equal(
                pair.substring(0, equals), pair.substring(equals + 2, pair.length() - 1)));
      }
    }
    return matchers;
  }
}
