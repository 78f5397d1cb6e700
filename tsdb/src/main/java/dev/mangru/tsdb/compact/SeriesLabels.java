package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.Labels;

/// Knows the labels of the series references in parts: no two references that parts have stand for
/// the same labels. Thread-safe.
@FunctionalInterface
public interface SeriesLabels {

  /// The labels of a series that some part has.
  ///
  /// @throws IllegalArgumentException if there is no such series
  Labels labels(int ref);
}
