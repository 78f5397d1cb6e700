package dev.mangru.autoscaler.node.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/// Spreads new nodes over groups whose nodes are alike, always growing the smallest. Pure.
public final class Balancer {

  private Balancer() {}

  /// A group that can grow.
  public record Size(String id, int current, int max) {}

  private static final class Growing {
    final Size group;
    final int order;
    int size;

    Growing(Size group, int order) {
      this.group = group;
      this.order = order;
      this.size = group.current();
    }
  }

  /// The new sizes of the groups that grow, in the order given.
  ///
  /// @param newNodes how many to add; fewer are added when the groups have no room for all
  public static Map<String, Integer> balance(List<Size> groups, int newNodes) {
    PriorityQueue<Growing> smallest =
        new PriorityQueue<>(
            Comparator.<Growing>comparingInt(each -> each.size)
                .thenComparingInt(each -> each.order));
    List<Growing> all = new ArrayList<>();
    for (Size group : groups) {
      Growing each = new Growing(group, all.size());
      all.add(each);
      if (group.current() < group.max()) {
        smallest.add(each);
      }
    }
    for (int left = newNodes; left > 0 && !smallest.isEmpty(); left--) {
      Growing next = smallest.remove();
      next.size++;
      if (next.size < next.group.max()) {
        smallest.add(next);
      }
    }
    Map<String, Integer> sizes = new LinkedHashMap<>();
    for (Growing each : all) {
      if (each.size != each.group.current()) {
        sizes.put(each.group.id(), each.size);
      }
    }
    return sizes;
  }
}
