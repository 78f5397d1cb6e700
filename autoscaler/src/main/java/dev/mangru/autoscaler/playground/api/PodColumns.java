package dev.mangru.autoscaler.playground.api;

import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Columns of pods (`printPod` of kubernetes `pkg/printers/internalversion`).
final class PodColumns {

  static final TableColumns PODS =
      TableColumns.of(
          "Name|Ready|Status|Restarts|Age|+IP|+Node|+Nominated Node|+Readiness Gates",
          PodColumns::cells);

  private PodColumns() {}

  private static List<Object> cells(ObjectNode pod, Instant now) {
    JsonNode spec = pod.path("spec");
    JsonNode status = pod.path("status");
    int ready = 0;
    for (JsonNode container : status.path("containerStatuses")) {
      if (container.path("ready").asBoolean(false) && container.path("state").has("running")) {
        ready++;
      }
    }
    return List.of(
        pod.path("metadata").path("name").asString(""),
        ready + "/" + spec.path("containers").size(),
        reason(pod),
        restarts(status, now),
        HumanText.age(pod.path("metadata").path("creationTimestamp"), now),
        HumanText.orNone(status.path("podIP").asString("")),
        HumanText.orNone(spec.path("nodeName").asString("")),
        HumanText.orNone(status.path("nominatedNodeName").asString("")),
        readinessGates(spec, status));
  }

  /// What stands in the column STATUS.
  private static String reason(ObjectNode pod) {
    JsonNode status = pod.path("status");
    String reason = status.path("phase").asString("");
    if (!status.path("reason").asString("").isEmpty()) {
      reason = status.path("reason").asString("");
    }
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asString("").equals("PodScheduled")
          && condition.path("reason").asString("").equals("SchedulingGated")) {
        reason = "SchedulingGated";
      }
    }
    String initializing = initReason(pod);
    if (!initializing.isEmpty()) {
      reason = initializing;
    } else {
      reason = containerReason(status, reason);
    }
    if (pod.path("metadata").hasNonNull("deletionTimestamp")) {
      if (status.path("reason").asString("").equals("NodeLost")) {
        return "Unknown";
      }
      return reason.equals("Succeeded") || reason.equals("Failed") || reason.equals("Completed")
          ? reason
          : "Terminating";
    }
    return reason;
  }

  private static String initReason(ObjectNode pod) {
    int all = pod.path("spec").path("initContainers").size();
    int index = 0;
    for (JsonNode container : pod.path("status").path("initContainerStatuses")) {
      JsonNode terminated = container.path("state").path("terminated");
      JsonNode waiting = container.path("state").path("waiting");
      if (terminated.isObject() && terminated.path("exitCode").asInt(0) == 0) {
        index++;
        continue;
      }
      if (container.path("started").asBoolean(false)
          && isSidecar(pod, container.path("name").asString(""))) {
        index++;
        continue;
      }
      if (terminated.isObject()) {
        return "Init:" + terminatedReason(terminated);
      }
      String reason = waiting.path("reason").asString("");
      return reason.isEmpty() || reason.equals("PodInitializing")
          ? "Init:" + index + "/" + all
          : "Init:" + reason;
    }
    return "";
  }

  private static boolean isSidecar(ObjectNode pod, String name) {
    for (JsonNode container : pod.path("spec").path("initContainers")) {
      if (container.path("name").asString("").equals(name)) {
        return container.path("restartPolicy").asString("").equals("Always");
      }
    }
    return false;
  }

  private static String containerReason(JsonNode status, String phase) {
    String reason = phase;
    boolean running = false;
    // Upstream goes from the last to the first, so that the first container's reason is shown.
    for (int i = status.path("containerStatuses").size() - 1; i >= 0; i--) {
      JsonNode container = status.path("containerStatuses").path(i);
      JsonNode state = container.path("state");
      String waiting = state.path("waiting").path("reason").asString("");
      if (!waiting.isEmpty()) {
        reason = waiting;
      } else if (state.path("terminated").isObject()) {
        reason = terminatedReason(state.path("terminated"));
      } else if (container.path("ready").asBoolean(false) && state.has("running")) {
        running = true;
      }
    }
    if (reason.equals("Completed") && running) {
      return isReady(status) ? "Running" : "NotReady";
    }
    return reason;
  }

  private static String terminatedReason(JsonNode terminated) {
    String reason = terminated.path("reason").asString("");
    if (!reason.isEmpty()) {
      return reason;
    }
    int signal = terminated.path("signal").asInt(0);
    return signal != 0 ? "Signal:" + signal : "ExitCode:" + terminated.path("exitCode").asInt(0);
  }

  private static boolean isReady(JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asString("").equals("Ready")) {
        return condition.path("status").asString("").equals("True");
      }
    }
    return false;
  }

  private static String restarts(JsonNode status, Instant now) {
    int restarts = 0;
    String last = "";
    for (JsonNode container : status.path("containerStatuses")) {
      restarts += container.path("restartCount").asInt(0);
      String finished =
          container.path("lastState").path("terminated").path("finishedAt").asString("");
      last = finished.compareTo(last) > 0 ? finished : last;
    }
    return restarts == 0 || last.isEmpty()
        ? Integer.toString(restarts)
        : restarts + " (" + HumanText.age(StringNode.valueOf(last), now) + " ago)";
  }

  private static String readinessGates(JsonNode spec, JsonNode status) {
    int gates = spec.path("readinessGates").size();
    if (gates == 0) {
      return HumanText.NONE;
    }
    int open = 0;
    for (JsonNode gate : spec.path("readinessGates")) {
      String type = gate.path("conditionType").asString("");
      for (JsonNode condition : status.path("conditions")) {
        if (condition.path("type").asString("").equals(type)) {
          open += condition.path("status").asString("").equals("True") ? 1 : 0;
          break;
        }
      }
    }
    return open + "/" + gates;
  }
}
