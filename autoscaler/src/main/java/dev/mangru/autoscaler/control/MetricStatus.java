package dev.mangru.autoscaler.control;

import org.jspecify.annotations.Nullable;

/// What a metric says now.
///
/// @param metric the entry of the spec; null if it could not be told, then the others are null too
/// @param utilizationPercent of requests
/// @param averageValueMilli for each pod, in thousandths
/// @param valueMilli as a whole, in thousandths
public record MetricStatus(
    @Nullable MetricSpec metric,
    @Nullable Integer utilizationPercent,
    @Nullable Long averageValueMilli,
    @Nullable Long valueMilli) {

  /// The place of a metric that could not be told.
  public static final MetricStatus NONE = new MetricStatus(null, null, null, null);
}
