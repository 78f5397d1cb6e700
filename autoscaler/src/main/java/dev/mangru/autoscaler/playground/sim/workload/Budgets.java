package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.api.LabelSelector;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.IntOrPercent;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The disruption controller: how many pods a budget lets go (upstream
/// `pkg/controller/disruption`).
final class Budgets {

  /// An eviction that did not come to pass is forgotten after this; upstream DeletionTimeout.
  private static final Duration FORGOTTEN = Duration.ofMinutes(2);

  private final Cluster cluster;

  Budgets(Cluster cluster) {
    this.cluster = cluster;
  }

  void run(Instant now) {
    for (ObjectNode budget : cluster.list(Kinds.BUDGETS)) {
      ObjectNode trial = budget.deepCopy();
      Numbers numbers = count(budget, now);
      fill(trial, numbers, now);
      if (!trial.path("status").equals(budget.path("status"))) {
        cluster.change(
            Kinds.BUDGETS,
            budget,
            latest -> {
              // An eviction that came since has spent a disruption that these numbers do not know.
              if (version(latest).equals(version(budget))) {
                fill(latest, numbers, now);
              }
            });
      }
    }
  }

  private static String version(ObjectNode object) {
    return Fields.text(object, "metadata", "resourceVersion");
  }

  /// @param pods that the budget speaks of, by name
  private record Numbers(
      int expected, int desired, int healthy, Set<String> pods, int generation) {}

  private Numbers count(ObjectNode budget, Instant now) {
    List<ObjectNode> pods = new ArrayList<>();
    Set<String> names = new HashSet<>();
    JsonNode said = Fields.at(budget, "spec", "selector");
    LabelSelector selector = LabelSelector.of(said);
    for (ObjectNode pod : cluster.list(Kinds.PODS, Fields.namespace(budget))) {
      // A budget without a selector is for no pod, with an empty one for all.
      if (said.isObject() && !Pods.finished(pod) && selector.matches(Fields.labels(pod))) {
        pods.add(pod);
        names.add(Fields.name(pod));
      }
    }
    JsonNode most = Fields.at(budget, "spec", "maxUnavailable");
    JsonNode least = Fields.at(budget, "spec", "minAvailable");
    int expected;
    int desired;
    if (!most.isMissingNode() && !most.isNull()) {
      expected = expected(pods);
      desired = Math.max(0, expected - IntOrPercent.of(most, "0", expected, true));
    } else if (least.isNumber()) {
      expected = pods.size();
      desired = least.asInt(0);
    } else {
      expected = expected(pods);
      desired = IntOrPercent.of(least, "1", expected, true);
    }
    JsonNode evicting = Fields.at(budget, "status", "disruptedPods");
    int healthy = 0;
    for (ObjectNode pod : pods) {
      boolean counts =
          !Fields.deleting(pod) && Pods.ready(pod) && !evictedLately(evicting, pod, now);
      healthy += counts ? 1 : 0;
    }
    return new Numbers(
        expected, desired, healthy, names, Fields.number(budget, "metadata", "generation"));
  }

  private static boolean evictedLately(JsonNode evicting, ObjectNode pod, Instant now) {
    Instant since = Fields.time(evicting, Fields.name(pod));
    return since != null && since.plus(FORGOTTEN).isAfter(now);
  }

  /// The sum of the replicas of the pods' controllers; a pod without one counts as one.
  private int expected(List<ObjectNode> pods) {
    Set<String> seen = new HashSet<>();
    int sum = 0;
    for (ObjectNode pod : pods) {
      JsonNode owner = Fields.controller(pod);
      if (owner.isMissingNode()) {
        sum++;
      } else if (seen.add(Fields.text(owner, "uid"))) {
        sum += replicas(Fields.namespace(pod), owner, seen);
      }
    }
    return sum;
  }

  private int replicas(String namespace, JsonNode owner, Set<String> seen) {
    String name = Fields.text(owner, "name");
    return switch (Fields.text(owner, "kind")) {
      case "ReplicaSet" -> {
        ObjectNode set = cluster.find(Kinds.REPLICA_SETS, namespace, name);
        JsonNode above = set == null ? owner.path("none") : Fields.controller(set);
        if (Fields.text(above, "kind").equals("Deployment")) {
          yield seen.add(Fields.text(above, "uid"))
              ? wanted(cluster.find(Kinds.DEPLOYMENTS, namespace, Fields.text(above, "name")))
              : 0;
        }
        yield wanted(set);
      }
      case "StatefulSet" -> wanted(cluster.find(Kinds.STATEFUL_SETS, namespace, name));
      case "DaemonSet" -> {
        ObjectNode set = cluster.find(Kinds.DAEMON_SETS, namespace, name);
        yield set == null ? 0 : Fields.number(set, "status", "desiredNumberScheduled");
      }
      default -> 1;
    };
  }

  private static int wanted(@Nullable ObjectNode scaled) {
    return scaled == null ? 0 : Fields.numberOr(1, scaled, "spec", "replicas");
  }

  private static void fill(ObjectNode budget, Numbers numbers, Instant now) {
    ObjectNode status = Fields.object(budget, "status");
    if (status.get("disruptedPods") instanceof ObjectNode evicting) {
      for (String pod : List.copyOf(evicting.propertyNames())) {
        Instant since = Fields.time(evicting, pod);
        if (!numbers.pods().contains(pod) || since == null || !since.plus(FORGOTTEN).isAfter(now)) {
          evicting.remove(pod);
        }
      }
      if (evicting.isEmpty()) {
        status.remove("disruptedPods");
      }
    }
    int allowed = Math.max(0, numbers.healthy() - numbers.desired());
    if (numbers.expected() == 0) {
      allowed = 0;
    }
    status
        .put("disruptionsAllowed", allowed)
        .put("currentHealthy", numbers.healthy())
        .put("desiredHealthy", numbers.desired())
        .put("expectedPods", numbers.expected())
        .put("observedGeneration", numbers.generation());
    ObjectNode condition =
        Conditions.set(
            budget,
            "DisruptionAllowed",
            allowed > 0 ? "True" : "False",
            allowed > 0 ? "SufficientPods" : "InsufficientPods",
            "",
            now);
    condition.put("message", "").put("observedGeneration", numbers.generation());
  }
}
