package dev.mangru.autoscaler.control;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an autoscaler's status says.
///
/// @param lastScaleTime null if it never scaled
/// @param metrics in the order of the spec
/// @param conditions in the order in which they first appeared
public record HpaStatus(
    @Nullable Instant lastScaleTime,
    int currentReplicas,
    int desiredReplicas,
    List<MetricStatus> metrics,
    List<Condition> conditions) {

  /// Of an autoscaler that nobody has looked at.
  public static final HpaStatus EMPTY = new HpaStatus(null, 0, 0, List.of(), List.of());

  public HpaStatus {
    metrics = List.copyOf(metrics);
    conditions = List.copyOf(conditions);
  }
}
