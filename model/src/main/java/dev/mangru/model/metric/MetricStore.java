package dev.mangru.model.metric;

import dev.mangru.model.time.TimeRange;

/// Keeps samples and gives them back by matcher and time.
///
/// Thread-safe. Timestamps are milliseconds since the epoch, UTC. A [TimeRange] includes both ends.
public interface MetricStore extends AutoCloseable {

  /// Opens one batch. Nothing in it can be read until [Appender#commit()] returns.
  Appender appender();

  /// Opens a consistent view of `range`. Close it to let go of what it pins.
  Querier querier(TimeRange range);

  /// As [#querier(TimeRange)], for a reader who has use for buckets where the store has them.
  default Querier querier(TimeRange range, Buckets wanted) {
    return querier(range);
  }

  /// What changes in the past, for those who keep what they computed from samples.
  default PastChanges changes() {
    return PastChanges.UNKNOWN;
  }

  /// Refuses new work, finishes what was begun, and lets go of the data directory. May be called
  /// more than once.
  @Override
  void close();
}
