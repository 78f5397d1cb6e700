/// Metrics of OpenTelemetry, from a decompressed body to an [dev.mangru.model.metric.Appender], as
/// Prometheus translates them. Start with [OtlpMetrics].
@NullMarked
package dev.mangru.tsdb.ingest.otlp;

import org.jspecify.annotations.NullMarked;
