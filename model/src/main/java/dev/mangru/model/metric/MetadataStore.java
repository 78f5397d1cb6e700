package dev.mangru.model.metric;

import java.util.List;
import java.util.Map;

/// Keeps what is known of metrics: type, help and unit by metric name.
///
/// Senders repeat themselves with every request, so putting what is there already is cheap. Sources
/// may contradict each other; the store keeps a few different entries for each metric, the one put
/// last first, and bounds the number of metrics.
///
/// Thread-safe.
public interface MetadataStore {

  /// Remembers these. What exceeds a limit of the store is left out and counted, not refused.
  ///
  /// @param byMetric the metadata of metrics, by metric name without suffixes such as `_bucket`
  ///   where the sender has it so
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if the store cannot take any now
  void put(Map<String, MetricMetadata> byMetric);

  /// What is known of one metric, the newest entry first; empty if nothing is.
  List<MetricMetadata> find(String metric);

  /// What is known of all metrics, in the order of their names.
  ///
  /// @param limit the most metrics to tell, 0 for all
  Map<String, List<MetricMetadata>> all(int limit);
}
