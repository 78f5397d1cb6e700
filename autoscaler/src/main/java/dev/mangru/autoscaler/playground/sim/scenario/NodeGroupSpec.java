package dev.mangru.autoscaler.playground.sim.scenario;

import java.util.List;
import java.util.Map;

/// A kind of machine that can be asked for.
///
/// @param name unique; the value of the node label `mangru.io/node-group`
/// @param min fewest nodes
/// @param max most nodes
/// @param initial nodes at the very start, from `min` to `max`
/// @param cpuMilli capacity in thousandths of a core
/// @param memoryBytes capacity
/// @param pods most pods on one node
/// @param labels further labels of its nodes
/// @param taints taints of its nodes
/// @param bootSeconds from asking for a node to its joining the cluster
/// @param bootJitterSeconds added to it, evenly from 0
/// @param failureRate share of creations that fail, from 0 to 1
/// @param failureClass what such a failure is called, such as `OutOfResources`
/// @param pricePerHour of one node, in any currency
public record NodeGroupSpec(
    String name,
    int min,
    int max,
    int initial,
    long cpuMilli,
    long memoryBytes,
    int pods,
    Map<String, String> labels,
    List<TaintSpec> taints,
    double bootSeconds,
    double bootJitterSeconds,
    double failureRate,
    String failureClass,
    double pricePerHour) {

  public NodeGroupSpec {
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
  }

  /// A taint of every node of the group.
  ///
  /// @param effect `NoSchedule`, `PreferNoSchedule` or `NoExecute`
  public record TaintSpec(String key, String value, String effect) {}
}
