package dev.mangru.alerts.state;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.time.Ticker;
import java.util.List;

/// What the evaluation of every rule needs. Thread-safe.
record EvaluationContext(
    MetricQuery query,
    MetricStore store,
    RuleTemplates templates,
    AlertJournal journal,
    RuleEngineOptions options,
    Ticker ticker,
    RuleCounters counters) {

  /// The elements of an expression's result.
  ///
  /// @param samplesRead how many samples were looked at
  record Elements(List<QueryValue.Sample> samples, long samplesRead) {}

  /// Evaluates; a scalar is one element without labels.
  ///
  /// @throws MangruException as [MetricQuery] does, and `EXECUTION` for another kind of result
  Elements elements(String expression, long timeMs, Cancellation cancellation) {
    QueryResult result =
        query.instant(
            expression,
            timeMs,
            new MetricQuery.Options(
                options.queryTimeout(), null, options.maxSamples(), cancellation));
    return switch (result.value()) {
      case QueryValue.Vector(List<QueryValue.Sample> samples) ->
          new Elements(samples, result.samplesRead());
      case QueryValue.Scalar(long at, double value) ->
          new Elements(
              List.of(new QueryValue.Sample(Labels.empty(), at, value)), result.samplesRead());
      case QueryValue.Text _, QueryValue.Matrix _ ->
          throw new MangruException(ErrorCode.EXECUTION, "rule result is not a vector or scalar");
    };
  }
}
