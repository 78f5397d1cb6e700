package dev.mangru.autoscaler.horizontal;

import org.jspecify.annotations.Nullable;

/// What one metric asks for, and why.
public sealed interface ReplicaProposal {

  /// In words, for a person who asks “why?”.
  String reason();

  /// A number of replicas; it may be the current one.
  ///
  /// @param replicas 0 to 2,147,483,647
  /// @param utilizationPercent of requests, truncated; null unless utilization is the target
  /// @param usageMilli the value compared with the target, in thousandths: an average per pod, or
  ///   the metric itself for a Value target
  record Replicas(
      int replicas, @Nullable Integer utilizationPercent, long usageMilli, String reason)
      implements ReplicaProposal {}

  /// No number can be given.
  record CannotTell(Cause cause, String reason) implements ReplicaProposal {}

  /// Why there is no number.
  enum Cause {
    /// The selector selects no pod.
    NO_PODS,
    /// Not one sample came back.
    NO_METRICS_RETURNED,
    /// Samples came back, for pods that are not ready or going away only.
    NO_METRICS_FOR_TARGETED_PODS,
    /// Samples came back, for none of these pods.
    NO_METRICS_MATCH_PODS,
    /// A container says nothing of how much it needs, so there is no utilization.
    MISSING_REQUEST,
    /// A pod has no container of that name.
    CONTAINER_NOT_FOUND
  }
}
