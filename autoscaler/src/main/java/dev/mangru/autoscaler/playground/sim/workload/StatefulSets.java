package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The stateful set controller: numbered pods, started one after the other and stopped from the
/// last. Volume claims are not simulated; a set that asks for them is told so by an event.
final class StatefulSets {

  private static final String COMPONENT = "statefulset-controller";
  private static final String REVISION = "controller-revision-hash";
  private static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
  private static final String POD_INDEX = "apps.kubernetes.io/pod-index";

  private final Cluster cluster;
  private final Events events;

  StatefulSets(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
  }

  void run(Instant now) {
    List<ObjectNode> sets = cluster.list(Kinds.STATEFUL_SETS);
    if (sets.isEmpty()) {
      return;
    }
    Map<String, List<ObjectNode>> owned = Pods.byController(cluster.list(Kinds.PODS));
    for (ObjectNode set : sets) {
      NavigableMap<Integer, ObjectNode> pods = new TreeMap<>();
      for (ObjectNode pod : owned.getOrDefault(Fields.uid(set), List.of())) {
        int ordinal = ordinal(set, pod);
        if (ordinal >= 0) {
          pods.put(ordinal, pod);
        }
      }
      String revision = revision(set);
      if (!Fields.deleting(set)) {
        sync(set, pods, revision, now);
      }
      writeStatus(set, pods, revision, now);
    }
  }

  private static int ordinal(ObjectNode set, ObjectNode pod) {
    String prefix = Fields.name(set) + "-";
    String name = Fields.name(pod);
    if (!name.startsWith(prefix)) {
      return -1;
    }
    try {
      return Integer.parseInt(name.substring(prefix.length()));
    } catch (NumberFormatException _) {
      // A pod that only looks like one of this set.
      return -1;
    }
  }

  private static String revision(ObjectNode set) {
    return Fields.name(set) + "-" + TemplateHash.of(Fields.at(set, "spec", "template"));
  }

  private void sync(
      ObjectNode set, NavigableMap<Integer, ObjectNode> pods, String revision, Instant now) {
    if (!Fields.at(set, "spec", "volumeClaimTemplates").isEmpty()) {
      events.warning(
          set,
          COMPONENT,
          "FailedCreate",
          "volumeClaimTemplates are not simulated in the playground; the pods get no volumes",
          now);
    }
    boolean parallel = Fields.text(set, "spec", "podManagementPolicy").equals("Parallel");
    int first = Fields.number(set, "spec", "ordinals", "start");
    int end = first + Fields.numberOr(1, set, "spec", "replicas");
    boolean steady = true;
    for (int ordinal = first; ordinal < end && (steady || parallel); ordinal++) {
      ObjectNode pod = pods.get(ordinal);
      if (pod == null) {
        create(set, ordinal, revision, now);
        steady = false;
      } else if (Pods.finished(pod) && !Fields.deleting(pod)) {
        delete(set, ordinal, pod, now);
        steady = false;
      } else {
        steady &= !Fields.deleting(pod) && available(set, pod, now);
      }
    }
    if (!steady && !parallel) {
      return;
    }
    for (Map.Entry<Integer, ObjectNode> entry : pods.descendingMap().entrySet()) {
      if (entry.getKey() >= end || entry.getKey() < first) {
        if (!Fields.deleting(entry.getValue())) {
          delete(set, entry.getKey(), entry.getValue(), now);
        }
        if (!parallel) {
          return;
        }
      }
    }
    if (steady) {
      update(set, pods, revision, first, now);
    }
  }

  /// Replaces the last pod of an older revision, one at a time.
  private void update(
      ObjectNode set,
      NavigableMap<Integer, ObjectNode> pods,
      String revision,
      int first,
      Instant now) {
    if (Fields.text(set, "spec", "updateStrategy", "type").equals("OnDelete")) {
      return;
    }
    int partition =
        first + Fields.number(set, "spec", "updateStrategy", "rollingUpdate", "partition");
    for (Map.Entry<Integer, ObjectNode> entry : pods.descendingMap().entrySet()) {
      if (entry.getKey() < partition) {
        return;
      }
      if (!Fields.text(Fields.labels(entry.getValue()), REVISION).equals(revision)) {
        delete(set, entry.getKey(), entry.getValue(), now);
        return;
      }
    }
  }

  private static boolean available(ObjectNode set, ObjectNode pod, Instant now) {
    return Pods.available(pod, Fields.number(set, "spec", "minReadySeconds"), now);
  }

  private void create(ObjectNode set, int ordinal, String revision, Instant now) {
    ObjectNode pod = PodFactory.pod(set, "apps/v1", "StatefulSet");
    String name = Fields.name(set) + "-" + ordinal;
    Fields.object(pod, "metadata").put("name", name);
    Fields.object(pod, "metadata", "labels")
        .put(REVISION, revision)
        .put(POD_NAME, name)
        .put(POD_INDEX, Integer.toString(ordinal));
    Fields.object(pod, "spec").put("hostname", name);
    String service = Fields.text(set, "spec", "serviceName");
    if (!service.isEmpty()) {
      Fields.object(pod, "spec").put("subdomain", service);
    }
    if (cluster.create(Kinds.PODS, pod) != null) {
      events.normal(
          set,
          COMPONENT,
          "SuccessfulCreate",
          "create Pod " + name + " in StatefulSet " + Fields.name(set) + " successful",
          now);
    }
  }

  private void delete(ObjectNode set, int ordinal, ObjectNode pod, Instant now) {
    if (cluster.delete(Kinds.PODS, pod, DeleteOptions.defaults())) {
      events.normal(
          set,
          COMPONENT,
          "SuccessfulDelete",
          "delete Pod "
              + Fields.name(set)
              + "-"
              + ordinal
              + " in StatefulSet "
              + Fields.name(set)
              + " successful",
          now);
    }
  }

  private void writeStatus(
      ObjectNode set, NavigableMap<Integer, ObjectNode> pods, String revision, Instant now) {
    ObjectNode trial = set.deepCopy();
    fill(trial, pods, revision, now);
    if (!trial.path("status").equals(set.path("status"))) {
      cluster.change(Kinds.STATEFUL_SETS, set, latest -> fill(latest, pods, revision, now));
    }
  }

  private static void fill(
      ObjectNode set, NavigableMap<Integer, ObjectNode> pods, String revision, Instant now) {
    int ready = 0;
    int available = 0;
    int updated = 0;
    for (ObjectNode pod : pods.values()) {
      ready += Pods.ready(pod) && Pods.active(pod) ? 1 : 0;
      available += Pods.active(pod) && available(set, pod, now) ? 1 : 0;
      updated +=
          Pods.active(pod) && Fields.text(Fields.labels(pod), REVISION).equals(revision) ? 1 : 0;
    }
    ObjectNode status = Fields.object(set, "status");
    @Nullable JsonNode before = status.get("currentRevision");
    boolean done = updated == pods.size();
    status
        .put("observedGeneration", Fields.number(set, "metadata", "generation"))
        .put("replicas", pods.size())
        .put("currentRevision", before == null || done ? revision : before.asString(revision))
        .put("updateRevision", revision)
        .put("collisionCount", 0)
        .put("availableReplicas", available);
    Fields.putUnlessZero(status, "readyReplicas", ready);
    Fields.putUnlessZero(status, "updatedReplicas", updated);
    Fields.putUnlessZero(status, "currentReplicas", done ? updated : pods.size() - updated);
  }
}
