package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a recording rule makes of its expression's result. Source: prometheus `rules/recording.go`.
final class RecordingEvaluation {

  private RecordingEvaluation() {}

  /// The series to write.
  ///
  /// @param limit most series; 0 for none
  /// @throws MangruException `EXECUTION` if two elements become one series, `QUERY_LIMIT` if there
  ///   are too many
  static Map<Labels, QueryValue.Sample> series(
      Rule.Recording rule, List<QueryValue.Sample> elements, int limit) {
    Map<Labels, QueryValue.Sample> series = new LinkedHashMap<>();
    for (QueryValue.Sample element : elements) {
      Labels.Builder labels = element.labels().toBuilder().set(Labels.METRIC_NAME, rule.name());
      for (Label label : rule.labels()) {
        labels.set(label.name(), label.value());
      }
      if (series.put(labels.build(), element) != null) {
        throw new MangruException(
            ErrorCode.EXECUTION,
            "vector contains metrics with the same labelset after applying rule labels");
      }
    }
    if (limit > 0 && series.size() > limit) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "exceeded limit of " + limit + " with " + series.size() + " series");
    }
    return series;
  }
}
