package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Targets that others read, as far as the series they write tell of them.
final class UpSeries {

  private static final double MILLIS = 1e3;

  private UpSeries() {}

  /// Every target whose `up` has a sample within the lookback before `nowMs`.
  static List<ShownTarget> of(MetricQuery query, long nowMs) {
    Map<Labels, Double> read = vector(query, "timestamp(up)", nowMs);
    Map<Labels, Double> took = vector(query, "scrape_duration_seconds", nowMs);
    List<ShownTarget> targets = new ArrayList<>();
    vector(query, "up", nowMs)
        .forEach((labels, up) -> {
          Double at = read.get(labels);
          targets.add(
              new ShownTarget(
                  labels.get("job"),
                  Labels.empty(),
                  labels,
                  "",
                  "",
                  at == null ? null : Instant.ofEpochMilli(Math.round(at * MILLIS)),
                  took.getOrDefault(labels, 0.0),
                  up == 1 ? "up" : "down",
                  "",
                  ""));
        });
    return targets;
  }

  private static Map<Labels, Double> vector(MetricQuery query, String expression, long nowMs) {
    Map<Labels, Double> values = new HashMap<>();
    if (query.instant(expression, nowMs, MetricQuery.Options.defaults()).value()
        instanceof QueryValue.Vector(var samples)) {
      samples.forEach(sample -> values.put(sample.labels().withoutMetricName(), sample.value()));
    }
    return values;
  }
}
