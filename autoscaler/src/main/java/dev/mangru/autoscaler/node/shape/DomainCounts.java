package dev.mangru.autoscaler.node.shape;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// How many pods of a kind there are in each topology domain: the values of one node label.
/// Confined to the thread of its [ClusterShape].
final class DomainCounts {

  private final String topologyKey;
  private final Predicate<NodeShape> nodes;
  private final Predicate<PodShape> pods;
  private final Map<String, Integer> counts = new HashMap<>();
  private int total;
  private int smallest = -1;

  /// @param nodes which nodes count at all
  /// @param pods which pods count
  DomainCounts(String topologyKey, Predicate<NodeShape> nodes, Predicate<PodShape> pods) {
    this.topologyKey = topologyKey;
    this.nodes = nodes;
    this.pods = pods;
  }

  void addNode(NodeShape node) {
    String value = node.labels().get(topologyKey);
    if (value != null && nodes.test(node) && counts.putIfAbsent(value, 0) == null) {
      smallest = 0;
    }
  }

  void changed(PodShape pod, NodeShape node, int by) {
    String value = node.labels().get(topologyKey);
    if (value != null && nodes.test(node) && pods.test(pod)) {
      counts.merge(value, by, Integer::sum);
      total += by;
      smallest = -1;
    }
  }

  /// How many there are in the domain of a value, zero for one that no counted node has.
  int in(String value) {
    return counts.getOrDefault(value, 0);
  }

  /// How many there are in all.
  int total() {
    return total;
  }

  /// How many domains there are.
  int domains() {
    return counts.size();
  }

  /// How many there are in the emptiest domain, zero when there is none.
  int smallest() {
    if (smallest < 0) {
      smallest = counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
    }
    return smallest;
  }
}
