package dev.mangru.autoscaler.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an autoscaler wants.
///
/// @param minReplicas 1 if the object says nothing
/// @param metrics one of CPU at 80 % if the object says nothing
/// @param behavior null for the controller's own limits
public record HpaSpec(
    TargetRef target,
    int minReplicas,
    int maxReplicas,
    List<MetricSpec> metrics,
    @Nullable Behavior behavior) {

  /// What the API server fills in when there are no metrics.
  public static final MetricSpec DEFAULT_METRIC =
      new MetricSpec.Resource("cpu", MetricSpec.Target.utilization(80));

  public HpaSpec {
    metrics = metrics.isEmpty() ? List.of(DEFAULT_METRIC) : List.copyOf(metrics);
  }

  /// Whether a metric can tell something while there are no pods.
  boolean worksAtZero() {
    return metrics.stream().anyMatch(MetricSpec::worksAtZero);
  }
}
