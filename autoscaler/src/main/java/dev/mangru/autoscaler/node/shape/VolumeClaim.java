package dev.mangru.autoscaler.node.shape;

import java.util.List;

/// A persistent volume claim with what its volume or storage class says about nodes. Immutable.
///
/// @param bound whether a volume is bound to it
/// @param waitsForConsumer when not bound: whether the class binds once a pod is placed
/// @param nodeTerms the bound volume's required node affinity and zone labels, or the class's
///   allowed topologies: any one must hold; empty means every node will do
/// @param readWriteOncePod whether only one pod may use it
public record VolumeClaim(
    String namespace,
    String name,
    boolean bound,
    boolean waitsForConsumer,
    List<NodeTerm> nodeTerms,
    boolean readWriteOncePod) {

  public VolumeClaim {
    nodeTerms = List.copyOf(nodeTerms);
  }
}
