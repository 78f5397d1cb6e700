package dev.mangru.model.metric;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One operator of a query, how it is evaluated, and what it feeds on.
///
/// @param operator what it is: `select`, `window`, `subquery`, `call`, `aggregate`, `binary`,
///   `unary`, `number` or `string`
/// @param name of the function, the aggregation or the operator, or the metric's name; may be empty
/// @param expression the part of the query, printed on one line
/// @param start first character of that part in the text of the query, in UTF-16 units
/// @param end the character after its last
/// @param result what it gives: `scalar`, `vector`, `matrix` or `string`
/// @param how the ways it takes, such as `folded series by series`; for people
/// @param cost null if the query was not run, or this part of it was not
/// @param inputs what it is computed from, in the order of the text
public record QueryPlan(
    String operator,
    String name,
    String expression,
    int start,
    int end,
    String result,
    List<String> how,
    @Nullable Cost cost,
    List<QueryPlan> inputs) {

  public QueryPlan {
    how = List.copyOf(how);
    inputs = List.copyOf(inputs);
  }

  /// What one operator took, without its inputs.
  ///
  /// @param runs how often it was evaluated
  /// @param steps evaluation times of all runs together
  /// @param selected series that a selector found in the index
  /// @param series series it gave on
  /// @param samples samples read from the store
  /// @param bytes of these samples once decoded
  /// @param cachedSteps steps whose results were known from earlier queries
  /// @param selfNs time on the query's own thread, nanoseconds, without that of the inputs
  /// @param totalNs the same with the inputs
  public record Cost(
      int runs,
      long steps,
      long selected,
      long series,
      long samples,
      long bytes,
      long cachedSteps,
      long selfNs,
      long totalNs) {}
}
