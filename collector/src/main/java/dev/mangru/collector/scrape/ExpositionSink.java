package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.model.metric.Labels;

/// Receives what a parser finds, in the order of the page. Only [#sample] must be written.
public interface ExpositionSink {

  /// The timestamp of a sample that names none.
  long NO_TIMESTAMP = Long.MIN_VALUE;

  /// One sample.
  ///
  /// @param labels the series, its name among them
  /// @param timestampMs milliseconds since the epoch, or [#NO_TIMESTAMP]
  /// @throws ExpositionException to stop the parser, for example at a limit
  void sample(Labels labels, double value, long timestampMs) throws ExpositionException;

  /// The exemplar of the sample told just before.
  ///
  /// @param timestampMs milliseconds since the epoch, or [#NO_TIMESTAMP]
  default void exemplar(Labels labels, double value, long timestampMs) {}

  /// The kind of a family.
  default void type(String family, MetricType type) {}

  /// What a family means, for people.
  default void help(String family, String help) {}

  /// The base unit of a family; only OpenMetrics tells it.
  default void unit(String family, String unit) {}
}
