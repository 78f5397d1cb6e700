package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;

/// The samples of one series in `(startMs, endMs]`, moved from step to step. Confined to the
/// query's thread.
final class Window {

  final Labels labels;
  final long[] times;
  final double[] values;
  private final int count;

  /// First sample inside.
  int from;

  /// First sample after.
  int to;

  long startMs;
  long endMs;

  /// The step's own time, which `offset` and `@` do not move.
  long evaluationMs;

  /// For each sample the index of the next one that is lower than its predecessor.
  private int[] nextDrop = {};

  Window(SelectorReader.RawSeries raw) {
    this.labels = raw.labels();
    this.times = raw.times();
    this.values = raw.values();
    this.count = raw.count();
  }

  /// Moves on. Both ends never go back.
  void moveTo(long start, long end, long evaluation) {
    startMs = start;
    endMs = end;
    evaluationMs = evaluation;
    while (from < count && times[from] <= start) {
      from++;
    }
    if (to < from) {
      to = from;
    }
    while (to < count && times[to] <= end) {
      to++;
    }
  }

  int size() {
    return to - from;
  }

  boolean isEmpty() {
    return to <= from;
  }

  double first() {
    return values[from];
  }

  double last() {
    return values[to - 1];
  }

  /// The first sample from `index` on, and before the window's end, that is lower than the one
  /// before it; [#to] if there is none. Constant time but for the first call.
  int dropAtOrAfter(int index) {
    if (nextDrop.length == 0) {
      nextDrop = new int[count + 1];
      nextDrop[count] = Integer.MAX_VALUE;
      for (int i = count - 1; i >= 0; i--) {
        nextDrop[i] = i > 0 && values[i] < values[i - 1] ? i : nextDrop[i + 1];
      }
    }
    return Math.min(nextDrop[index], to);
  }
}
