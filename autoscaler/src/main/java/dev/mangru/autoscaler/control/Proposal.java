package dev.mangru.autoscaler.control;

import dev.mangru.model.scale.Decision;

/// What one metric of a spec came to.
sealed interface Proposal {

  /// For the record; not yet marked as chosen.
  Decision.Input input();

  /// A number.
  ///
  /// @param metricName as Kubernetes words it in reasons
  /// @param plain the number by the ratio alone, before tolerance and guesses about pods
  /// @param why plain and replicas differ, if they do
  record Told(
      int replicas,
      String metricName,
      MetricStatus status,
      int plain,
      String why,
      Decision.Input input)
      implements Proposal {}

  /// None.
  ///
  /// @param conditionReason such as `FailedGetResourceMetric`
  /// @param error as the condition words it
  /// @param listed as the event about all metrics words it
  record Failed(String conditionReason, String error, String listed, Decision.Input input)
      implements Proposal {}
}
