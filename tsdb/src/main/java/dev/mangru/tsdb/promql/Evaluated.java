package dev.mangru.tsdb.promql;

import java.util.List;

/// What a sub-expression came to, at every step.
sealed interface Evaluated {

  /// A number per step.
  @SuppressWarnings("ArrayRecordComponent") // one array per node, never compared
  record Scalars(double[] values) implements Evaluated {}

  /// Series with a value at some of the steps. In the order the store gave or an operation made.
  record Vectors(List<StepSeries> series) implements Evaluated {}

  /// The same string at every step.
  record Text(String value) implements Evaluated {}
}
