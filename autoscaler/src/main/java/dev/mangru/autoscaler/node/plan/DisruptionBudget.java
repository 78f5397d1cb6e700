package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.LabelSelector;
import dev.mangru.autoscaler.node.shape.PodShape;

/// A PodDisruptionBudget: how many of its pods may still be disturbed. Immutable.
///
/// @param disruptionsAllowed as its status says
public record DisruptionBudget(
    String namespace, String name, LabelSelector selector, int disruptionsAllowed) {

  /// Whether it protects a pod.
  public boolean covers(PodShape pod) {
    return namespace.equals(pod.namespace()) && selector.matches(pod.labels());
  }
}
