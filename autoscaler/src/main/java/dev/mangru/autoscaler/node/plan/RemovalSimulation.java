package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.Fit;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Tries to take nodes away one after another: every pod that must move has to fit on a node that
/// stays, beside the pods moved before, and spends the disruption budgets.
///
/// Confined to one thread. A node found removable stays removed in the cluster given, so that the
/// next one is judged without it; whoever wants the cluster back marks it before and rolls back.
public final class RemovalSimulation {

  private final ClusterShape cluster;
  private final List<DrainRule> rules;
  private final DrainRule.Surroundings around;
  private final Set<String> noDestination;

  /// @param around whose budgets are spent
  /// @param noDestination nodes that nothing may be moved to: on their way out, or not ready
  public RemovalSimulation(
      ClusterShape cluster,
      List<DrainRule> rules,
      DrainRule.Surroundings around,
      Set<String> noDestination) {
    this.cluster = cluster;
    this.rules = List.copyOf(rules);
    this.around = around;
    this.noDestination = Set.copyOf(noDestination);
  }

  /// What came out for a node.
  public sealed interface Result {

    /// It can go.
    ///
    /// @param moves where each of its pods would fit, by the pod's key
    /// @param pods the pods that are evicted
    /// @param daemonSetPods the pods that end with it
    record Removable(Map<String, String> moves, List<PodShape> pods, List<PodShape> daemonSetPods)
        implements Result {}

    /// A pod keeps it.
    record Blocked(PodsToMove.Blocked by) implements Result {}

    /// A pod would fit nowhere.
    ///
    /// @param reasons how many nodes refuse it, by the reason
    record NoPlace(PodShape pod, Map<String, Integer> reasons) implements Result {}
  }

  /// Tries to remove one node.
  public Result remove(String node) {
    NodeRoom room = cluster.room(node);
    if (room == null) {
      throw new IllegalArgumentException("no node " + node);
    }
    PodsToMove toMove = DrainRules.podsToMove(room.pods(), rules, around);
    PodsToMove.Blocked blocked = toMove.blocked();
    if (blocked == null && !toMove.onCompletionPods().isEmpty()) {
      blocked =
          new PodsToMove.Blocked(
              toMove.onCompletionPods().getFirst(),
              BlockReason.WAITS_FOR_COMPLETION,
              "it asks to be waited for");
    }
    if (blocked != null) {
      return new Result.Blocked(blocked);
    }
    int mark = cluster.mark();
    Result result = moveAll(node, room, toMove);
    if (result instanceof Result.Removable) {
      cluster.removeNode(node);
      cluster.keep(mark);
      around.disruptions().spend(toMove.pods());
    } else {
      cluster.rollback(mark);
    }
    return result;
  }

  private Result moveAll(String node, NodeRoom room, PodsToMove toMove) {
    List<PodShape> leaving = new ArrayList<>();
    for (PodShape pod : toMove.pods()) {
      if (!pod.hasEnded() && !pod.isTerminating()) {
        leaving.add(pod);
      }
    }
    leaving.forEach(pod -> cluster.remove(pod, node));
    Map<String, String> moves = new LinkedHashMap<>();
    NodeRoom hint = null;
    for (PodShape pod : leaving) {
      NodeRoom place = place(pod, room, hint);
      if (place == null) {
        return new Result.NoPlace(pod, refusals(pod, room));
      }
      hint = place;
      moves.put(pod.key(), place.node().name());
    }
    return new Result.Removable(moves, leaving, toMove.daemonSetPods());
  }

  /// Puts the pod on the first node that takes it; tries first where the one before went.
  private @Nullable NodeRoom place(PodShape pod, NodeRoom from, @Nullable NodeRoom hint) {
    if (hint != null && takes(hint, pod)) {
      return hint;
    }
    for (NodeRoom room : cluster.rooms()) {
      if (room != from && !noDestination.contains(room.node().name()) && takes(room, pod)) {
        return room;
      }
    }
    return null;
  }

  private boolean takes(NodeRoom room, PodShape pod) {
    if (!Feasibility.fits(pod, room, cluster)) {
      return false;
    }
    cluster.place(pod, room.node().name());
    return true;
  }

  private Map<String, Integer> refusals(PodShape pod, NodeRoom from) {
    Map<String, Integer> reasons = new TreeMap<>();
    for (NodeRoom room : cluster.rooms()) {
      String reason;
      if (room == from) {
        continue;
      } else if (noDestination.contains(room.node().name())) {
        reason = "node(s) on their way out or not ready";
      } else {
        reason =
            switch (Feasibility.check(pod, room, cluster)) {
              case Fit.Fits _ -> "node(s) that other pods of the node took";
              case Fit.Refused refused -> refused.reason();
            };
      }
      reasons.merge(reason, 1, Integer::sum);
    }
    return reasons;
  }
}
