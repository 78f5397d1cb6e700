package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.Taint;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Since when nodes are not needed. An immutable value: each pass makes the next one.
///
/// @param since by node
public record UnneededNodes(Map<String, Instant> since) {

  /// None.
  public static final UnneededNodes NONE = new UnneededNodes(Map.of());

  public UnneededNodes {
    since = Map.copyOf(since);
  }

  /// What the soft taints on nodes remember of an earlier life of this process.
  public static UnneededNodes remembered(Collection<NodeShape> nodes, Instant now) {
    Map<String, Instant> since = new TreeMap<>();
    for (NodeShape node : nodes) {
      Taint taint = node.taint(Eligibility.DELETION_CANDIDATE);
      if (taint != null) {
        since.put(node.name(), Eligibility.since(taint, now));
      }
    }
    return new UnneededNodes(since);
  }

  /// The next value: nodes that are unneeded now keep their time, new ones start now, all others
  /// are forgotten.
  public UnneededNodes seen(Collection<String> unneeded, Instant now) {
    Map<String, Instant> next = new TreeMap<>();
    unneeded.forEach(node -> next.put(node, since.getOrDefault(node, now)));
    return new UnneededNodes(next);
  }

  /// Since when a node is unneeded; null when it is needed.
  public @Nullable Instant of(String node) {
    return since.get(node);
  }
}
