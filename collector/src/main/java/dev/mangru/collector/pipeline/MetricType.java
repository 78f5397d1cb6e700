package dev.mangru.collector.pipeline;

/// What kind of metric a family is, in the words of OpenMetrics 1.0.
public enum MetricType {
  /// Nothing is known; the text format says `untyped`.
  UNKNOWN,
  /// Only rises, or starts again from 0.
  COUNTER,
  /// Rises and falls.
  GAUGE,
  /// Buckets of a counted distribution.
  HISTOGRAM,
  /// Buckets of a distribution that may shrink.
  GAUGEHISTOGRAM,
  /// Quantiles computed by whoever was scraped.
  SUMMARY,
  /// Facts as labels, value 1.
  INFO,
  /// Booleans that belong together.
  STATESET;

  private final String word = name().toLowerCase(java.util.Locale.ROOT);

  /// The lower-case word of the OpenMetrics `TYPE` line.
  public String word() {
    return word;
  }
}
