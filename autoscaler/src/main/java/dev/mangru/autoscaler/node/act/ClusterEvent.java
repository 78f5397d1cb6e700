package dev.mangru.autoscaler.node.act;

import dev.mangru.autoscaler.node.shape.PodShape;

/// An event as `kubectl describe` shows it. Immutable.
///
/// @param kind Pod or Node
/// @param namespace empty for nodes
/// @param uid empty when not known
/// @param warning whether it is of type Warning, else Normal
/// @param reason such as TriggeredScaleUp
public record ClusterEvent(
    String kind,
    String namespace,
    String name,
    String uid,
    boolean warning,
    String reason,
    String message) {

  /// An event about a pod.
  public static ClusterEvent ofPod(PodShape pod, String reason, String message) {
    return new ClusterEvent("Pod", pod.namespace(), pod.name(), pod.uid(), false, reason, message);
  }

  /// An event about a node; its name is also what `kubectl` takes for its uid.
  public static ClusterEvent ofNode(String node, boolean warning, String reason, String message) {
    return new ClusterEvent("Node", "", node, node, warning, reason, message);
  }
}
