package dev.mangru.server.http.exchange;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import org.jspecify.annotations.Nullable;

/// The newest sample of a series.
///
/// @param labels the series' own
/// @param histogram null for a float
record FederatedSample(
    Labels labels, long timestampMs, double value, @Nullable NativeHistogram histogram) {

  String name() {
    return labels.metricName();
  }

  boolean isGaugeHistogram() {
    return histogram != null && histogram.resetHint() == NativeHistogram.ResetHint.GAUGE;
  }

  /// Whether both are in the same family of metrics.
  boolean sameFamily(FederatedSample other) {
    return name().equals(other.name())
        && (histogram == null) == (other.histogram == null)
        && isGaugeHistogram() == other.isGaugeHistogram();
  }
}
