package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import java.util.List;

/// A query whose plan is to be told.
///
/// @param startMs the time of an instant query, or the first step
/// @param endMs the same time, or the last step at most
/// @param stepMs 0 for an instant query
/// @param analyzed whether it was run
/// @param waitedNs how long it waited for its turn
record Explained(
    String expression,
    long startMs,
    long endMs,
    long stepMs,
    boolean analyzed,
    long waitedNs,
    QueryResult result) {

  int steps() {
    return stepMs == 0 ? 1 : (int) ((endMs - startMs) / stepMs) + 1;
  }

  /// The type of the result, as the API of queries names it.
  String resultType() {
    if (!analyzed) {
      return "";
    }
    return switch (result.value()) {
      case QueryValue.Scalar _ -> "scalar";
      case QueryValue.Text _ -> "string";
      case QueryValue.Vector _ -> "vector";
      case QueryValue.Matrix _ -> "matrix";
    };
  }

  /// Series of the result.
  int series() {
    return switch (result.value()) {
      case QueryValue.Vector(List<QueryValue.Sample> samples) -> samples.size();
      case QueryValue.Matrix(List<QueryValue.Points> series) -> series.size();
      case QueryValue.Scalar _, QueryValue.Text _ -> 0;
    };
  }

  /// Points of the result.
  long points() {
    return switch (result.value()) {
      case QueryValue.Vector(List<QueryValue.Sample> samples) -> samples.size();
      case QueryValue.Matrix(List<QueryValue.Points> series) ->
          series.stream().mapToLong(QueryValue.Points::count).sum();
      case QueryValue.Scalar _, QueryValue.Text _ -> 1;
    };
  }
}
