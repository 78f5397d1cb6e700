package dev.mangru.tsdb.index;

import java.util.List;

/// Where the series come from, as Prometheus' `/api/v1/status/tsdb` tells it. The lists are largest
/// first, equal ones by name.
///
/// @param series all series
/// @param labelPairs distinct pairs of name and value
/// @param seriesByMetricName series of each metric name
/// @param valuesByLabelName distinct values of each label
/// @param bytesByLabelName UTF-8 bytes of each label's values, once for each series that has it
/// @param seriesByLabelPair series of each pair; the name is `label=value`
public record Cardinality(
    long series,
    long labelPairs,
    List<Count> seriesByMetricName,
    List<Count> valuesByLabelName,
    List<Count> bytesByLabelName,
    List<Count> seriesByLabelPair) {

  /// How often something occurs.
  public record Count(String name, long count) {}

  /// Copies the lists.
  public Cardinality {
    seriesByMetricName = List.copyOf(seriesByMetricName);
    valuesByLabelName = List.copyOf(valuesByLabelName);
    bytesByLabelName = List.copyOf(bytesByLabelName);
    seriesByLabelPair = List.copyOf(seriesByLabelPair);
  }
}
