package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The replica set controller: as many pods as `spec.replicas` says.
final class ReplicaSets {

  private static final String COMPONENT = "replicaset-controller";

  /// Upstream's BurstReplicas.
  private static final int MOST_AT_ONCE = 500;

  private final Cluster cluster;
  private final Events events;

  ReplicaSets(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
  }

  void run(Instant now) {
    List<ObjectNode> sets = cluster.list(Kinds.REPLICA_SETS);
    if (sets.isEmpty()) {
      return;
    }
    List<ObjectNode> pods = cluster.list(Kinds.PODS);
    Map<String, List<ObjectNode>> owned = Pods.byController(pods);
    for (ObjectNode set : sets) {
      List<ObjectNode> active =
          new ArrayList<>(
              owned.getOrDefault(Fields.uid(set), List.of()).stream()
                  .filter(Pods::active)
                  .toList());
      if (!Fields.deleting(set)) {
        int wanted = Fields.numberOr(1, set, "spec", "replicas");
        if (active.size() < wanted) {
          create(set, active, Math.min(MOST_AT_ONCE, wanted - active.size()), now);
        } else if (active.size() > wanted) {
          delete(set, active, pods, Math.min(MOST_AT_ONCE, active.size() - wanted), now);
        }
      }
      writeStatus(set, active, now);
    }
  }

  private void create(ObjectNode set, List<ObjectNode> active, int count, Instant now) {
    for (int i = 0; i < count; i++) {
      ObjectNode pod = PodFactory.pod(set, "apps/v1", "ReplicaSet");
      Fields.object(pod, "metadata").put("generateName", Fields.name(set) + "-");
      ObjectNode made = cluster.create(Kinds.PODS, pod);
      if (made == null) {
        events.warning(
            set, COMPONENT, "FailedCreate", "Error creating: every generated name is taken", now);
        return;
      }
      active.add(made);
      events.normal(set, COMPONENT, "SuccessfulCreate", "Created pod: " + Fields.name(made), now);
    }
  }

  private void delete(
      ObjectNode set, List<ObjectNode> active, List<ObjectNode> all, int count, Instant now) {
    List<ObjectNode> order = ScaleDownOrder.sorted(active, all, now);
    for (ObjectNode pod : order.subList(0, count)) {
      if (cluster.delete(Kinds.PODS, pod, DeleteOptions.defaults())) {
        events.normal(set, COMPONENT, "SuccessfulDelete", "Deleted pod: " + Fields.name(pod), now);
      }
      active.remove(pod);
    }
  }

  private void writeStatus(ObjectNode set, List<ObjectNode> active, Instant now) {
    int minReady = Fields.number(set, "spec", "minReadySeconds");
    int ready = 0;
    int available = 0;
    for (ObjectNode pod : active) {
      ready += Pods.ready(pod) ? 1 : 0;
      available += Pods.available(pod, minReady, now) ? 1 : 0;
    }
    JsonNode before = set.path("status");
    int generation = Fields.number(set, "metadata", "generation");
    if (Fields.number(before, "replicas") == active.size()
        && Fields.number(before, "readyReplicas") == ready
        && Fields.number(before, "availableReplicas") == available
        && Fields.number(before, "observedGeneration") == generation) {
      return;
    }
    int readyNow = ready;
    int availableNow = available;
    cluster.change(
        Kinds.REPLICA_SETS,
        set,
        copy -> {
          ObjectNode status = Fields.object(copy, "status");
          status.put("replicas", active.size());
          Fields.putUnlessZero(status, "fullyLabeledReplicas", active.size());
          Fields.putUnlessZero(status, "readyReplicas", readyNow);
          Fields.putUnlessZero(status, "availableReplicas", availableNow);
          status.put("observedGeneration", generation);
          if (Conditions.find(copy, "ReplicaFailure").isObject()) {
            status.remove("conditions");
          }
        });
  }
}
