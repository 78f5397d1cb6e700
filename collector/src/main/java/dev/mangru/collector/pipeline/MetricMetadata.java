package dev.mangru.collector.pipeline;

/// What is said about a metric family beside its samples.
///
/// @param type its kind
/// @param help one sentence for people; may be empty
/// @param unit the base unit, such as `seconds`; empty when there is none or the name tells it
public record MetricMetadata(MetricType type, String help, String unit) {

  /// Metadata without a unit of its own.
  public MetricMetadata(MetricType type, String help) {
    this(type, help, "");
  }
}
