package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.List;
import java.util.Map;

/// How many nodes of a template some pods need. Immutable.
///
/// @param newNodes new nodes that got a pod
/// @param reusedNodes nodes of the cluster that got a pod because the new ones made room there
/// @param pods the pods that got a place
/// @param placed how many pods of each group got a place, in the order of the groups given
/// @param refused why a group's remaining pods got none, by the index of the group
/// @param limited whether a limit ended it early
public record Estimate(
    int newNodes,
    int reusedNodes,
    List<PodShape> pods,
    List<Integer> placed,
    Map<Integer, String> refused,
    boolean limited) {

  public Estimate {
    pods = List.copyOf(pods);
    placed = List.copyOf(placed);
    refused = Map.copyOf(refused);
  }
}
