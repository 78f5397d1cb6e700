package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.act.ClusterSnapshot;
import dev.mangru.autoscaler.node.act.NodeChange;
import dev.mangru.autoscaler.node.act.NodeCluster;
import dev.mangru.autoscaler.node.plan.Controllers;
import dev.mangru.autoscaler.node.plan.DisruptionBudget;
import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.LabelSelector;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodCondition;
import dev.mangru.autoscaler.node.shape.PodLife;
import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A cluster in memory that lives: machines boot, pods are made, placed, end and are made again. It
/// refuses what a real one refuses, and complains loudly about what a node autoscaler must never
/// do.
final class SmallCluster implements NodeCluster, NodeGroupProvider {

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final String GROUP_LABEL = "mangru.io/node-group";

  private static final Duration ENDING = Duration.ofSeconds(10);

  record Machine(
      String id, String group, Instance.State state, Instant created, Instant next, boolean fails) {
    Machine in(Instance.State newState, Instant newNext) {
      return new Machine(id, group, newState, created, newNext, fails);
    }
  }

  record Workload(PodShape template, int replicas, int minAvailable) {}

  final Map<String, NodeGroup> groups = new LinkedHashMap<>();
  final Map<String, Resources> sizes = new HashMap<>();
  final Map<String, Machine> machines = new LinkedHashMap<>();
  final Map<String, NodeShape> nodes = new LinkedHashMap<>();
  final Map<String, PodShape> pods = new LinkedHashMap<>();
  final Map<String, Workload> workloads = new TreeMap<>();
  final List<ClusterEvent> events = new ArrayList<>();
  final List<String> sins = new ArrayList<>();
  Duration boot = Duration.ofSeconds(40);
  boolean machinesNeverRegister;
  boolean machinesFail;
  boolean blockEvictions;
  double faultRate;
  final Set<String> unreadable = new HashSet<>();
  SplittableRandom chance = new SplittableRandom(1);
  Instant now = START;
  private int numbers;

  void group(String id, int min, int max, Resources size, int initial) {
    groups.put(id, new NodeGroup(id, min, max, true));
    sizes.put(id, size);
    for (int i = 0; i < initial; i++) {
      String name = id + "-" + numbers++;
      machines.put(name, new Machine(name, id, Instance.State.RUNNING, now, now, false));
      nodes.put(name, node(name, id));
    }
  }

  void workload(String name, int replicas, long cpuMilli, int minAvailable) {
    PodShape template =
        PodShape.of("shop", name, Resources.ofPod(cpuMilli, 64L << 20))
            .withLabels(Map.of("app", name))
            .ownedBy(new PodOwner("apps/v1", "ReplicaSet", name, "uid-" + name));
    workload(name, template, replicas, minAvailable);
  }

  void workload(String name, PodShape template, int replicas, int minAvailable) {
    workloads.put(name, new Workload(template, replicas, minAvailable));
  }

  void scale(String name, int replicas) {
    workloads.computeIfPresent(
        name, (_, w) -> new Workload(w.template(), replicas, w.minAvailable()));
  }

  private NodeShape node(String name, String group) {
    NodeShape node = NodeShape.of(name, sizes.getOrDefault(group, Resources.NONE));
    Map<String, String> labels = new HashMap<>(node.labels());
    labels.put(GROUP_LABEL, group);
    return new NodeShape(
        name,
        labels,
        Map.of(),
        List.of(),
        false,
        node.capacity(),
        node.allocatable(),
        true,
        now,
        now,
        false,
        name);
  }

  // ---- life ------------------------------------------------------------------------------------

  void step(Duration by) {
    now = now.plus(by);
    for (Machine machine : List.copyOf(machines.values())) {
      live(machine);
    }
    pods.values().removeIf(this::isOver);
    workloads.forEach(this::keepReplicas);
    schedule();
  }

  private void live(Machine machine) {
    if (machine.next().isAfter(now)) {
      return;
    }
    switch (machine.state()) {
      case CREATING -> {
        if (!machine.fails() && !machinesNeverRegister) {
          machines.put(machine.id(), machine.in(Instance.State.RUNNING, now));
          nodes.put(machine.id(), node(machine.id(), machine.group()));
        }
      }
      case RUNNING -> {}
      case DELETING -> {
        machines.remove(machine.id());
        nodes.remove(machine.id());
        pods.values().removeIf(pod -> machine.id().equals(pod.nodeName()));
      }
    }
  }

  private boolean isOver(PodShape pod) {
    Instant deletion = pod.life().deletionTimestamp();
    return deletion != null && !deletion.isAfter(now);
  }

  private void keepReplicas(String name, Workload workload) {
    List<PodShape> alive =
        pods.values().stream()
            .filter(pod -> name.equals(pod.labels().get("app")) && !pod.isTerminating())
            .toList();
    for (int i = alive.size(); i < workload.replicas(); i++) {
      PodShape template = workload.template();
      String pod = name + "-" + numbers++;
      PodLife life = new PodLife(null, "Pending", "Always", now, null, 30L, List.of());
      PodShape made =
          new PodShape(
              template.namespace(),
              pod,
              "uid-" + pod,
              template.labels(),
              template.annotations(),
              template.owner(),
              template.priority(),
              template.requests(),
              template.placement(),
              template.volumes(),
              life);
      pods.put(made.key(), made);
    }
    for (int i = workload.replicas(); i < alive.size(); i++) {
      pods.remove(alive.get(i).key());
    }
  }

  private void schedule() {
    ClusterShape shape = ClusterShape.of(nodes.values(), pods.values());
    for (PodShape pod : List.copyOf(pods.values())) {
      if (pod.nodeName() != null || pod.isTerminating()) {
        continue;
      }
      NodeRoom found = null;
      for (NodeRoom room : shape.rooms()) {
        boolean soft = room.node().taints().stream().anyMatch(taint -> !taint.keepsAway());
        if (room.node().ready()
            && (found == null || !soft)
            && Feasibility.check(pod, room, shape).fits()) {
          found = room;
          if (!soft) {
            break;
          }
        }
      }
      pods.put(pod.key(), found == null ? unschedulable(pod) : running(pod, found, shape));
    }
  }

  PodShape unschedulable(PodShape pod) {
    PodLife life = pod.life();
    return pod.withLife(
        new PodLife(
            null,
            "Pending",
            life.restartPolicy(),
            life.created(),
            null,
            life.gracePeriodSeconds(),
            List.of(new PodCondition("PodScheduled", "False", "Unschedulable", "", now))));
  }

  private static PodShape running(PodShape pod, NodeRoom room, ClusterShape shape) {
    shape.place(pod, room.node().name());
    PodLife life = pod.life();
    return pod.withLife(
        new PodLife(
            room.node().name(),
            "Running",
            life.restartPolicy(),
            life.created(),
            null,
            life.gracePeriodSeconds(),
            List.of()));
  }

  long pending() {
    return pods.values().stream().filter(pod -> pod.nodeName() == null).count();
  }

  List<String> taints() {
    return nodes.values().stream()
        .flatMap(node -> node.taints().stream().map(taint -> node.name() + " " + taint.key()))
        .toList();
  }

  // ---- cluster ---------------------------------------------------------------------------------

  private void maybeFail(String call) {
    if (faultRate > 0 && chance.nextDouble() < faultRate) {
      throw new MangruException(ErrorCode.UNAVAILABLE, call + " failed by chance");
    }
  }

  @Override
  public ClusterSnapshot read() {
    maybeFail("read");
    List<DisruptionBudget> budgets = new ArrayList<>();
    Map<String, Integer> controllers = new HashMap<>();
    workloads.forEach((name, workload) -> {
      controllers.put(
          Controllers.key("ReplicaSet", "shop", name), Integer.valueOf(workload.replicas()));
      budgets.add(
          new DisruptionBudget("shop", name, LabelSelector.of(Map.of("app", name)), allowed(name)));
    });
    return new ClusterSnapshot(
        nodes.values().stream().filter(node -> !unreadable.contains(node.name())).toList(),
        unreadable,
        List.copyOf(pods.values()),
        budgets,
        List.of(),
        new Controllers(controllers),
        Map.of(),
        List.of(),
        List.of());
  }

  private int allowed(String workload) {
    Workload kept = workloads.get(workload);
    if (kept == null) {
      return 0;
    }
    long healthy =
        pods.values().stream()
            .filter(pod -> workload.equals(pod.labels().get("app")))
            .filter(pod -> pod.nodeName() != null && !pod.isTerminating())
            .count();
    return (int) Math.max(0, healthy - kept.minAvailable());
  }

  @Override
  public Eviction evict(PodShape pod, long gracePeriodSeconds) {
    maybeFail("evict");
    PodShape there = pods.get(pod.key());
    if (there == null) {
      return new Eviction.Gone();
    }
    String app = there.labels().getOrDefault("app", "");
    if (blockEvictions || allowed(app) < 1) {
      return new Eviction.Blocked(
          "Cannot evict pod as it would violate the pod's disruption budget.");
    }
    PodLife life = there.life();
    pods.put(
        there.key(),
        there.withLife(
            new PodLife(
                life.nodeName(),
                life.phase(),
                life.restartPolicy(),
                life.created(),
                now.plus(ENDING),
                gracePeriodSeconds,
                life.conditions())));
    return new Eviction.Accepted();
  }

  @Override
  public void change(String name, NodeChange change) {
    maybeFail("change");
    NodeShape node = nodes.get(name);
    if (node == null) {
      throw new MangruException(ErrorCode.NOT_FOUND, "no node " + name);
    }
    List<Taint> taints = new ArrayList<>(node.taints());
    taints.removeIf(taint ->
        change.removeTaints().contains(taint.key())
            || change.addTaints().stream().anyMatch(added -> added.key().equals(taint.key())));
    taints.addAll(change.addTaints());
    Map<String, String> annotations = new HashMap<>(node.annotations());
    annotations.putAll(change.annotate());
    annotations.keySet().removeAll(change.removeAnnotations());
    Boolean cordon = change.unschedulable();
    NodeShape changed = node.withTaints(taints).withAnnotations(annotations);
    nodes.put(name, cordon == null ? changed : changed.cordoned(cordon));
  }

  @Override
  public void event(ClusterEvent event) {
    maybeFail("event");
    events.add(event);
  }

  // ---- provider --------------------------------------------------------------------------------

  @Override
  public List<NodeGroup> groups() {
    return List.copyOf(groups.values());
  }

  @Override
  public Optional<NodeGroup> groupOf(NodeShape node) {
    return Optional.ofNullable(groups.get(node.labels().getOrDefault(GROUP_LABEL, "")));
  }

  @Override
  public int targetSize(String group) {
    return (int)
        machines.values().stream()
            .filter(m -> m.group().equals(group) && m.state() != Instance.State.DELETING)
            .count();
  }

  private NodeGroup known(String id) {
    NodeGroup group = groups.get(id);
    if (group == null) {
      throw new MangruException(ErrorCode.NOT_FOUND, "no group " + id);
    }
    return group;
  }

  @Override
  public void increase(String id, int by) {
    maybeFail("increase");
    if (targetSize(id) + by > known(id).maxSize()) {
      sins.add("group " + id + " was made larger than its maximum");
    }
    for (int i = 0; i < by; i++) {
      String name = id + "-" + numbers++;
      machines.put(
          name, new Machine(name, id, Instance.State.CREATING, now, now.plus(boot), machinesFail));
    }
  }

  @Override
  public void decreaseTarget(String group, int by) {
    maybeFail("decreaseTarget");
    throw new MangruException(ErrorCode.UNAVAILABLE, "there is nothing to decrease");
  }

  @Override
  public void delete(String id, Collection<NodeShape> leaving) {
    maybeFail("delete");
    if (targetSize(id) - leaving.size() < known(id).minSize()) {
      sins.add("group " + id + " was made smaller than its minimum");
    }
    for (NodeShape node : leaving) {
      pods.values().stream()
          .filter(pod -> node.name().equals(pod.nodeName()) && !pod.isTerminating())
          .forEach(pod -> sins.add("node " + node.name() + " was deleted with " + pod.key()));
      machines.computeIfPresent(
          node.name(), (_, m) -> m.in(Instance.State.DELETING, now.plusSeconds(5)));
    }
  }

  @Override
  public void deleteInstances(String group, Collection<String> ids) {
    maybeFail("deleteInstances");
    ids.forEach(machines::remove);
  }

  @Override
  public List<Instance> instances(String group) {
    maybeFail("instances");
    return machines.values().stream()
        .filter(m -> m.group().equals(group))
        .map(m -> new Instance(m.id(), m.state(), failure(m), m.created()))
        .toList();
  }

  private Instance.Failure failure(Machine machine) {
    return machine.fails() && !machine.next().isAfter(now)
        ? new Instance.Failure(
            Instance.ErrorClass.OUT_OF_RESOURCES, "STOCKOUT", "no machines are left")
        : null;
  }

  @Override
  public Optional<NodeTemplate> template(String group) {
    return Optional.of(new NodeTemplate(node("template", group), List.of()));
  }

  @Override
  public void refresh() {
    maybeFail("refresh");
  }
}
