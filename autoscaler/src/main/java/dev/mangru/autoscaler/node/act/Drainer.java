package dev.mangru.autoscaler.node.act;

import dev.mangru.autoscaler.node.plan.BlockReason;
import dev.mangru.autoscaler.node.plan.Disruptions;
import dev.mangru.autoscaler.node.plan.DrainOptions;
import dev.mangru.autoscaler.node.plan.DrainRule;
import dev.mangru.autoscaler.node.plan.DrainRules;
import dev.mangru.autoscaler.node.plan.Eligibility;
import dev.mangru.autoscaler.node.plan.PodsToMove;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes nodes through their removal, one step for each pass:
///
/// ```
/// taint and cordon -> wait until seen -> evict pods, again and again -> wait until they are gone
///   -> wait for delay-deletion annotations -> provider deletes -> node object gone
/// ```
///
/// A removal that fails on the way takes back taint and cordon, trying until it succeeds.
/// Everything that must outlive this process is on the node: the taint's value is the time it was
/// set, an annotation says whether the cordon is ours. [#recover] picks it up again.
///
/// Confined to the thread that runs passes.
public final class Drainer {

  /// Says that the cordon of a node is ours to take back.
  static final String CORDONED = "mangru.io/cordoned-for-removal";

  private static final String DELAY_DELETION = "delay-deletion.cluster-autoscaler.kubernetes.io/";

  private final NodeCluster cluster;
  private final NodeGroupProvider provider;
  private final DrainTimes times;
  private final DrainOptions options;
  private final Map<String, Drain> drains = new LinkedHashMap<>();

  /// A drainer that drains nothing yet.
  public Drainer(
      NodeCluster cluster, NodeGroupProvider provider, DrainTimes times, DrainOptions options) {
    this.cluster = cluster;
    this.provider = provider;
    this.times = times;
    this.options = options;
  }

  /// The removals under way, by node.
  public Map<String, Drain> drains() {
    return Map.copyOf(drains);
  }

  /// Marks a node and begins its removal.
  ///
  /// @param hadPods whether it has pods that need another place
  /// @throws MangruException when the node could not be marked; nothing has begun then
  public Decision.ApiCall begin(NodeShape node, String group, boolean hadPods, Instant now) {
    boolean cordon = !node.unschedulable();
    Taint taint =
        new Taint(Eligibility.TO_BE_DELETED, Long.toString(now.getEpochSecond()), "NoSchedule");
    cluster.change(
        node.name(),
        new NodeChange(
            List.of(taint),
            Set.of(Eligibility.DELETION_CANDIDATE),
            true,
            cordon ? Map.of(CORDONED, "true") : Map.of(),
            Set.of()));
    Instant since = Instant.ofEpochSecond(now.getEpochSecond());
    drains.put(node.name(), Drain.begin(node.name(), group, since, hadPods, cordon));
    return new Decision.ApiCall("PATCH nodes/" + node.name(), true, "tainted and cordoned");
  }

  /// Picks up removals that an earlier life of this process began: each is finished when its time
  /// allows and else given back.
  ///
  /// @param groupOf the group of each node that has one
  public void recover(Collection<NodeShape> nodes, Map<String, NodeGroup> groupOf, Instant now) {
    for (NodeShape node : nodes) {
      Taint taint = node.taint(Eligibility.TO_BE_DELETED);
      if (taint == null || drains.containsKey(node.name())) {
        continue;
      }
      NodeGroup group = groupOf.get(node.name());
      Instant since = Eligibility.since(taint, now);
      boolean cordoned = node.annotations().containsKey(CORDONED);
      Drain drain =
          Drain.begin(node.name(), group == null ? "" : group.id(), since, true, cordoned)
              .evicting(since.plus(times.afterTaint()), "what an earlier pass began");
      drains.put(node.name(), group == null ? drain.givenUp("it belongs to no node group") : drain);
    }
  }

  /// One step for each removal.
  public List<DrainStep> step(ClusterSnapshot snapshot, Instant now) {
    Map<String, NodeShape> nodes = new LinkedHashMap<>();
    snapshot.nodes().forEach(node -> nodes.put(node.name(), node));
    List<DrainStep> steps = new ArrayList<>();
    for (Drain drain : List.copyOf(drains.values())) {
      DrainStep step = new Step(drain, nodes.get(drain.node()), snapshot, now).run();
      steps.add(step);
      switch (step.outcome()) {
        case GONE -> drains.remove(drain.node());
        case GOES_ON, DELETED -> drains.put(drain.node(), step.drain());
        case FAILED -> {
          if (step.drain().giveUp() == null) {
            drains.remove(drain.node());
          } else {
            drains.put(drain.node(), step.drain());
          }
        }
      }
    }
    return steps;
  }

  private final class Step {
    private final Drain drain;
    private final @Nullable NodeShape node;
    private final ClusterSnapshot snapshot;
    private final Instant now;
    private final List<Decision.ApiCall> calls = new ArrayList<>();

    Step(Drain drain, @Nullable NodeShape node, ClusterSnapshot snapshot, Instant now) {
      this.drain = drain;
      this.node = node;
      this.snapshot = snapshot;
      this.now = now;
    }

    DrainStep run() {
      if (node == null) {
        return step(drain, DrainStep.Outcome.GONE, "");
      }
      if (drain.giveUp() != null) {
        return giveBack(drain.giveUp(), true);
      }
      Instant deleted = drain.deletedAt();
      if (deleted != null) {
        return deleted.plus(times.deletion()).isAfter(now)
            ? step(drain, DrainStep.Outcome.GOES_ON, "")
            : giveBack("the provider did not remove it within " + times.deletion(), false);
      }
      if (node.taint(Eligibility.TO_BE_DELETED) == null) {
        return giveBack("somebody took its taint away", false);
      }
      if (drain.since().plus(times.afterTaint()).isAfter(now)) {
        return step(drain, DrainStep.Outcome.GOES_ON, "");
      }
      return evictOrDelete(node);
    }

    private DrainStep evictOrDelete(NodeShape tainted) {
      List<PodShape> onNode =
          snapshot.pods().stream().filter(pod -> tainted.name().equals(pod.nodeName())).toList();
      List<PodShape> waiting = onNode.stream().filter(this::mustGo).toList();
      if (drain.evictingSince() == null && !waiting.isEmpty()) {
        String objection = objection(onNode, waiting);
        if (objection != null) {
          return giveBack(objection, false);
        }
      }
      return waiting.isEmpty() ? deleteWhenDue(tainted, onNode) : evict(waiting);
    }

    private boolean mustGo(PodShape pod) {
      return !pod.isMirror()
          && !pod.ofDaemonSet()
          && !pod.hasEnded()
          && !DrainRules.isLongTerminating(pod, now);
    }

    /// Looks once more before the first eviction: pods may have come since the plan was made.
    private @Nullable String objection(List<PodShape> onNode, List<PodShape> waiting) {
      if (!drain.hadPods()) {
        return "pod " + waiting.getFirst().key() + " came onto it while it was empty";
      }
      PodsToMove toMove =
          DrainRules.podsToMove(
              onNode,
              DrainRules.of(options),
              new DrainRule.Surroundings(
                  options, snapshot.controllers(), new Disruptions(snapshot.budgets()), now));
      PodsToMove.Blocked blocked = toMove.blocked();
      if (blocked == null || blocked.reason() == BlockReason.NOT_ENOUGH_PDB) {
        return null; // budgets are the eviction API's to judge, and it may allow more later
      }
      return "pod %s: %s: %s"
          .formatted(blocked.pod().key(), blocked.reason().text(), blocked.detail());
    }

    private DrainStep evict(List<PodShape> waiting) {
      Instant began = drain.evictingSince() == null ? now : drain.evictingSince();
      boolean late = now.isAfter(began.plus(times.eviction()));
      List<String> refused = new ArrayList<>();
      Duration longest = Duration.ZERO;
      for (PodShape pod : waiting) {
        Duration grace = grace(pod);
        longest = grace.compareTo(longest) > 0 ? grace : longest;
        if (!pod.isTerminating()) {
          String problem = late ? "no time is left to evict it" : evict(pod, grace);
          if (!problem.isEmpty()) {
            refused.add(pod.key() + ": " + problem);
          }
        }
      }
      if (late && !refused.isEmpty()) {
        return giveBack("pods could not be evicted: " + String.join("; ", refused), false);
      }
      Instant last = began.plus(times.eviction()).plus(longest).plus(times.headroom());
      if (now.isAfter(last)) {
        return giveBack("pods did not end: " + keys(waiting), false);
      }
      String waits = refused.isEmpty() ? keys(waiting) + " to end" : String.join("; ", refused);
      return step(drain.evicting(now, waits), DrainStep.Outcome.GOES_ON, "");
    }

    private Duration grace(PodShape pod) {
      Long seconds = pod.life().gracePeriodSeconds();
      Duration own = Duration.ofSeconds(seconds == null ? 30 : seconds);
      return own.compareTo(times.gracefulTermination()) < 0 ? own : times.gracefulTermination();
    }

    /// @return why it was not evicted; empty when it was
    private String evict(PodShape pod, Duration grace) {
      String call = "POST pods/" + pod.key() + "/eviction";
      try {
        return switch (cluster.evict(pod, grace.toSeconds())) {
          case NodeCluster.Eviction.Accepted _ -> {
            calls.add(new Decision.ApiCall(call, true, "evicted"));
            told(pod);
            yield "";
          }
          case NodeCluster.Eviction.Gone _ -> "";
          case NodeCluster.Eviction.Blocked(String message) -> {
            calls.add(new Decision.ApiCall(call, false, message));
            yield message;
          }
        };
      } catch (MangruException e) {
        calls.add(new Decision.ApiCall(call, false, e.text()));
        return e.text();
      }
    }

    /// Events are for people: that one is lost does not make an eviction undone.
    private void told(PodShape pod) {
      try {
        cluster.event(ClusterEvent.ofPod(pod, "ScaleDown", "deleting pod for node scale down"));
      } catch (MangruException e) {
        calls.add(new Decision.ApiCall("POST events of " + pod.key(), false, e.text()));
      }
    }

    private DrainStep deleteWhenDue(NodeShape tainted, List<PodShape> onNode) {
      Drain empty = drain.empty(now, "nothing");
      Instant since = empty.emptySince();
      List<String> delays =
          tainted.annotations().keySet().stream()
              .filter(key -> key.startsWith(DELAY_DELETION))
              .sorted()
              .toList();
      if (!delays.isEmpty() && since != null && since.plus(times.delayedDeletion()).isAfter(now)) {
        return step(drain.empty(now, "annotations " + delays), DrainStep.Outcome.GOES_ON, "");
      }
      try {
        int target = provider.targetSize(drain.group());
        int min =
            provider.groups().stream()
                .filter(group -> group.id().equals(drain.group()))
                .mapToInt(NodeGroup::minSize)
                .findFirst()
                .orElse(0);
        if (target <= min) {
          return giveBack(
              "group %s has %d nodes of at least %d".formatted(drain.group(), target, min), false);
        }
        endDaemonSetPods(onNode);
        provider.delete(drain.group(), List.of(tainted));
      } catch (MangruException e) {
        calls.add(new Decision.ApiCall(delete(), false, e.text()));
        return giveBack("the provider refused to remove it: " + e.text(), false);
      }
      calls.add(new Decision.ApiCall(delete(), true, "asked to remove the machine"));
      return step(empty.deleted(now), DrainStep.Outcome.DELETED, "");
    }

    private String delete() {
      return "delete " + drain.node() + " of node group " + drain.group();
    }

    /// DaemonSet pods of nodes that had others get the chance to end in order; nobody waits for it.
    private void endDaemonSetPods(List<PodShape> onNode) {
      if (!drain.hadPods()) {
        return;
      }
      for (PodShape pod : onNode) {
        if (pod.ofDaemonSet() && !pod.isMirror() && !pod.isTerminating() && !pod.hasEnded()) {
          evict(pod, grace(pod));
        }
      }
    }

    /// Takes back taint and cordon.
    ///
    /// @param known whether the failure was told before
    private DrainStep giveBack(String why, boolean known) {
      String call = "PATCH nodes/" + drain.node();
      DrainStep.Outcome outcome = known ? DrainStep.Outcome.GOES_ON : DrainStep.Outcome.FAILED;
      try {
        cluster.change(
            drain.node(),
            new NodeChange(
                List.of(),
                Set.of(Eligibility.TO_BE_DELETED, Eligibility.DELETION_CANDIDATE),
                drain.cordoned() ? Boolean.FALSE : null,
                Map.of(),
                Set.of(CORDONED)));
      } catch (MangruException e) {
        calls.add(new Decision.ApiCall(call, false, e.text()));
        return step(drain.givenUp(why), outcome, why);
      }
      calls.add(new Decision.ApiCall(call, true, "taint and cordon taken back"));
      return step(drain, known ? DrainStep.Outcome.GONE : outcome, why);
    }

    private static String keys(List<PodShape> pods) {
      return String.join(", ", pods.stream().map(PodShape::key).toList());
    }

    private DrainStep step(Drain next, DrainStep.Outcome outcome, String problem) {
      return new DrainStep(next, outcome, calls, problem);
    }
  }
}
