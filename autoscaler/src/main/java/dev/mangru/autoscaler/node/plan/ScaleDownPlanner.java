package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.plan.ScaleDownPlan.Held;
import dev.mangru.autoscaler.node.plan.ScaleDownPlan.Node;
import dev.mangru.autoscaler.node.plan.ScaleDownPlan.Removal;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Says which nodes are not needed and which of them may go now. Pure but for the time it may take,
/// which a ticker bounds.
///
/// A node is not needed when its pods ask for little of it and all of them would fit elsewhere. It
/// goes when that has been so for long enough, its group is not at its minimum and not too many
/// nodes are going already.
public final class ScaleDownPlanner {

  private ScaleDownPlanner() {}

  /// How to judge; the durations and shares of a group's own come with [Group].
  ///
  /// @param drain which pods keep a node
  /// @param scaleDownUnready whether nodes that are not ready may go
  /// @param gpuResource the extended resource that makes a node a GPU node
  /// @param maxNonEmptyCandidates at most so many nodes with pods are found unneeded in one pass
  /// @param candidatePoolRatio so many nodes with pods, as a share of all, are tried in addition
  /// @param candidatePoolMin and at least so many
  /// @param recheck a node found unremovable is not tried again for so long
  /// @param simulationTime trying stops after so long
  /// @param maxParallelism at most so many nodes go at once
  /// @param maxDrainParallelism at most so many of them with pods
  /// @param limits bounds of the cluster
  public record Rules(
      DrainOptions drain,
      boolean scaleDownUnready,
      String gpuResource,
      int maxNonEmptyCandidates,
      double candidatePoolRatio,
      int candidatePoolMin,
      Duration recheck,
      Duration simulationTime,
      int maxParallelism,
      int maxDrainParallelism,
      ClusterLimits limits) {}

  /// What holds for the nodes of one group.
  ///
  /// @param targetSize without machines that are going away
  /// @param going nodes of it that are being drained and still count in `targetSize`
  public record Group(
      NodeGroup group,
      int targetSize,
      int going,
      double utilizationThreshold,
      Duration unneeded,
      Duration unready,
      boolean ignoreDaemonSets,
      boolean atomic) {}

  /// What is known besides the cluster.
  ///
  /// @param groups the group of each node that has one, by the node's name
  /// @param going nodes that are being drained, with pods or without
  /// @param goingWithPods those of them that had pods
  /// @param cooldown why nothing may go now at all; null when nothing says so
  public record Known(
      Map<String, Group> groups,
      Set<String> going,
      int goingWithPods,
      List<DisruptionBudget> budgets,
      Controllers controllers,
      UnneededNodes unneeded,
      Map<String, Held> recentlyUnremovable,
      @Nullable String cooldown) {}

  /// Plans. `cluster` is left as it was.
  public static ScaleDownPlan plan(
      ClusterShape cluster, Known known, Rules rules, Instant now, Ticker ticker) {
    int mark = cluster.mark();
    try {
      return new Pass(cluster, known, rules, now, ticker).plan();
    } finally {
      cluster.rollback(mark);
    }
  }

  private static final class Pass {
    private final ClusterShape cluster;
    private final Known known;
    private final Rules rules;
    private final Instant now;
    private final Ticker ticker;
    private final Map<String, Node> found = new LinkedHashMap<>();
    private final Map<String, Removal> removable = new LinkedHashMap<>();
    private final Map<String, NodeShape> shapes = new HashMap<>();
    private final Map<String, Held> held = new HashMap<>();

    Pass(ClusterShape cluster, Known known, Rules rules, Instant now, Ticker ticker) {
      this.cluster = cluster;
      this.known = known;
      this.rules = rules;
      this.now = now;
      this.ticker = ticker;
    }

    ScaleDownPlan plan() {
      List<NodeRoom> candidates = eligible();
      simulate(candidates);
      UnneededNodes unneeded = known.unneeded().seen(removable.keySet(), now);
      List<Removal> starting = start(unneeded);
      return new ScaleDownPlan(List.copyOf(found.values()), unneeded, held, starting);
    }

    private List<NodeRoom> eligible() {
      List<NodeRoom> candidates = new ArrayList<>();
      for (NodeRoom room : cluster.rooms()) {
        NodeShape node = room.node();
        shapes.put(node.name(), node);
        Group group = known.groups().get(node.name());
        if (known.going().contains(node.name())) {
          note(node.name(), null, Unremovable.CURRENTLY_BEING_DELETED, "it is being drained");
          continue;
        }
        switch (Eligibility.check(room, group != null, eligibility(node, group), now)) {
          case Eligibility.Result.Stays stays ->
              note(
                  node.name(),
                  stays.utilization().orElse(null),
                  stays.reason(),
                  detail(stays, node, group));
          case Eligibility.Result.Candidate candidate -> {
            note(node.name(), candidate.utilization(), null, "");
            candidates.add(room);
          }
        }
      }
      return candidates;
    }

    private Eligibility.Rules eligibility(NodeShape node, @Nullable Group group) {
      boolean gpu =
          node.capacity().extended(rules.gpuResource()) > 0
              || node.allocatable().extended(rules.gpuResource()) > 0;
      boolean ignore = group != null && group.ignoreDaemonSets();
      return new Eligibility.Rules(
          group == null ? 0 : group.utilizationThreshold(),
          rules.scaleDownUnready(),
          new Utilization.Rules(ignore, ignore, gpu ? rules.gpuResource() : null));
    }

    private static String detail(
        Eligibility.Result.Stays stays, NodeShape node, @Nullable Group group) {
      return switch (stays.reason()) {
        case NOT_UNDERUTILIZED ->
            "its pods ask for %.1f %% of it, more than %.1f %%"
                .formatted(
                    100 * stays.utilization().map(Utilization::share).orElse(Double.NaN),
                    100 * (group == null ? Double.NaN : group.utilizationThreshold()));
        case NOT_AUTOSCALED -> "it belongs to no node group";
        case SCALE_DOWN_DISABLED_ANNOTATION -> Eligibility.SCALE_DOWN_DISABLED + "=true";
        case UNEXPECTED_ERROR ->
            "it does not say how much CPU and memory it can give: " + node.allocatable();
        case SCALE_DOWN_UNREADY_DISABLED -> "it is not ready, and such nodes are left alone";
        default -> "it is on its way out";
      };
    }

    /// Tries candidates: those unneeded before first, then the emptiest, so that the same nodes
    /// stay unneeded from pass to pass.
    private void simulate(List<NodeRoom> candidates) {
      Set<String> noDestination = new HashSet<>(known.going());
      for (NodeRoom room : cluster.rooms()) {
        if (!room.node().ready() || Eligibility.isBeingDeleted(room.node(), now)) {
          noDestination.add(room.node().name());
        }
      }
      DrainRule.Surroundings around =
          new DrainRule.Surroundings(
              rules.drain(), known.controllers(), new Disruptions(known.budgets()), now);
      RemovalSimulation simulation =
          new RemovalSimulation(cluster, DrainRules.of(rules.drain()), around, noDestination);
      int pool =
          rules.maxNonEmptyCandidates()
              + Math.max(
                  rules.candidatePoolMin(),
                  (int) Math.ceil(rules.candidatePoolRatio() * shapes.size()));
      int tried = 0;
      int accepted = 0;
      long start = ticker.read();
      for (NodeRoom room : ordered(candidates)) {
        String name = room.node().name();
        boolean empty = isEmpty(room);
        Held before = known.recentlyUnremovable().get(name);
        if (before != null && before.until().isAfter(now)) {
          held.put(name, before);
          change(name, before.reason(), before.detail());
        } else if (ticker.read() - start > rules.simulationTime().toNanos()) {
          change(name, Unremovable.NOT_CONSIDERED, "no time was left to try it");
        } else if (!empty && (accepted >= rules.maxNonEmptyCandidates() || tried >= pool)) {
          change(name, Unremovable.NOT_CONSIDERED, "enough other nodes come first");
        } else {
          boolean goes = tryRemoving(name, simulation);
          tried += empty ? 0 : 1;
          accepted += goes && !empty ? 1 : 0;
        }
      }
    }

    private List<NodeRoom> ordered(List<NodeRoom> candidates) {
      return candidates.stream()
          .sorted(
              Comparator.<NodeRoom, Boolean>comparing(room -> !isEmpty(room))
                  .thenComparing(room -> known.unneeded().of(room.node().name()) == null)
                  .thenComparingDouble(room -> share(room.node().name())))
          .toList();
    }

    private double share(String node) {
      Node seen = found.get(node);
      Utilization utilization = seen == null ? null : seen.utilization();
      return utilization == null ? 1 : utilization.share();
    }

    private boolean isEmpty(NodeRoom room) {
      return room.pods().stream()
          .allMatch(
              pod -> pod.ofDaemonSet() || pod.isMirror() || DrainRules.isLongTerminating(pod, now));
    }

    private boolean tryRemoving(String name, RemovalSimulation simulation) {
      switch (simulation.remove(name)) {
        case RemovalSimulation.Result.Removable(var moves, var pods, var daemonSetPods) -> {
          Group group = known.groups().get(name);
          String id = group == null ? "" : group.group().id();
          removable.put(name, new Removal(name, id, pods, daemonSetPods, moves));
          return true;
        }
        case RemovalSimulation.Result.Blocked(PodsToMove.Blocked by) ->
            hold(
                name,
                Unremovable.BLOCKED_BY_POD,
                "pod %s: %s: %s".formatted(by.pod().key(), by.reason().text(), by.detail()));
        case RemovalSimulation.Result.NoPlace(var pod, var reasons) ->
            hold(
                name,
                Unremovable.NO_PLACE_TO_MOVE_PODS,
                "pod %s would fit on none of the other nodes: %s"
                    .formatted(pod.key(), counted(reasons)));
      }
      return false;
    }

    private static String counted(Map<String, Integer> reasons) {
      return String.join(
          ", ", reasons.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList());
    }

    /// Chooses the nodes that go now among the unneeded ones, and says of the others why not.
    private List<Removal> start(UnneededNodes unneeded) {
      List<Removal> starting = new ArrayList<>();
      Map<String, Integer> leaving = new HashMap<>();
      Resources left =
          shapes.values().stream()
              .filter(node -> !known.going().contains(node.name()))
              .map(NodeShape::capacity)
              .reduce(Resources.NONE, Resources::plus);
      int withPods = known.goingWithPods();
      for (Removal each : removable.values()) {
        NodeShape node = shapes.get(each.node());
        Group group = known.groups().get(each.node());
        Instant since = unneeded.of(each.node());
        if (node == null || group == null || since == null) {
          throw new IllegalStateException("unneeded node " + each.node() + " is not known");
        }
        since(each.node(), since);
        Resources after = minus(left, node.capacity());
        boolean full =
            known.going().size() + starting.size() >= rules.maxParallelism()
                || (!each.pods().isEmpty() && withPods >= rules.maxDrainParallelism());
        if (stays(each, group, node, since, after, full, leaving)) {
          continue;
        }
        starting.add(each);
        left = after;
        leaving.merge(each.group(), 1, Integer::sum);
        withPods += each.pods().isEmpty() ? 0 : 1;
      }
      return wholeGroupsOnly(starting);
    }

    private boolean stays(
        Removal each,
        Group group,
        NodeShape node,
        Instant since,
        Resources after,
        boolean full,
        Map<String, Integer> leaving) {
      Duration needed = node.ready() ? group.unneeded() : group.unready();
      int size = group.targetSize() - group.going() - leaving.getOrDefault(group.group().id(), 0);
      if (known.cooldown() != null) {
        change(each.node(), Unremovable.IN_COOLDOWN, known.cooldown());
      } else if (since.plus(needed).isAfter(now)) {
        change(
            each.node(),
            node.ready()
                ? Unremovable.NOT_UNNEEDED_LONG_ENOUGH
                : Unremovable.NOT_UNREADY_LONG_ENOUGH,
            "unneeded since %s, %s are needed".formatted(since, needed));
      } else if (size <= group.group().minSize()) {
        change(
            each.node(),
            Unremovable.NODE_GROUP_MIN_SIZE_REACHED,
            "group %s has %d nodes of at least %d"
                .formatted(group.group().id(), size, group.group().minSize()));
      } else if (after.cpuMilli() < rules.limits().minCpuMilli()
          || after.memoryBytes() < rules.limits().minMemoryBytes()) {
        change(
            each.node(),
            Unremovable.MINIMAL_RESOURCE_LIMIT_EXCEEDED,
            "the cluster would be left with " + after);
      } else if (full) {
        change(
            each.node(),
            Unremovable.SCALE_DOWN_PARALLELISM_REACHED,
            "%d nodes are on their way out".formatted(known.going().size()));
      } else {
        return false;
      }
      return true;
    }

    /// Groups that go only as a whole go when all of their nodes do.
    private List<Removal> wholeGroupsOnly(List<Removal> starting) {
      List<Removal> left = new ArrayList<>();
      for (Removal each : starting) {
        Group group = known.groups().get(each.node());
        long together = starting.stream().filter(o -> o.group().equals(each.group())).count();
        if (group != null && group.atomic() && together < group.targetSize() - group.going()) {
          change(
              each.node(),
              Unremovable.ATOMIC_SCALE_DOWN_FAILED,
              "only %d of %d nodes of the group could go"
                  .formatted(together, group.targetSize() - group.going()));
        } else {
          left.add(each);
        }
      }
      return left;
    }

    private static Resources minus(Resources all, Resources one) {
      return new Resources(
          all.cpuMilli() - one.cpuMilli(),
          all.memoryBytes() - one.memoryBytes(),
          all.ephemeralBytes() - one.ephemeralBytes(),
          all.pods() - one.pods(),
          Map.of());
    }

    private void note(
        String node,
        @Nullable Utilization utilization,
        @Nullable Unremovable reason,
        String detail) {
      Group group = known.groups().get(node);
      found.put(
          node,
          new Node(
              node,
              group == null ? "" : group.group().id(),
              utilization,
              group == null ? Double.NaN : group.utilizationThreshold(),
              null,
              reason,
              detail));
    }

    private void hold(String node, Unremovable reason, String detail) {
      held.put(node, new Held(now.plus(rules.recheck()), reason, detail));
      change(node, reason, detail);
    }

    private void change(String node, Unremovable reason, String detail) {
      found.computeIfPresent(
          node,
          (_, seen) ->
              new Node(
                  node,
                  seen.group(),
                  seen.utilization(),
                  seen.threshold(),
                  seen.unneededSince(),
                  reason,
                  detail));
    }

    private void since(String node, Instant since) {
      found.computeIfPresent(
          node,
          (_, seen) ->
              new Node(
                  node,
                  seen.group(),
                  seen.utilization(),
                  seen.threshold(),
                  since,
                  seen.stays(),
                  seen.detail()));
    }
  }
}
