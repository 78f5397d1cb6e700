package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.plan.DrainRule.Surroundings;
import dev.mangru.autoscaler.node.plan.DrainRule.Verdict;
import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.PodVolume;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Which pods of a node must move, and which keep it: the rules of the cluster-autoscaler, in its
/// order. Pure.
public final class DrainRules {

  private static final String SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict";
  private static final String SAFE_VOLUMES =
      "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";

  /// A pod is expected to be gone so long after its grace period; the cluster-autoscaler's.
  private static final Duration LONG_TERMINATING = Duration.ofSeconds(30);

  /// Kubernetes' own grace period.
  private static final long DEFAULT_GRACE_SECONDS = 30;

  /// The controllers that are known to make a lost pod anew.
  private static final Set<String> REPLICATING =
      Set.of("ReplicationController", "Job", "ReplicaSet", "StatefulSet");

  private static final Verdict UNDECIDED = new Verdict.Undecided();

  private DrainRules() {}

  /// The rules that apply, in order.
  public static List<DrainRule> of(DrainOptions options) {
    List<DrainRule> rules = new ArrayList<>();
    rules.add((pod, _) -> pod.isMirror() ? new Verdict.Skip() : UNDECIDED);
    rules.add(
        (pod, around) -> isLongTerminating(pod, around.now()) ? new Verdict.Skip() : UNDECIDED);
    if (options.skipNodesWithCustomControllerPods()) {
      rules.add(DrainRules::replicaCount);
    }
    rules.add((pod, _) -> pod.ofDaemonSet() ? new Verdict.Move() : UNDECIDED);
    rules.add((pod, _) -> isSafeToEvict(pod, "true") ? new Verdict.Move() : UNDECIDED);
    rules.add((pod, _) -> pod.hasEnded() ? new Verdict.Move() : UNDECIDED);
    rules.add((pod, _) ->
        isSafeToEvict(pod, "on-completion") ? new Verdict.WaitForCompletion() : UNDECIDED);
    rules.add(DrainRules::replicated);
    if (options.skipNodesWithSystemPods()) {
      rules.add(DrainRules::system);
    }
    rules.add(DrainRules::notSafeToEvict);
    if (options.skipNodesWithLocalStorage()) {
      rules.add(DrainRules::localStorage);
    }
    rules.add(DrainRules::disruptionBudget);
    return rules;
  }

  /// Sorts the pods of a node; stops at the first that keeps it.
  public static PodsToMove podsToMove(
      Collection<PodShape> onNode, List<DrainRule> rules, Surroundings around) {
    List<PodShape> pods = new ArrayList<>();
    List<PodShape> daemonSetPods = new ArrayList<>();
    List<PodShape> onCompletionPods = new ArrayList<>();
    for (PodShape pod : onNode) {
      switch (first(pod, rules, around)) {
        case Verdict.Undecided _, Verdict.Move _ ->
            (pod.ofDaemonSet() ? daemonSetPods : pods).add(pod);
        case Verdict.Skip _ -> {}
        case Verdict.WaitForCompletion _ -> onCompletionPods.add(pod);
        case Verdict.Block(BlockReason reason, String detail) -> {
          return new PodsToMove(
              pods, daemonSetPods, onCompletionPods, new PodsToMove.Blocked(pod, reason, detail));
        }
      }
    }
    return new PodsToMove(pods, daemonSetPods, onCompletionPods, null);
  }

  private static Verdict first(PodShape pod, List<DrainRule> rules, Surroundings around) {
    for (DrainRule rule : rules) {
      Verdict verdict = rule.judge(pod, around);
      if (!(verdict instanceof Verdict.Undecided)) {
        return verdict;
      }
    }
    return UNDECIDED;
  }

  /// Whether a pod should have been gone for a while: its node's kubelet is likely dead.
  public static boolean isLongTerminating(PodShape pod, Instant now) {
    Instant deletion = pod.life().deletionTimestamp();
    if (deletion == null) {
      return false;
    }
    Long grace = pod.life().gracePeriodSeconds();
    return deletion
        .plusSeconds(grace == null ? DEFAULT_GRACE_SECONDS : grace)
        .plus(LONG_TERMINATING)
        .isBefore(now);
  }

  /// Its controller must be there, with replicas enough, to make it anew.
  public static Verdict replicaCount(PodShape pod, Surroundings around) {
    PodOwner owner = pod.owner();
    if (owner == null || !around.controllers().knows(owner)) {
      return UNDECIDED;
    }
    OptionalInt replicas = around.controllers().replicas(owner, pod.namespace());
    if (replicas.isEmpty()) {
      return block(
          BlockReason.CONTROLLER_NOT_FOUND, owner.kind() + " " + owner.name() + " is not there");
    }
    int least = around.options().minReplicaCount();
    if (replicas.getAsInt() >= 0 && replicas.getAsInt() < least) {
      return block(
          BlockReason.MIN_REPLICAS_REACHED,
          "%s %s wants %d replicas, fewer than %d"
              .formatted(owner.kind(), owner.name(), replicas.getAsInt(), least));
    }
    return UNDECIDED;
  }

  /// Somebody must make it anew.
  public static Verdict replicated(PodShape pod, Surroundings around) {
    PodOwner owner = pod.owner();
    if (owner == null) {
      return block(BlockReason.NOT_REPLICATED, "no controller would make it anew");
    }
    if (around.options().skipNodesWithCustomControllerPods()
        && !REPLICATING.contains(owner.kind())) {
      return block(
          BlockReason.NOT_REPLICATED,
          "it is not known whether a " + owner.kind() + " would make it anew");
    }
    return UNDECIDED;
  }

  /// What runs the cluster moves only under a disruption budget, or when it is old.
  public static Verdict system(PodShape pod, Surroundings around) {
    if (!pod.namespace().equals("kube-system") || around.disruptions().covers(pod)) {
      return UNDECIDED;
    }
    Instant created = pod.life().created();
    Duration timeout = around.options().systemPodTimeout();
    if (created != null && created.plus(timeout).isBefore(around.now())) {
      return UNDECIDED;
    }
    return block(
        BlockReason.UNMOVABLE_KUBE_SYSTEM_POD,
        "no disruption budget covers it and it is younger than " + timeout);
  }

  /// Its annotation forbids it.
  public static Verdict notSafeToEvict(PodShape pod, Surroundings around) {
    return isSafeToEvict(pod, "false")
        ? block(BlockReason.NOT_SAFE_TO_EVICT_ANNOTATION, SAFE_TO_EVICT + "=false")
        : UNDECIDED;
  }

  /// Its data would be lost.
  public static Verdict localStorage(PodShape pod, Surroundings around) {
    List<String> safe =
        Arrays.stream(pod.annotations().getOrDefault(SAFE_VOLUMES, "").split(",", -1))
            .map(String::strip)
            .toList();
    for (PodVolume volume : pod.volumes()) {
      boolean local =
          switch (volume) {
            case PodVolume.HostPath _ -> true;
            case PodVolume.EmptyDir emptyDir -> emptyDir.onDisk();
            case PodVolume.Claim _, PodVolume.Unbound _ -> false;
          };
      if (local && !safe.contains(volume.name())) {
        return block(
            BlockReason.LOCAL_STORAGE_REQUESTED, "volume " + volume.name() + " is on the node");
      }
    }
    return UNDECIDED;
  }

  /// A budget with nothing left protects it.
  public static Verdict disruptionBudget(PodShape pod, Surroundings around) {
    List<String> exhausted = around.disruptions().exhausted(pod);
    return exhausted.isEmpty()
        ? UNDECIDED
        : block(
            BlockReason.NOT_ENOUGH_PDB,
            "disruption budget " + String.join(", ", exhausted) + " allows none now");
  }

  private static boolean isSafeToEvict(PodShape pod, String value) {
    return value.equals(pod.annotations().get(SAFE_TO_EVICT));
  }

  private static Verdict block(BlockReason reason, String detail) {
    return new Verdict.Block(reason, detail);
  }
}
