package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// Which pods a replica set gives up first: upstream's `ActivePodsWithRanks`.
///
/// Without a node before with one; pending, then unknown, then running; not ready before ready;
/// lower deletion cost; more siblings on the node; ready for a shorter time; more restarts;
/// younger. Times are compared on a logarithmic scale, as upstream does to spread deletions; equal
/// then means by uid.
final class ScaleDownOrder {

  private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  private ScaleDownOrder() {}

  /// The pods, first to go first.
  ///
  /// @param pods of one replica set
  /// @param all pods, to count siblings by owner on each node
  static List<ObjectNode> sorted(List<ObjectNode> pods, List<ObjectNode> all, Instant now) {
    Map<String, Integer> siblings = new HashMap<>();
    String owner = pods.isEmpty() ? "" : Fields.text(Fields.controller(pods.getFirst()), "uid");
    for (ObjectNode pod : all) {
      if (Pods.active(pod) && Fields.text(Fields.controller(pod), "uid").equals(owner)) {
        siblings.merge(Pods.node(pod), 1, Integer::sum);
      }
    }
    List<ObjectNode> order = new ArrayList<>(pods);
    order.sort(
        Comparator.comparing((ObjectNode pod) -> !Pods.node(pod).isEmpty())
            .thenComparingInt(ScaleDownOrder::phaseRank)
            .thenComparing(Pods::ready)
            .thenComparingInt(ScaleDownOrder::cost)
            .thenComparingInt(pod -> -siblings.getOrDefault(Pods.node(pod), 0))
            .thenComparingInt(pod -> bucket(Conditions.since(pod, "Ready"), now))
            .thenComparingInt(pod -> -restarts(pod))
            .thenComparingInt(pod -> bucket(Fields.time(pod, "metadata", "creationTimestamp"), now))
            .thenComparing(Fields::uid));
    return order;
  }

  private static int phaseRank(ObjectNode pod) {
    return switch (Pods.phase(pod)) {
      case "Pending" -> 0;
      case "Unknown" -> 1;
      default -> 2;
    };
  }

  private static int cost(ObjectNode pod) {
    try {
      String cost = Fields.annotation(pod, COST);
      return cost.isEmpty() ? 0 : Integer.parseInt(cost);
    } catch (NumberFormatException _) {
      // Upstream treats a cost that cannot be read as 0.
      return 0;
    }
  }

  private static int restarts(ObjectNode pod) {
    int most = 0;
    for (var status : Fields.at(pod, "status", "containerStatuses")) {
      most = Math.max(most, Fields.number(status, "restartCount"));
    }
    return most;
  }

  /// How long ago, as a power of two of seconds; a shorter time is smaller.
  private static int bucket(@org.jspecify.annotations.Nullable Instant since, Instant now) {
    if (since == null) {
      return -1;
    }
    long seconds = Math.max(0, Duration.between(since, now).toSeconds());
    return Long.SIZE - Long.numberOfLeadingZeros(seconds);
  }
}
