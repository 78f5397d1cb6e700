package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.List;

/// One way to help pending pods: so many more nodes of one group. Immutable.
///
/// @param group the group's identifier
/// @param exists whether the group is there already
/// @param node the template of its nodes
/// @param nodes how many more
/// @param pods the pods that get a place
public record GrowthOption(
    String group, boolean exists, NodeShape node, int nodes, List<PodShape> pods) {

  public GrowthOption {
    pods = List.copyOf(pods);
  }
}
