package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.Tolerance;
import java.time.Duration;

/// What holds for all autoscalers.
///
/// @param tolerance of an autoscaler that names none
/// @param downscaleStabilization of an autoscaler that names none
/// @param cpuInitialization how long after its start a pod's CPU is believed only with care
/// @param initialReadinessDelay how soon after its start being unready means never having been
///   ready
/// @param upFactor without behavior, replicas at most multiply by this at one time
/// @param upMinimum or reach this
/// @param fromZero what lets a target leave zero replicas
public record HpaSettings(
    Tolerance tolerance,
    Duration downscaleStabilization,
    Duration cpuInitialization,
    Duration initialReadinessDelay,
    int upFactor,
    int upMinimum,
    FromZero fromZero) {

  /// What lets a target leave zero replicas.
  public enum FromZero {
    /// Kubernetes up to 1.35: minReplicas 0.
    MIN_REPLICAS,
    /// Kubernetes from 1.36: the condition ScaledToZero, so that a person's zero stays.
    CONDITION
  }

  /// Kubernetes' defaults.
  public static HpaSettings defaults() {
    return new HpaSettings(
        Tolerance.DEFAULT,
        Duration.ofMinutes(5),
        Duration.ofMinutes(5),
        Duration.ofSeconds(30),
        2,
        4,
        FromZero.MIN_REPLICAS);
  }
}
