package dev.mangru.alerts.template;

import dev.mangru.model.metric.QueryValue;
import java.time.Instant;
import java.util.List;

/// Answers the function `query` of a template.
@FunctionalInterface
public interface QueryFunction {

  /// Nothing to ask: every query fails and says so.
  QueryFunction NONE =
      (expression, _) -> {
        throw new FunctionFailure("queries are not available here: " + expression);
      };

  /// The vector that `expression` gives at `at`, in the order of the engine.
  ///
  /// @throws FunctionFailure if there is none; the message ends up in the text of the alert
  List<QueryValue.Sample> query(String expression, Instant at) throws FunctionFailure;
}
