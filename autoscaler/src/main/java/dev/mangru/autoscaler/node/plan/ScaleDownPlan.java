package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodShape;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which nodes are not needed, which may go now, and why each other one stays. Immutable.
///
/// @param nodes every node, in the order of the cluster
/// @param unneeded since when nodes are not needed, for the next pass
/// @param recentlyUnremovable until when nodes need not be tried again, for the next pass
/// @param now the nodes whose removal starts now, in order
public record ScaleDownPlan(
    List<Node> nodes,
    UnneededNodes unneeded,
    Map<String, Held> recentlyUnremovable,
    List<Removal> now) {

  /// What was found of one node.
  ///
  /// @param group empty for a node of no group
  /// @param utilization null when it was not computed or cannot be
  /// @param threshold the share up to which it may go
  /// @param unneededSince null while it is needed
  /// @param stays why it stays; null when its removal starts now
  /// @param detail in words, naming what decides
  public record Node(
      String name,
      String group,
      @Nullable Utilization utilization,
      double threshold,
      @Nullable Instant unneededSince,
      @Nullable Unremovable stays,
      String detail) {}

  /// A node that was found unremovable.
  public record Held(Instant until, Unremovable reason, String detail) {}

  /// A node that goes.
  ///
  /// @param pods are evicted; none for an empty node
  /// @param daemonSetPods end with it
  /// @param moves where each pod would fit, by the pod's key
  public record Removal(
      String node,
      String group,
      List<PodShape> pods,
      List<PodShape> daemonSetPods,
      Map<String, String> moves) {
    public Removal {
      pods = List.copyOf(pods);
      daemonSetPods = List.copyOf(daemonSetPods);
      moves = Map.copyOf(moves);
    }
  }

  public ScaleDownPlan {
    nodes = List.copyOf(nodes);
    recentlyUnremovable = Map.copyOf(recentlyUnremovable);
    now = List.copyOf(now);
  }
}
