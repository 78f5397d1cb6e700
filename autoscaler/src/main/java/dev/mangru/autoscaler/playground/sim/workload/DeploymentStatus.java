package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Writes the status of a deployment: counts, and the conditions Available and Progressing.
final class DeploymentStatus {

  private static final int DEADLINE_SECONDS = 600;
  private static final String UPDATE_TIME = "lastUpdateTime";

  private final Cluster cluster;
  private final Events events;

  DeploymentStatus(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
  }

  void write(Rollout rollout, Instant now) {
    ObjectNode seen = rollout.deployment();
    ObjectNode trial = seen.deepCopy();
    fill(trial, rollout, now);
    if (trial.path("status").equals(seen.path("status"))) {
      return;
    }
    boolean failedBefore = timedOut(seen);
    ObjectNode after =
        cluster.change(Kinds.DEPLOYMENTS, seen, deployment -> fill(deployment, rollout, now));
    if (after != null && !failedBefore && timedOut(after)) {
      ObjectNode newest = rollout.newest();
      events.warning(
          after,
          "deployment-controller",
          "ProgressDeadlineExceeded",
          "ReplicaSet \"" + name(newest) + "\" has timed out progressing.",
          now);
    }
  }

  private static boolean timedOut(ObjectNode deployment) {
    return Fields.text(Conditions.find(deployment, "Progressing"), "reason")
        .equals("ProgressDeadlineExceeded");
  }

  private static String name(@Nullable ObjectNode set) {
    return set == null ? "" : Fields.name(set);
  }

  private static void fill(ObjectNode deployment, Rollout rollout, Instant now) {
    ObjectNode newest = rollout.newest();
    int before = Fields.number(deployment, "status", "updatedReplicas");
    int readyBefore = Fields.number(deployment, "status", "readyReplicas");
    int availableBefore = Fields.number(deployment, "status", "availableReplicas");
    int totalBefore = Fields.number(deployment, "status", "replicas");
    ObjectNode status = Fields.object(deployment, "status");
    int replicas = rollout.sum("replicas");
    int available = rollout.available();
    int updated = newest == null ? 0 : Fields.number(newest, "status", "replicas");
    int ready = rollout.sum("readyReplicas");
    status.put("observedGeneration", Fields.number(rollout.deployment(), "metadata", "generation"));
    Fields.putUnlessZero(status, "replicas", replicas);
    Fields.putUnlessZero(status, "updatedReplicas", updated);
    Fields.putUnlessZero(status, "readyReplicas", ready);
    Fields.putUnlessZero(status, "availableReplicas", available);
    Fields.putUnlessZero(status, "unavailableReplicas", Math.max(0, rollout.total() - available));
    boolean enough = available >= rollout.wanted() - rollout.maxUnavailable();
    set(
        deployment,
        "Available",
        enough ? "True" : "False",
        enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        enough
            ? "Deployment has minimum availability."
            : "Deployment does not have minimum availability.",
        false,
        now);
    boolean moved =
        updated > before
            || replicas - updated < totalBefore - before
            || ready > readyBefore
            || available > availableBefore;
    progress(deployment, rollout, newest, moved, now);
  }

  private static void progress(
      ObjectNode deployment,
      Rollout rollout,
      @Nullable ObjectNode newest,
      boolean moved,
      Instant now) {
    if (newest == null) {
      return;
    }
    String quoted = "ReplicaSet \"" + Fields.name(newest) + "\" ";
    var condition = Conditions.find(deployment, "Progressing");
    String reason = Fields.text(condition, "reason");
    boolean paused = Fields.flag(deployment, "spec", "paused");
    if (paused) {
      set(
          deployment,
          "Progressing",
          "Unknown",
          "DeploymentPaused",
          "Deployment is paused",
          false,
          now);
    } else if (rollout.complete()) {
      set(
          deployment,
          "Progressing",
          "True",
          "NewReplicaSetAvailable",
          quoted + "has successfully progressed.",
          !reason.equals("NewReplicaSetAvailable"),
          now);
    } else if (reason.isEmpty() || reason.equals("DeploymentPaused")) {
      set(
          deployment,
          "Progressing",
          "True",
          "NewReplicaSetCreated",
          "Created new replica set \"" + Fields.name(newest) + "\"",
          true,
          now);
    } else if (moved
        || (reason.equals("NewReplicaSetAvailable")
            && !Fields.text(condition, "message").startsWith(quoted))) {
      set(
          deployment,
          "Progressing",
          "True",
          "ReplicaSetUpdated",
          quoted + "is progressing.",
          true,
          now);
    } else if (late(deployment, condition, reason, now)) {
      set(
          deployment,
          "Progressing",
          "False",
          "ProgressDeadlineExceeded",
          quoted + "has timed out progressing.",
          true,
          now);
    }
  }

  /// Upstream does not start the clock again for a deployment that had been complete.
  private static boolean late(
      ObjectNode deployment,
      tools.jackson.databind.JsonNode condition,
      String reason,
      Instant now) {
    Instant since = Fields.time(condition, UPDATE_TIME);
    int deadline = Fields.numberOr(DEADLINE_SECONDS, deployment, "spec", "progressDeadlineSeconds");
    return !reason.equals("NewReplicaSetAvailable")
        && !reason.equals("ProgressDeadlineExceeded")
        && since != null
        && since.plusSeconds(deadline).isBefore(now);
  }

  private static void set(
      ObjectNode deployment,
      String type,
      String status,
      String reason,
      String message,
      boolean touch,
      Instant now) {
    ObjectNode condition = Conditions.set(deployment, type, status, reason, message, now);
    if (touch || !condition.has(UPDATE_TIME)) {
      condition.put(UPDATE_TIME, Fields.stamp(now));
    }
  }
}
