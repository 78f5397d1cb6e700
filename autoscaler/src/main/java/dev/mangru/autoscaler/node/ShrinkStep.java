package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.act.Drain;
import dev.mangru.autoscaler.node.act.Drainer;
import dev.mangru.autoscaler.node.act.NodeChange;
import dev.mangru.autoscaler.node.act.NodeCluster;
import dev.mangru.autoscaler.node.plan.Eligibility;
import dev.mangru.autoscaler.node.plan.GroupView;
import dev.mangru.autoscaler.node.plan.PendingPods;
import dev.mangru.autoscaler.node.plan.ScaleDownPlan;
import dev.mangru.autoscaler.node.plan.ScaleDownPlanner;
import dev.mangru.autoscaler.node.plan.Unremovable;
import dev.mangru.autoscaler.node.provider.NodeGroupOptions;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The part of a pass that finds nodes nobody needs, marks them and begins removals. Confined to
/// the thread that runs passes.
final class ShrinkStep {

  private final NodeCluster cluster;
  private final NodeAutoscalerOptions options;
  private final Drainer drainer;
  private final Recorder recorder;
  private final Memory memory;
  private final Ticker ticker;

  ShrinkStep(
      NodeCluster cluster,
      NodeAutoscalerOptions options,
      Drainer drainer,
      Recorder recorder,
      Memory memory,
      Ticker ticker) {
    this.cluster = cluster;
    this.options = options;
    this.drainer = drainer;
    this.recorder = recorder;
    this.memory = memory;
    this.ticker = ticker;
  }

  ScaleDownPlan run(World world, PendingPods pending) {
    NodeAutoscalerOptions.Shrinking shrinking = options.shrinking();
    Map<String, ScaleDownPlanner.Group> groups = groups(world);
    ScaleDownPlanner.Known known =
        new ScaleDownPlanner.Known(
            groups,
            world.drains().keySet(),
            (int) world.drains().values().stream().filter(Drain::hadPods).count(),
            world.snapshot().budgets(),
            world.snapshot().controllers(),
            memory.unneeded,
            memory.held,
            cooldown(world.now()));
    ScaleDownPlanner.Rules rules =
        new ScaleDownPlanner.Rules(
            options.drain(),
            shrinking.scaleDownUnready(),
            options.gpuResource(),
            shrinking.maxNonEmptyCandidates(),
            shrinking.candidatePoolRatio(),
            shrinking.candidatePoolMin(),
            shrinking.recheck(),
            shrinking.simulationTime(),
            shrinking.maxParallelism(),
            shrinking.maxDrainParallelism(),
            options.limits());
    ClusterShape shape = withPending(world, pending);
    ScaleDownPlan plan = ScaleDownPlanner.plan(shape, known, rules, world.now(), ticker);
    memory.unneeded = plan.unneeded();
    memory.held = new HashMap<>(plan.recentlyUnremovable());
    memory.nodes = plan.nodes();
    begin(plan, world, groups);
    softTaints(plan, world);
    return plan;
  }

  /// The cluster with waiting pods where they will go, so that the room they need is not taken
  /// away.
  private static ClusterShape withPending(World world, PendingPods pending) {
    ClusterShape shape = world.asIs();
    List<NodeRoom> rooms = List.copyOf(shape.rooms());
    for (PodShape pod : pending.wanting()) {
      for (NodeRoom room : rooms) {
        NodeShape node = room.node();
        boolean takes = node.ready() && !world.drains().containsKey(node.name());
        if (takes && Feasibility.fits(pod, room, shape)) {
          shape.place(pod, node.name());
          break;
        }
      }
    }
    return shape;
  }

  private Map<String, ScaleDownPlanner.Group> groups(World world) {
    Map<String, ScaleDownPlanner.Group> byId = new HashMap<>();
    for (GroupView view : world.groups()) {
      if (view.problem() != null) {
        continue; // its size is not known, so nothing of it may go
      }
      int going =
          (int)
              world.drains().values().stream()
                  .filter(d -> d.group().equals(view.id()) && d.deletedAt() == null)
                  .count();
      byId.put(view.id(), group(view, going));
    }
    Map<String, ScaleDownPlanner.Group> byNode = new HashMap<>();
    world
        .groupOf()
        .forEach((node, group) -> {
          ScaleDownPlanner.Group known = byId.get(group.id());
          if (known != null) {
            byNode.put(node, known);
          }
        });
    return byNode;
  }

  private ScaleDownPlanner.Group group(GroupView view, int going) {
    NodeAutoscalerOptions.Shrinking usual = options.shrinking();
    NodeGroupOptions own = view.options();
    return new ScaleDownPlanner.Group(
        view.group(),
        view.targetSize(),
        going,
        Objects.requireNonNullElse(own.utilizationThreshold(), usual.utilizationThreshold()),
        Objects.requireNonNullElse(own.unneeded(), usual.unneeded()),
        Objects.requireNonNullElse(own.unready(), usual.unready()),
        Objects.requireNonNullElse(own.ignoreDaemonSetsUtilization(), usual.ignoreDaemonSets()),
        own.atomic());
  }

  private @Nullable String cooldown(Instant now) {
    NodeAutoscalerOptions.Shrinking shrinking = options.shrinking();
    String after = within(memory.lastGrowth, shrinking.delayAfterAdd(), "nodes were added", now);
    if (after == null) {
      after =
          within(memory.lastFailedRemoval, shrinking.delayAfterFailure(), "a removal failed", now);
    }
    if (after == null) {
      after = within(memory.lastRemoval, shrinking.delayAfterDelete(), "a node was removed", now);
    }
    return after;
  }

  private static @Nullable String within(
      @Nullable Instant last, Duration delay, String what, Instant now) {
    return last != null && last.plus(delay).isAfter(now)
        ? "%s at %s; nothing goes until %s".formatted(what, last, last.plus(delay))
        : null;
  }

  private void begin(ScaleDownPlan plan, World world, Map<String, ScaleDownPlanner.Group> groups) {
    Map<String, NodeShape> shapes = new HashMap<>();
    world.snapshot().nodes().forEach(node -> shapes.put(node.name(), node));
    Map<String, Integer> sizes = new HashMap<>();
    for (ScaleDownPlan.Removal removal : plan.now()) {
      NodeShape node = shapes.get(removal.node());
      ScaleDownPlanner.Group group = groups.get(removal.node());
      if (node == null || group == null) {
        throw new IllegalStateException("planned removal of unknown node " + removal.node());
      }
      int size = sizes.getOrDefault(removal.group(), group.targetSize() - group.going());
      sizes.put(removal.group(), size - 1);
      beginOne(plan, removal, node, size, world.now());
    }
  }

  private void beginOne(
      ScaleDownPlan plan, ScaleDownPlan.Removal removal, NodeShape node, int size, Instant now) {
    boolean empty = removal.pods().isEmpty();
    String summary =
        "node %s of group %s is not needed since %s: %s"
            .formatted(
                node.name(),
                removal.group(),
                plan.unneeded().of(node.name()),
                empty ? "it is empty and goes" : removal.pods().size() + " pods move and it goes");
    List<Decision.Input> inputs = inputs(plan, removal, now);
    List<Decision.Clamp> clamps =
        List.of(new Decision.Clamp("group minimum", size - 1, size - 1, "not reached"));
    if (!options.act()) {
      if (recorder.isNew("observed node " + node.name(), "removal", now)) {
        recorder.record(
            now,
            removal.group(),
            Decision.Outcome.OBSERVED,
            size,
            size - 1,
            summary,
            "ScaleDown",
            inputs,
            clamps,
            List.of());
      }
      return;
    }
    try {
      Decision.ApiCall call = drainer.begin(node, removal.group(), !empty, now);
      recorder.record(
          now,
          removal.group(),
          Decision.Outcome.HELD,
          size,
          size - 1,
          summary,
          "DrainStarted",
          inputs,
          clamps,
          List.of(call));
      recorder.event(
          ClusterEvent.ofNode(
              node.name(), false, "ScaleDown", "marked the node as toBeDeleted/unschedulable"),
          now);
    } catch (MangruException e) {
      memory.lastFailedRemoval = now;
      String call = "PATCH nodes/" + node.name();
      recorder.record(
          now,
          removal.group(),
          Decision.Outcome.FAILED,
          size,
          size - 1,
          summary + ", but it could not be marked: " + e.text(),
          "ScaleDownFailed",
          inputs,
          clamps,
          List.of(new Decision.ApiCall(call, false, e.text())));
    }
  }

  private static List<Decision.Input> inputs(
      ScaleDownPlan plan, ScaleDownPlan.Removal removal, Instant now) {
    List<Decision.Input> inputs = new ArrayList<>();
    for (ScaleDownPlan.Node node : plan.nodes()) {
      if (node.name().equals(removal.node())) {
        inputs.add(DecisionInputs.node(node, now));
      }
    }
    Map<String, List<String>> members = new HashMap<>();
    removal
        .moves()
        .forEach((pod, to) -> members.computeIfAbsent("to " + to, _ -> new ArrayList<>()).add(pod));
    inputs.add(
        new Decision.Input(
            "pods to move",
            (double) removal.pods().size(),
            "pods",
            null,
            null,
            null,
            false,
            now,
            members,
            Map.of(),
            null,
            "where each would fit"));
    return inputs;
  }

  /// Marks what is not needed, so that schedulers prefer other nodes and the time outlives this
  /// process, and unmarks what is needed again.
  private void softTaints(ScaleDownPlan plan, World world) {
    int left = options.act() ? options.shrinking().maxSoftTaints() : 0;
    long start = ticker.read();
    for (NodeShape node : world.snapshot().nodes()) {
      boolean late = ticker.read() - start > options.shrinking().softTaintTime().toNanos();
      if (left <= 0 || late) {
        return;
      }
      Instant since = plan.unneeded().of(node.name());
      boolean marked = node.taint(Eligibility.DELETION_CANDIDATE) != null;
      boolean going = drainer.drains().containsKey(node.name());
      if (going || marked == (since != null)) {
        continue;
      }
      left--;
      NodeChange change =
          since == null
              ? NodeChange.untaint(Eligibility.DELETION_CANDIDATE)
              : NodeChange.taint(
                  new Taint(
                      Eligibility.DELETION_CANDIDATE,
                      Long.toString(since.getEpochSecond()),
                      "PreferNoSchedule"));
      mark(node, change, world.now());
    }
  }

  private void mark(NodeShape node, NodeChange change, Instant now) {
    try {
      cluster.change(node.name(), change);
    } catch (MangruException e) {
      if (recorder.isNew("soft taint " + node.name(), e.text(), now)) {
        recorder.record(
            now,
            "*",
            Decision.Outcome.FAILED,
            0,
            0,
            "node " + node.name() + " could not be marked: " + e.text(),
            "SoftTaintFailed",
            List.of(),
            List.of(),
            List.of(new Decision.ApiCall("PATCH nodes/" + node.name(), false, e.text())));
      }
    }
  }

  /// Remembers a removal that failed.
  void failed(Drain drain, String problem, Instant now) {
    memory.lastFailedRemoval = now;
    memory.held.put(
        drain.node(),
        new ScaleDownPlan.Held(
            now.plus(options.shrinking().recheck()), Unremovable.UNEXPECTED_ERROR, problem));
  }
}
