package dev.mangru.autoscaler.playground.sim.scenario;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Everything a scenario file says.
///
/// @param name what it is called, for people
/// @param description what there is to see
/// @param nodeGroups where nodes come from; names are unique
/// @param workloads how pods behave; one entry per namespace and name
/// @param traffic who is asked for what, in the order of the file
/// @param objects Kubernetes objects created once, in the order of the file. Do not change them
public record Scenario(
    String name,
    String description,
    List<NodeGroupSpec> nodeGroups,
    List<WorkloadSpec> workloads,
    List<TrafficSpec> traffic,
    List<ObjectNode> objects) {

  public Scenario {
    nodeGroups = List.copyOf(nodeGroups);
    workloads = List.copyOf(workloads);
    traffic = List.copyOf(traffic);
    objects = List.copyOf(objects);
  }

  /// How the pods of a workload behave; the ordinary way when the file says nothing.
  public WorkloadSpec workload(String namespace, String name) {
    for (WorkloadSpec spec : workloads) {
      if (spec.namespace().equals(namespace) && spec.name().equals(name)) {
        return spec;
      }
    }
    return WorkloadSpec.ordinary(namespace, name);
  }

  /// The group of that name.
  public @Nullable NodeGroupSpec nodeGroup(String name) {
    for (NodeGroupSpec group : nodeGroups) {
      if (group.name().equals(name)) {
        return group;
      }
    }
    return null;
  }
}
