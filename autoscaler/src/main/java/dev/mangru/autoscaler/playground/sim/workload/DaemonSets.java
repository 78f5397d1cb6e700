package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.NodeShapes;
import dev.mangru.autoscaler.node.shape.PodPlacement;
import dev.mangru.autoscaler.node.shape.PodShapes;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.IntOrPercent;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The daemon set controller: one pod on each node that its placement allows.
final class DaemonSets {

  private static final String COMPONENT = "daemonset-controller";
  private static final String HASH = "controller-revision-hash";
  private static final String GENERATION = "pod-template-generation";

  private final Cluster cluster;
  private final Events events;

  DaemonSets(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
  }

  void run(Instant now) {
    List<ObjectNode> sets = cluster.list(Kinds.DAEMON_SETS);
    if (sets.isEmpty()) {
      return;
    }
    List<ObjectNode> nodes = cluster.list(Kinds.NODES);
    Map<String, List<ObjectNode>> owned = Pods.byController(cluster.list(Kinds.PODS));
    for (ObjectNode set : sets) {
      sync(set, nodes, owned.getOrDefault(Fields.uid(set), List.of()), now);
    }
  }

  /// The node that a daemon pod is for: where it is, or where its affinity says it must go.
  private static String nodeOf(ObjectNode pod) {
    String bound = Pods.node(pod);
    if (!bound.isEmpty()) {
      return bound;
    }
    JsonNode terms =
        Fields.at(
            pod,
            "spec",
            "affinity",
            "nodeAffinity",
            "requiredDuringSchedulingIgnoredDuringExecution",
            "nodeSelectorTerms");
    for (JsonNode field : terms.path(0).path("matchFields")) {
      if (Fields.text(field, "key").equals("metadata.name")) {
        return field.path("values").path(0).asString("");
      }
    }
    return "";
  }

  private void sync(ObjectNode set, List<ObjectNode> nodes, List<ObjectNode> pods, Instant now) {
    Map<String, List<ObjectNode>> byNode = new LinkedHashMap<>();
    for (ObjectNode pod : pods) {
      byNode.computeIfAbsent(nodeOf(pod), _ -> new ArrayList<>()).add(pod);
    }
    String hash = TemplateHash.of(Fields.at(set, "spec", "template"));
    PodPlacement placement = PodShapes.of(pod(set, "", hash)).placement();
    Counts counts = new Counts();
    for (ObjectNode node : nodes) {
      List<ObjectNode> there = byNode.getOrDefault(Fields.name(node), List.of());
      NodeShape shape = NodeShapes.of(node);
      boolean wanted = placement.selects(shape) && tolerates(placement, shape);
      counts.node(set, wanted, there, hash, now);
      if (!Fields.deleting(set)) {
        onNode(set, Fields.name(node), wanted, there, hash, now);
      }
    }
    if (!Fields.deleting(set)) {
      update(set, pods, hash, counts, now);
    }
    writeStatus(set, counts);
  }

  private static boolean tolerates(PodPlacement placement, NodeShape node) {
    for (Taint taint : node.taints()) {
      if (taint.keepsAway() && !placement.tolerates(taint)) {
        return false;
      }
    }
    return true;
  }

  private void onNode(
      ObjectNode set,
      String node,
      boolean wanted,
      List<ObjectNode> there,
      String hash,
      Instant now) {
    if (wanted && there.isEmpty()) {
      ObjectNode made = cluster.create(Kinds.PODS, pod(set, node, hash));
      if (made != null) {
        events.normal(set, COMPONENT, "SuccessfulCreate", "Created pod: " + Fields.name(made), now);
      }
      return;
    }
    int kept = 0;
    for (ObjectNode pod : there) {
      boolean failed = Pods.finished(pod);
      if (!Fields.deleting(pod) && (!wanted || failed || kept > 0)) {
        delete(set, pod, now);
      } else {
        kept++;
      }
    }
  }

  private void delete(ObjectNode set, ObjectNode pod, Instant now) {
    if (cluster.delete(Kinds.PODS, pod, DeleteOptions.defaults())) {
      events.normal(set, COMPONENT, "SuccessfulDelete", "Deleted pod: " + Fields.name(pod), now);
    }
  }

  /// Removes pods of older templates, as many as may be missing; their successors come next pass.
  private void update(
      ObjectNode set, List<ObjectNode> pods, String hash, Counts counts, Instant now) {
    if (Fields.text(set, "spec", "updateStrategy", "type").equals("OnDelete")) {
      return;
    }
    int most =
        IntOrPercent.of(
            Fields.at(set, "spec", "updateStrategy", "rollingUpdate", "maxUnavailable"),
            "1",
            counts.desired,
            true);
    int may = Math.max(1, most) - (counts.desired - counts.available);
    for (ObjectNode pod : pods) {
      boolean old = !Fields.text(Fields.labels(pod), HASH).equals(hash);
      if (!old || Fields.deleting(pod)) {
        continue;
      }
      boolean free = !Pods.ready(pod);
      if (free || may > 0) {
        delete(set, pod, now);
        may -= free ? 0 : 1;
      }
    }
  }

  private static ObjectNode pod(ObjectNode set, String node, String hash) {
    ObjectNode pod = PodFactory.pod(set, "apps/v1", "DaemonSet");
    Fields.object(pod, "metadata").put("generateName", Fields.name(set) + "-");
    Fields.object(pod, "metadata", "labels")
        .put(HASH, hash)
        .put(GENERATION, Integer.toString(Fields.number(set, "metadata", "generation")));
    ArrayNode tolerations = Fields.array(Fields.object(pod, "spec"), "tolerations");
    for (int i = tolerations.size() - 1; i >= 0; i--) {
      if (tolerations.path(i).has("tolerationSeconds")) {
        tolerations.remove(i);
      }
    }
    tolerate(tolerations, "not-ready", "NoExecute");
    tolerate(tolerations, "unreachable", "NoExecute");
    tolerate(tolerations, "disk-pressure", "NoSchedule");
    tolerate(tolerations, "memory-pressure", "NoSchedule");
    tolerate(tolerations, "pid-pressure", "NoSchedule");
    tolerate(tolerations, "unschedulable", "NoSchedule");
    if (!node.isEmpty()) {
      pinTo(pod, node);
    }
    return pod;
  }

  private static void tolerate(ArrayNode tolerations, String key, String effect) {
    tolerations
        .addObject()
        .put("key", "node.kubernetes.io/" + key)
        .put("operator", "Exists")
        .put("effect", effect);
  }

  /// Every required term also asks for the node's name, as upstream's
  /// ReplaceDaemonSetPodNodeAffinity.
  private static void pinTo(ObjectNode pod, String node) {
    ObjectNode required =
        Fields.object(
            pod,
            "spec",
            "affinity",
            "nodeAffinity",
            "requiredDuringSchedulingIgnoredDuringExecution");
    ArrayNode terms = Fields.array(required, "nodeSelectorTerms");
    terms.removeAll();
    terms
        .addObject()
        .putArray("matchFields")
        .addObject()
        .put("key", "metadata.name")
        .put("operator", "In")
        .putArray("values")
        .add(node);
  }

  /// What the status says.
  private static final class Counts {
    private int desired;
    private int current;
    private int misscheduled;
    private int ready;
    private int available;
    private int updated;

    void node(ObjectNode set, boolean wanted, List<ObjectNode> there, String hash, Instant now) {
      List<ObjectNode> active = there.stream().filter(Pods::active).toList();
      if (!wanted) {
        misscheduled += active.isEmpty() ? 0 : 1;
        return;
      }
      desired++;
      if (active.isEmpty()) {
        return;
      }
      ObjectNode pod = active.getFirst();
      current++;
      ready += Pods.ready(pod) ? 1 : 0;
      available += Pods.available(pod, Fields.number(set, "spec", "minReadySeconds"), now) ? 1 : 0;
      updated += Fields.text(Fields.labels(pod), HASH).equals(hash) ? 1 : 0;
    }
  }

  private void writeStatus(ObjectNode set, Counts counts) {
    ObjectNode trial = set.deepCopy();
    fill(trial, counts);
    if (!trial.path("status").equals(set.path("status"))) {
      cluster.change(Kinds.DAEMON_SETS, set, latest -> fill(latest, counts));
    }
  }

  private static void fill(ObjectNode set, Counts counts) {
    ObjectNode status = Fields.object(set, "status");
    status
        .put("currentNumberScheduled", counts.current)
        .put("numberMisscheduled", counts.misscheduled)
        .put("desiredNumberScheduled", counts.desired)
        .put("numberReady", counts.ready)
        .put("observedGeneration", Fields.number(set, "metadata", "generation"));
    Fields.putUnlessZero(status, "updatedNumberScheduled", counts.updated);
    Fields.putUnlessZero(status, "numberAvailable", counts.available);
    Fields.putUnlessZero(status, "numberUnavailable", counts.desired - counts.available);
  }
}
