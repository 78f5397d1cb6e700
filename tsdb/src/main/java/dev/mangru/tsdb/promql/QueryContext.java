package dev.mangru.tsdb.promql;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.tsdb.promql.Expr.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the whole of one query shares. Confined to the query's thread.
///
/// @param startMs of the whole query, also inside subqueries
/// @param stepMs 0 for an instant query
/// @param watch what the query is asked to tell of itself
/// @param order told of what depends on the order of elements
record QueryContext(
    MetricStore store,
    PromqlOptions options,
    long startMs,
    long endMs,
    long stepMs,
    long lookbackMs,
    QueryBudget budget,
    Annotations annotations,
    QueryWatch watch,
    OrderWatch order) {

  QueryContext(
      MetricStore store,
      PromqlOptions options,
      long startMs,
      long endMs,
      long stepMs,
      long lookbackMs,
      QueryBudget budget,
      Annotations annotations,
      QueryWatch watch) {
    this(
        store,
        options,
        startMs,
        endMs,
        stepMs,
        lookbackMs,
        budget,
        annotations,
        watch,
        new OrderWatch());
  }

  static final String TYPE_LABEL = "__type__";
  static final String UNIT_LABEL = "__unit__";
  private static final List<String> RESERVED = List.of(Labels.METRIC_NAME, TYPE_LABEL, UNIT_LABEL);

  /// An error of evaluation.
  static MangruException execution(String message) {
    return new MangruException(ErrorCode.EXECUTION, message);
  }

  /// The labels without the metric name and what goes with it.
  Labels withoutName(Labels labels) {
    return options.typeAndUnitLabels() ? labels.without(RESERVED) : labels.withoutMetricName();
  }

  /// The time that `@` names, or `orElse`.
  long at(Expr.@Nullable At at, long orElse) {
    return switch (at) {
      case null -> orElse;
      case Expr.At.Instant(long ms) -> ms;
      case Expr.At.Start() -> startMs;
      case Expr.At.End() -> endMs;
    };
  }

  long offset(Expr.TimeModifiers time) {
    Span offset = time.offset();
    return offset == null ? 0 : durations().milliseconds(offset);
  }

  long range(Span span) {
    return durations().positive(span);
  }

  private DurationCalculator durations() {
    return new DurationCalculator(stepMs / 1000.0, (endMs - startMs) / 1000.0);
  }
}
