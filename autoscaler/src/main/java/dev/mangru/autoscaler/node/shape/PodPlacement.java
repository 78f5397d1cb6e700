package dev.mangru.autoscaler.node.shape;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a pod may run: everything of its spec, besides requests and volumes, that a scheduler must
/// respect. Equal for pods of one template. Immutable.
///
/// @param nodeSelector labels that the node must carry
/// @param nodeTerms the required node affinity: one of the terms must hold; null when there is
///   none, while an empty list allows no node
/// @param affinity required terms: neighbours that must be there
/// @param antiAffinity required terms: neighbours that must not be there
/// @param spread constraints that must hold
/// @param schedulingGates while there are any, the pod must not be placed
/// @param resourceClaims names of dynamic resource claims, which nothing here can judge
public record PodPlacement(
    Map<String, String> nodeSelector,
    @Nullable List<NodeTerm> nodeTerms,
    List<Toleration> tolerations,
    List<PodTerm> affinity,
    List<PodTerm> antiAffinity,
    List<SpreadConstraint> spread,
    List<HostPort> hostPorts,
    List<String> schedulingGates,
    List<String> resourceClaims) {

  /// Anywhere.
  public static final PodPlacement ANYWHERE =
      new PodPlacement(
          Map.of(), null, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
          List.of());

  public PodPlacement {
    nodeSelector = Map.copyOf(nodeSelector);
    nodeTerms = nodeTerms == null ? null : List.copyOf(nodeTerms);
    tolerations = List.copyOf(tolerations);
    affinity = List.copyOf(affinity);
    antiAffinity = List.copyOf(antiAffinity);
    spread = List.copyOf(spread);
    hostPorts = List.copyOf(hostPorts);
    schedulingGates = List.copyOf(schedulingGates);
    resourceClaims = List.copyOf(resourceClaims);
  }

  /// Whether a node satisfies the selector and the required node affinity.
  public boolean selects(NodeShape node) {
    for (Map.Entry<String, String> each : nodeSelector.entrySet()) {
      if (!each.getValue().equals(node.labels().get(each.getKey()))) {
        return false;
      }
    }
    if (nodeTerms == null) {
      return true;
    }
    for (NodeTerm each : nodeTerms) {
      if (each.matches(node)) {
        return true;
      }
    }
    return false;
  }

  /// Whether some toleration lets the pod past a taint.
  public boolean tolerates(Taint taint) {
    for (Toleration each : tolerations) {
      if (each.tolerates(taint)) {
        return true;
      }
    }
    return false;
  }

  /// Whether every taint of the node that keeps pods away is tolerated.
  boolean toleratesAll(NodeShape node) {
    return firstUntolerated(node) == null;
  }

  /// The first taint that keeps the pod away; null when none does.
  @Nullable Taint firstUntolerated(NodeShape node) {
    for (Taint taint : node.taints()) {
      if (taint.keepsAway() && !tolerates(taint)) {
        return taint;
      }
    }
    return null;
  }
}
