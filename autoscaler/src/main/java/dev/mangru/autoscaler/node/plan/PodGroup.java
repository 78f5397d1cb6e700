package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodPlacement;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.PodVolume;
import dev.mangru.autoscaler.node.shape.Resources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Pods that are the same to a scheduler: what holds for one holds for all. Immutable.
///
/// @param pods at least one
public record PodGroup(List<PodShape> pods) {

  /// What makes pods of one controller the same.
  private record Kind(
      PodOwner owner,
      String namespace,
      Map<String, String> labels,
      int priority,
      Resources requests,
      PodPlacement placement,
      List<PodVolume> volumes) {}

  public PodGroup {
    pods = List.copyOf(pods);
    if (pods.isEmpty()) {
      throw new IllegalArgumentException("a group of pods needs at least one");
    }
  }

  /// Any one of them.
  public PodShape example() {
    return pods.getFirst();
  }

  /// How large one of them is in a node: the sum of its shares of CPU and memory.
  double shareOf(Resources node) {
    Resources request = example().requests();
    return (node.cpuMilli() > 0 ? (double) request.cpuMilli() / node.cpuMilli() : 0)
        + (node.memoryBytes() > 0 ? (double) request.memoryBytes() / node.memoryBytes() : 0);
  }

  /// Whether more pods of this group on other nodes can make room for one where there was none: not
  /// so as long as only resources, ports and anti-affinity count, which only get scarcer.
  boolean canOpenUp() {
    PodPlacement placement = example().placement();
    return !placement.spread().isEmpty() || !placement.affinity().isEmpty();
  }

  /// Pods by what they are to a scheduler, in order of first appearance. Pods without a controller
  /// stand alone.
  public static List<PodGroup> of(Collection<PodShape> pods) {
    Map<Object, List<PodShape>> groups = new LinkedHashMap<>();
    for (PodShape pod : pods) {
      PodOwner owner = pod.owner();
      Object kind =
          owner == null
              ? pod.key()
              : new Kind(
                  owner,
                  pod.namespace(),
                  pod.labels(),
                  pod.priority(),
                  pod.requests(),
                  pod.placement(),
                  pod.volumes());
      groups.computeIfAbsent(kind, _ -> new ArrayList<>()).add(pod);
    }
    return groups.values().stream().map(PodGroup::new).toList();
  }
}
