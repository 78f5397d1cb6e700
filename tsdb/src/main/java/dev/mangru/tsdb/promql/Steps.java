package dev.mangru.tsdb.promql;

/// The times at which something is evaluated: `startMs`, `startMs + stepMs`, …
///
/// @param stepMs positive, or 0 when there is one step only
/// @param count how many; may be 0
record Steps(long startMs, long stepMs, int count) {

  long time(int i) {
    return startMs + i * stepMs;
  }

  long last() {
    return time(count - 1);
  }

  Steps first() {
    return new Steps(startMs, stepMs, Math.min(count, 1));
  }
}
