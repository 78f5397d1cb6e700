package dev.mangru.model.metric;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to a query.
///
/// @param value the data
/// @param warnings what casts doubt on the data, with positions; shown to whoever asked
/// @param infos what may interest whoever asked
/// @param samplesRead samples the query looked at
/// @param stats what the answer took; [QueryStats#NONE] where that is not known
/// @param plan how it was found, if [MetricQuery.Detail#PLAN] was asked for
public record QueryResult(
    QueryValue value,
    List<String> warnings,
    List<String> infos,
    long samplesRead,
    QueryStats stats,
    @Nullable QueryPlan plan) {

  /// A result of which nothing is known but the data.
  public QueryResult(
      QueryValue value, List<String> warnings, List<String> infos, long samplesRead) {
    this(value, warnings, infos, samplesRead, QueryStats.NONE, null);
  }

  public QueryResult {
    warnings = List.copyOf(warnings);
    infos = List.copyOf(infos);
  }
}
