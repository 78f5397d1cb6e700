package dev.mangru.autoscaler.node.plan;

import java.time.Duration;

/// Which pods keep a node. The defaults are the cluster-autoscaler's.
///
/// @param skipNodesWithSystemPods whether pods of `kube-system` without a budget keep their node
/// @param skipNodesWithLocalStorage whether pods with data on the node keep it
/// @param skipNodesWithCustomControllerPods whether only the controllers of Kubernetes itself count
///   as making a pod anew
/// @param systemPodTimeout a pod of `kube-system` this old keeps its node no longer
/// @param minReplicaCount controllers with fewer replicas keep their pods' nodes
public record DrainOptions(
    boolean skipNodesWithSystemPods,
    boolean skipNodesWithLocalStorage,
    boolean skipNodesWithCustomControllerPods,
    Duration systemPodTimeout,
    int minReplicaCount) {

  /// The cluster-autoscaler's defaults.
  public static final DrainOptions DEFAULT =
      new DrainOptions(true, true, true, Duration.ofHours(1), 0);
}
