package dev.mangru.autoscaler.node.act;

import dev.mangru.autoscaler.node.shape.PodShape;

/// All that the node autoscaler reads of a cluster and does to it. Thread-safe.
///
/// Every call may wait for a network and may throw [MangruException] of kind `EXTERNAL` when the
/// cluster cannot be reached or refuses; the change was then most likely not made, and is safe to
/// ask for again.
public interface NodeCluster {

  /// The cluster as it is now. Single objects that cannot be read are left out and named in
  /// [ClusterSnapshot#problems].
  ClusterSnapshot read();

  /// Asks to evict a pod, which respects its disruption budgets.
  ///
  /// @param gracePeriodSeconds how long it may take to end
  Eviction evict(PodShape pod, long gracePeriodSeconds);

  /// Changes taints, cordon and annotations of a node in one write.
  void change(String node, NodeChange change);

  /// Tells people of something. Equal events are counted, not repeated.
  void event(ClusterEvent event);

  /// What became of an eviction.
  sealed interface Eviction {

    /// It was taken: the pod ends.
    record Accepted() implements Eviction {}

    /// The pod is not there any more.
    record Gone() implements Eviction {}

    /// A disruption budget does not allow it now; asking again later may help.
    record Blocked(String message) implements Eviction {}
  }
}
