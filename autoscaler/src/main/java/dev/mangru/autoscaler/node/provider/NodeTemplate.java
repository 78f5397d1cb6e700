package dev.mangru.autoscaler.node.provider;

import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.List;

/// What a new node of a group will look like. Immutable.
///
/// @param node the node; its name does not matter
/// @param pods pods that every such node brings along: mirrors of static pods and the like.
///   DaemonSet pods are added by the planner
public record NodeTemplate(NodeShape node, List<PodShape> pods) {

  public NodeTemplate {
    pods = List.copyOf(pods);
  }
}
