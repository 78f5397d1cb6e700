package dev.mangru.tsdb.promql;

/// The samples of one series in one window, moved from step to step. Confined to the query's
/// thread.
final class Window {

  long[] times = {};
  double[] values = {};

  /// First sample inside.
  int from;

  /// First sample after.
  int to;

  /// The step's own time, which `offset` and `@` do not move.
  long evaluationMs;

  int size() {
    return to - from;
  }

  boolean isEmpty() {
    return to <= from;
  }

  double first() {
    return values[from];
  }
}
