package dev.mangru.collector.send;

import dev.mangru.collector.pipeline.MetricMetadata;
import dev.mangru.collector.pipeline.MetricType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the family of a series by its metric name. Stateless.
final class MetadataLookup {

  /// What a family's name may be followed by. Source: OpenMetrics 1.0, “Suffixes”.
  private static final List<String> SUFFIXES =
      List.of("_bucket", "_sum", "_count", "_total", "_created", "_info");

  private MetadataLookup() {}

  static @Nullable MetricMetadata of(String metricName, Map<String, MetricMetadata> families) {
    MetricMetadata metadata = families.get(metricName);
    if (metadata != null) {
      return metadata;
    }
    for (String suffix : SUFFIXES) {
      if (metricName.endsWith(suffix)) {
        return families.get(metricName.substring(0, metricName.length() - suffix.length()));
      }
    }
    return null;
  }

  /// The number that both versions of remote write give a type.
  static int typeNumber(MetricType type) {
    return switch (type) {
      case UNKNOWN -> 0;
      case COUNTER -> 1;
      case GAUGE -> 2;
      case HISTOGRAM -> 3;
      case GAUGEHISTOGRAM -> 4;
      case SUMMARY -> 5;
      case INFO -> 6;
      case STATESET -> 7;
    };
  }

  /// The type of a number; `UNKNOWN` for one that nobody defined.
  static MetricType type(long number) {
    for (MetricType type : MetricType.values()) {
      if (typeNumber(type) == number) {
        return type;
      }
    }
    return MetricType.UNKNOWN;
  }
}
