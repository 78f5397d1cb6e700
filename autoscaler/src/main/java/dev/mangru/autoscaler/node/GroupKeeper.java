package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.plan.Backoff;
import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupOptions;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps what the provider says of a group and what is really there in step: removes machines that
/// failed or never became nodes, corrects a target size that nothing will reach, and remembers
/// which groups are to be left alone.
///
/// Confined to the thread that runs passes. What it remembers of machines it can see again after a
/// restart, since the provider tells when each was asked for; machines that run without being a
/// node get their time anew.
final class GroupKeeper {

  private final NodeGroupProvider provider;
  private final Duration provisionTime;
  private final boolean act;
  private final Map<String, Instant> firstSeen = new HashMap<>();
  private final Map<String, Instant> wrongSince = new HashMap<>();
  private final Set<String> growing = new HashSet<>();
  private Backoff backoff;

  GroupKeeper(NodeGroupProvider provider, NodeAutoscalerOptions options) {
    this.provider = provider;
    this.provisionTime = options.growing().maxNodeProvisionTime();
    this.act = options.act();
    this.backoff =
        Backoff.none(
            options.growing().backoffInitial(),
            options.growing().backoffMax(),
            options.growing().backoffReset());
  }

  /// Something that was put right, or could not be.
  record Repair(
      String group,
      int from,
      int to,
      String reason,
      String summary,
      List<Decision.ApiCall> calls,
      boolean done) {}

  Backoff backoff() {
    return backoff;
  }

  void grew(String group) {
    growing.add(group);
  }

  void failed(String group, Instance.ErrorClass kind, String code, String message, Instant now) {
    growing.remove(group);
    backoff = backoff.failed(group, kind, code, message, now);
  }

  /// Looks at one group.
  ///
  /// @param registered provider identifiers and names of all nodes
  /// @throws MangruException when the provider cannot tell about the group
  List<Repair> look(NodeGroup group, Set<String> registered, Instant now) {
    NodeGroupOptions own = provider.options(group.id());
    Duration patience =
        own.maxNodeProvisionTime() == null ? provisionTime : own.maxNodeProvisionTime();
    List<Instance> instances = provider.instances(group.id());
    int target = provider.targetSize(group.id());
    List<Repair> repairs = new ArrayList<>();
    List<Instance> failed =
        instances.stream()
            .filter(each -> each.state() == Instance.State.CREATING && each.failure() != null)
            .toList();
    if (!failed.isEmpty()) {
      repairs.add(removeFailed(group, failed, target, now));
    }
    List<Instance> late = late(instances, registered, patience, now);
    int removable = Math.max(0, target - failed.size() - group.minSize());
    if (!late.isEmpty() && removable > 0) {
      repairs.add(removeLate(group, late, removable, target - failed.size(), patience, now));
    }
    if (repairs.isEmpty()) {
      fixTarget(group, instances, target, patience, now, repairs);
    }
    boolean allThere =
        instances.stream()
            .allMatch(
                each -> each.state() == Instance.State.DELETING || registered.contains(each.id()));
    if (allThere && repairs.isEmpty() && instances.size() >= target && growing.remove(group.id())) {
      backoff = backoff.succeeded(group.id());
    }
    return repairs;
  }

  /// Forgets machines that are no more.
  void forget(Set<String> instances, Instant now) {
    firstSeen.keySet().retainAll(instances);
    backoff = backoff.withoutStale(now);
  }

  private Repair removeFailed(NodeGroup group, List<Instance> failed, int target, Instant now) {
    Instance.Failure first = failed.getFirst().failure();
    if (first == null) {
      throw new IllegalStateException(failed.getFirst() + " has not failed");
    }
    failed(group.id(), first.errorClass(), first.code(), first.message(), now);
    return remove(
        group.id(),
        failed,
        target,
        "FailedCreation",
        "%d machines could not be created: %s: %s"
            .formatted(failed.size(), first.code(), first.message()));
  }

  private List<Instance> late(
      List<Instance> instances, Set<String> registered, Duration patience, Instant now) {
    List<Instance> late = new ArrayList<>();
    for (Instance each : instances) {
      if (each.state() == Instance.State.DELETING
          || each.failure() != null
          || registered.contains(each.id())) {
        firstSeen.remove(each.id());
        continue;
      }
      // A machine that runs was a node before or is one that we cannot see: its time starts now.
      Instant created = each.state() == Instance.State.CREATING ? each.created() : null;
      Instant since = created == null ? firstSeen.computeIfAbsent(each.id(), _ -> now) : created;
      if (since.plus(patience).isBefore(now)) {
        late.add(each);
      }
    }
    return late;
  }

  private Repair removeLate(
      NodeGroup group,
      List<Instance> late,
      int removable,
      int target,
      Duration patience,
      Instant now) {
    String message = "machines did not become nodes within " + patience;
    failed(group.id(), Instance.ErrorClass.OTHER, "timeout", message, now);
    List<Instance> some = late.subList(0, Math.min(removable, late.size()));
    return remove(
        group.id(), some, target, "ScaleUpTimedOut", "%d %s".formatted(some.size(), message));
  }

  private Repair remove(
      String group, List<Instance> instances, int target, String reason, String summary) {
    List<String> ids = instances.stream().map(Instance::id).toList();
    String call = "delete machines " + String.join(", ", ids) + " of node group " + group;
    int left = target - ids.size();
    if (!act) {
      return new Repair(group, target, left, reason, summary, List.of(), false);
    }
    try {
      provider.deleteInstances(group, ids);
      return new Repair(
          group,
          target,
          left,
          reason,
          summary,
          List.of(new Decision.ApiCall(call, true, "asked to remove them")),
          true);
    } catch (MangruException e) {
      return new Repair(
          group,
          target,
          left,
          reason,
          summary,
          List.of(new Decision.ApiCall(call, false, e.text())),
          false);
    }
  }

  /// A provider that lost machines keeps a target that nothing will reach.
  private void fixTarget(
      NodeGroup group,
      List<Instance> instances,
      int target,
      Duration patience,
      Instant now,
      List<Repair> repairs) {
    int there = (int) instances.stream().filter(i -> i.state() != Instance.State.DELETING).count();
    if (there >= target) {
      wrongSince.remove(group.id());
      return;
    }
    Instant since = wrongSince.computeIfAbsent(group.id(), _ -> now);
    if (!since.plus(patience).isBefore(now)) {
      return;
    }
    wrongSince.remove(group.id());
    String summary =
        "the group shall have %d machines and has had %d for %s".formatted(target, there, patience);
    String call = "decrease target of node group " + group.id() + " by " + (target - there);
    List<Decision.ApiCall> calls = new ArrayList<>();
    boolean done = false;
    if (act) {
      try {
        provider.decreaseTarget(group.id(), target - there);
        calls.add(new Decision.ApiCall(call, true, "done"));
        done = true;
      } catch (MangruException e) {
        calls.add(new Decision.ApiCall(call, false, e.text()));
      }
    }
    repairs.add(new Repair(group.id(), target, there, "FixedTargetSize", summary, calls, done));
  }
}
