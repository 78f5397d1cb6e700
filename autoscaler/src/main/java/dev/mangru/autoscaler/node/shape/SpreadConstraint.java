package dev.mangru.autoscaler.node.shape;

/// A topology spread constraint that must hold (`DoNotSchedule`); softer ones are preferences and
/// do not count for sizing. `matchLabelKeys` are already folded into the selector. Immutable.
///
/// @param maxSkew by how much a domain may exceed the emptiest one; at least 1
/// @param topologyKey the node label whose values are the domains
/// @param minDomains with fewer domains the emptiest counts as empty; 1 when not set
/// @param honorNodeAffinity whether only nodes count that the pod's selector and affinity allow
/// @param honorNodeTaints whether only nodes count whose taints the pod tolerates
public record SpreadConstraint(
    int maxSkew,
    String topologyKey,
    LabelSelector selector,
    int minDomains,
    boolean honorNodeAffinity,
    boolean honorNodeTaints) {

  /// Whether the domains are single nodes.
  public boolean overHostnames() {
    return topologyKey.equals("kubernetes.io/hostname");
  }
}
