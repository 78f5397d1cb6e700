package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterSnapshot;
import dev.mangru.autoscaler.node.act.Drain;
import dev.mangru.autoscaler.node.plan.GroupView;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Everything that one pass decides upon. Immutable.
///
/// @param groupOf the group of each node that has one, by the node's name
/// @param drains removals under way, by node
record World(
    Instant now,
    ClusterSnapshot snapshot,
    List<GroupView> groups,
    Map<String, NodeGroup> groupOf,
    Map<String, Drain> drains) {

  /// The cluster for placing pods: nodes that are not ready or on their way out take none, and pods
  /// that a drain will evict have left already.
  ClusterShape forPlacing() {
    List<NodeShape> nodes = new ArrayList<>();
    for (NodeShape node : snapshot.nodes()) {
      boolean takes = node.ready() && !drains.containsKey(node.name()) && !node.deleting();
      nodes.add(takes ? node : node.cordoned(true));
    }
    List<PodShape> pods = snapshot.pods().stream().filter(pod -> !leaves(pod)).toList();
    return shape(nodes, pods);
  }

  /// The cluster as it is.
  ClusterShape asIs() {
    return shape(snapshot.nodes(), snapshot.pods());
  }

  private ClusterShape shape(List<NodeShape> nodes, List<PodShape> pods) {
    ClusterShape shape = ClusterShape.of(nodes, pods);
    snapshot.namespaces().forEach(shape::namespace);
    snapshot.claims().forEach(shape::claim);
    return shape;
  }

  /// All pods, with those that a drain will evict as if they waited for a node already: their
  /// controller will make them anew.
  List<PodShape> pods() {
    List<PodShape> pods = new ArrayList<>();
    for (PodShape pod : snapshot.pods()) {
      pods.add(leaves(pod) ? Waiting.made(pod) : pod);
    }
    return pods;
  }

  private boolean leaves(PodShape pod) {
    String node = pod.nodeName();
    return node != null
        && drains.containsKey(node)
        && pod.owner() != null
        && !pod.ofDaemonSet()
        && !pod.isMirror()
        && !pod.hasEnded()
        && !pod.isTerminating();
  }

  /// Whether a node that is not ready is one that still starts.
  static boolean isStarting(NodeShape node, Duration provisionTime, Instant now) {
    Instant created = node.created();
    return !node.ready() && created != null && created.plus(provisionTime).isAfter(now);
  }
}
