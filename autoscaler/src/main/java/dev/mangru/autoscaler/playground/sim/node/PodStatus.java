package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes into a pod's status what its kubelet knows.
final class PodStatus {

  private PodStatus() {}

  /// Fills the status of a pod.
  ///
  /// @param hostAddress of its node
  static void fill(ObjectNode pod, PodRun run, String hostAddress, Instant now) {
    ObjectNode status = Fields.object(pod, "status");
    String phase = phase(run);
    status.put("phase", phase);
    status.put("hostIP", hostAddress);
    status.putArray("hostIPs").addObject().put("ip", hostAddress);
    if (!run.address().isEmpty()) {
      status.put("podIP", run.address());
      status.putArray("podIPs").addObject().put("ip", run.address());
    }
    if (!status.has("startTime")) {
      status.put("startTime", Fields.stamp(run.bound()));
    }
    boolean started = !run.startsAt().isAfter(now) && !run.address().isEmpty();
    boolean done = phase.equals("Succeeded");
    Conditions.setOfPod(pod, "PodReadyToStartContainers", started ? "True" : "False", "", "", now);
    Conditions.setOfPod(pod, "Initialized", "True", done ? "PodCompleted" : "", "", now);
    ready(pod, run, "Ready", done, now);
    ready(pod, run, "ContainersReady", done, now);
    containers(pod, status, run, now);
  }

  private static void ready(ObjectNode pod, PodRun run, String type, boolean done, Instant now) {
    if (done) {
      Conditions.setOfPod(pod, type, "False", "PodCompleted", "", now);
    } else if (run.isReady()) {
      Conditions.setOfPod(pod, type, "True", "", "", now);
    } else {
      List<String> names = run.containers().stream().map(ContainerRun::name).toList();
      Conditions.setOfPod(
          pod,
          type,
          "False",
          "ContainersNotReady",
          "containers with unready status: [" + String.join(" ", names) + "]",
          now);
    }
  }

  private static String phase(PodRun run) {
    boolean started = false;
    boolean ended = true;
    boolean well = true;
    for (ContainerRun container : run.containers()) {
      ContainerRun.End end = container.lastEnd();
      started |= container.phase() != ContainerRun.Phase.WAITING || end != null;
      ended &= container.phase() == ContainerRun.Phase.ENDED;
      well &= end != null && end.exitCode() == 0;
    }
    if (ended && !run.containers().isEmpty()) {
      return well ? "Succeeded" : "Failed";
    }
    return started ? "Running" : "Pending";
  }

  private static void containers(ObjectNode pod, ObjectNode status, PodRun run, Instant now) {
    ArrayNode statuses = status.putArray("containerStatuses");
    for (ContainerRun container : run.containers()) {
      boolean running = container.phase() == ContainerRun.Phase.RUNNING;
      ObjectNode one = statuses.addObject();
      one.put("name", container.name());
      ObjectNode state = one.putObject("state");
      ContainerRun.End end = container.lastEnd();
      switch (container.phase()) {
        case RUNNING ->
            state.putObject("running").put("startedAt", Fields.stamp(container.started()));
        case ENDED -> {
          if (end != null) {
            terminated(state, container, end);
          }
        }
        case WAITING -> waiting(state, run, container);
      }
      ObjectNode last = one.putObject("lastState");
      if (end != null && container.phase() != ContainerRun.Phase.ENDED) {
        terminated(last, container, end);
      }
      one.put("ready", running && run.isReady())
          .put("restartCount", container.restarts())
          .put("image", container.image())
          .put("imageID", running || end != null ? imageId(container) : "");
      if (running || end != null) {
        one.put("containerID", "containerd://" + container.id());
      }
      one.put("started", running);
    }
    JsonNode init = Fields.at(pod, "spec", "initContainers");
    if (!init.isEmpty() && !run.startsAt().isAfter(now)) {
      initContainers(status, run, init);
    }
  }

  private static void waiting(ObjectNode state, PodRun run, ContainerRun container) {
    ObjectNode waiting = state.putObject("waiting");
    if (container.lastEnd() == null) {
      waiting.put("reason", "ContainerCreating");
      return;
    }
    waiting.put("reason", "CrashLoopBackOff").put("message", backOff(run, container));
  }

  static String backOff(PodRun run, ContainerRun container) {
    ContainerRun.End end = container.lastEnd();
    long seconds =
        end == null ? 0 : container.notBefore().getEpochSecond() - end.finished().getEpochSecond();
    String time = seconds >= 60 ? seconds / 60 + "m" + seconds % 60 + "s" : seconds + "s";
    return "back-off "
        + time
        + " restarting failed container="
        + container.name()
        + " pod="
        + run.name()
        + "_"
        + run.namespace()
        + "("
        + run.uid()
        + ")";
  }

  private static void terminated(ObjectNode state, ContainerRun container, ContainerRun.End end) {
    state
        .putObject("terminated")
        .put("exitCode", end.exitCode())
        .put("reason", end.reason())
        .put("startedAt", Fields.stamp(end.started()))
        .put("finishedAt", Fields.stamp(end.finished()))
        .put("containerID", "containerd://" + container.id());
  }

  /// Made from the image's name: the playground has no images.
  private static String imageId(ContainerRun container) {
    String hash = Integer.toHexString(container.image().hashCode());
    String name = container.image();
    int colon = name.lastIndexOf(':');
    String repository = colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    return repository + "@sha256:" + "0".repeat(64 - hash.length()) + hash;
  }

  /// They have all run and ended well: what they do is not simulated.
  private static void initContainers(ObjectNode status, PodRun run, JsonNode init) {
    ArrayNode statuses = status.putArray("initContainerStatuses");
    for (JsonNode container : init) {
      ObjectNode one = statuses.addObject();
      one.put("name", Fields.text(container, "name"));
      one.putObject("state")
          .putObject("terminated")
          .put("exitCode", 0)
          .put("reason", "Completed")
          .put("startedAt", Fields.stamp(run.bound()))
          .put("finishedAt", Fields.stamp(run.startsAt()));
      one.putObject("lastState");
      one.put("ready", true)
          .put("restartCount", 0)
          .put("image", Fields.text(container, "image"))
          .put("imageID", "")
          .put("started", false);
    }
  }
}
