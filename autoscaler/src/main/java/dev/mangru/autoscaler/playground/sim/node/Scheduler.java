package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.Fit;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.NodeShapes;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.PodShapes;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.model.error.MangruException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The default scheduler: filters by [Feasibility], then takes the node with the most room, away
/// from siblings and from nodes with soft taints. Higher priority first, then the older pod. Does
/// not preempt and knows no preferred affinity. Not thread-safe.
public final class Scheduler {

  private static final String NAME = "default-scheduler";

  /// A soft taint outweighs any room; a sibling a tenth of the node.
  private static final double SOFT_TAINT = 1000;

  private static final double SIBLING = 0.1;

  private final Cluster cluster;
  private final Events events;
  private Map<String, Seen> shapes = new HashMap<>();

  /// The scheduler of a cluster.
  public Scheduler(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
  }

  /// A shape and the version of the object that it was read from.
  private record Seen(String version, PodShape shape) {}

  /// Tries to place every pod that waits.
  public void run(Instant now) {
    List<ObjectNode> pods = cluster.list(Kinds.PODS);
    List<ObjectNode> waiting = new ArrayList<>();
    for (ObjectNode pod : pods) {
      if (Pods.node(pod).isEmpty()
          && Pods.active(pod)
          && Fields.text(pod, "spec", "schedulerName").equals(NAME)) {
        waiting.add(pod);
      }
    }
    if (waiting.isEmpty()) {
      return;
    }
    waiting.sort(
        Comparator.comparingInt((ObjectNode pod) -> -Fields.number(pod, "spec", "priority"))
            .thenComparing(pod -> Fields.text(pod, "metadata", "creationTimestamp"))
            .thenComparing(Fields::namespace)
            .thenComparing(Fields::name));
    ClusterShape shape = shape(pods);
    for (ObjectNode pod : waiting) {
      place(pod, shape, now);
    }
  }

  private ClusterShape shape(List<ObjectNode> pods) {
    Map<String, Seen> kept = new HashMap<>();
    List<PodShape> bound = new ArrayList<>();
    for (ObjectNode pod : pods) {
      if (!Pods.node(pod).isEmpty()) {
        String version = Fields.text(pod, "metadata", "resourceVersion");
        Seen seen = shapes.get(Fields.uid(pod));
        if (seen == null || !seen.version().equals(version)) {
          seen = new Seen(version, PodShapes.of(pod));
        }
        kept.put(Fields.uid(pod), seen);
        bound.add(seen.shape());
      }
    }
    shapes = kept;
    List<NodeShape> nodes = new ArrayList<>();
    for (ObjectNode node : cluster.list(Kinds.NODES)) {
      if (!Fields.deleting(node)) {
        nodes.add(NodeShapes.of(node));
      }
    }
    ClusterShape shape = ClusterShape.of(nodes, bound);
    for (ObjectNode namespace : cluster.list(Kinds.NAMESPACES)) {
      Map<String, String> labels = new HashMap<>();
      Fields.labels(namespace).forEachEntry((name, value) -> labels.put(name, value.asString("")));
      shape.namespace(Fields.name(namespace), labels);
    }
    return shape;
  }

  private void place(ObjectNode pod, ClusterShape shape, Instant now) {
    PodShape wanted;
    try {
      wanted = PodShapes.of(pod);
    } catch (MangruException bad) {
      refuse(pod, "SchedulerError", bad.text(), now);
      return;
    }
    NodeRoom best = null;
    double bestScore = Double.NEGATIVE_INFINITY;
    List<Fit> fits = new ArrayList<>();
    for (NodeRoom room : shape.rooms()) {
      Fit fit = Feasibility.check(wanted, room, shape);
      fits.add(fit);
      if (fit.fits()) {
        double score = score(wanted, room);
        if (score > bestScore) {
          best = room;
          bestScore = score;
        }
      }
    }
    if (best == null) {
      boolean gated = !wanted.placement().schedulingGates().isEmpty();
      refuse(
          pod,
          gated ? "SchedulingGated" : "Unschedulable",
          gated ? "Scheduling is blocked due to non-empty scheduling gates" : message(fits),
          now);
      return;
    }
    String node = best.node().name();
    if (bind(pod, node, now)) {
      shape.place(wanted, node);
    }
  }

  private static String message(List<Fit> fits) {
    String summary = Feasibility.summary(fits);
    return fits.isEmpty()
        ? summary
        : summary
            + " preemption: 0/"
            + fits.size()
            + " nodes are available: "
            + fits.size()
            + " Preemption is not helpful for scheduling.";
  }

  private static double score(PodShape pod, NodeRoom room) {
    Resources all = room.node().allocatable();
    Resources used = room.used();
    double cpu = free(all.cpuMilli(), used.cpuMilli() + pod.requests().cpuMilli());
    double memory = free(all.memoryBytes(), used.memoryBytes() + pod.requests().memoryBytes());
    double score = (cpu + memory) / 2;
    for (Taint taint : room.node().taints()) {
      if (!taint.keepsAway() && !pod.placement().tolerates(taint)) {
        score -= SOFT_TAINT;
      }
    }
    String owner = uid(pod);
    if (!owner.isEmpty()) {
      for (PodShape other : room.pods()) {
        score -= uid(other).equals(owner) ? SIBLING : 0;
      }
    }
    return score;
  }

  private static String uid(PodShape pod) {
    var owner = pod.owner();
    return owner == null ? "" : owner.uid();
  }

  private static double free(long all, long used) {
    return all == 0 ? 0 : (double) (all - used) / all;
  }

  private boolean bind(ObjectNode pod, String node, Instant now) {
    ObjectNode after =
        cluster.change(
            Kinds.PODS,
            pod,
            copy -> {
              if (Pods.node(copy).isEmpty() && !Fields.deleting(copy)) {
                Fields.object(copy, "spec").put("nodeName", node);
                Conditions.setOfPod(copy, "PodScheduled", "True", "", "", now);
              }
            });
    if (after == null || !Pods.node(after).equals(node)) {
      return false;
    }
    events.normal(
        after,
        NAME,
        "Scheduled",
        "Successfully assigned " + Fields.namespace(pod) + "/" + Fields.name(pod) + " to " + node,
        now);
    return true;
  }

  private void refuse(ObjectNode pod, String reason, String message, Instant now) {
    JsonNode before = Conditions.find(pod, "PodScheduled");
    boolean same =
        Fields.text(before, "status").equals("False")
            && Fields.text(before, "reason").equals(reason)
            && Fields.text(before, "message").equals(message);
    @Nullable ObjectNode after = pod;
    if (!same) {
      after =
          cluster.change(
              Kinds.PODS,
              pod,
              copy -> Conditions.setOfPod(copy, "PodScheduled", "False", reason, message, now));
    }
    if (after != null && !reason.equals("SchedulingGated")) {
      events.warning(after, NAME, "FailedScheduling", message, now);
    }
  }
}
