package dev.mangru.autoscaler.node.act;

import dev.mangru.autoscaler.node.plan.Controllers;
import dev.mangru.autoscaler.node.plan.DisruptionBudget;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.VolumeClaim;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a pass knows of the cluster. Immutable.
///
/// @param unreadableNodes names and provider identifiers of nodes that are there and left out
/// @param daemonSets one pod of each DaemonSet, as it would be made
/// @param namespaces labels by namespace
/// @param problems objects that could not be read, each with the reason
public record ClusterSnapshot(
    List<NodeShape> nodes,
    Set<String> unreadableNodes,
    List<PodShape> pods,
    List<DisruptionBudget> budgets,
    List<PodShape> daemonSets,
    Controllers controllers,
    Map<String, Map<String, String>> namespaces,
    List<VolumeClaim> claims,
    List<String> problems) {

  public ClusterSnapshot {
    nodes = List.copyOf(nodes);
    unreadableNodes = Set.copyOf(unreadableNodes);
    pods = List.copyOf(pods);
    budgets = List.copyOf(budgets);
    daemonSets = List.copyOf(daemonSets);
    namespaces = Map.copyOf(namespaces);
    claims = List.copyOf(claims);
    problems = List.copyOf(problems);
  }
}
