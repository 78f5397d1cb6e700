package dev.mangru.autoscaler.playground.sim.cluster;

import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// Conditions in a status. The transition time changes only with the status of the condition.
public final class Conditions {

  private Conditions() {}

  /// The condition of a type in `status.conditions`, or missing.
  public static JsonNode find(JsonNode object, String type) {
    for (JsonNode condition : Fields.at(object, "status", "conditions")) {
      if (Fields.text(condition, "type").equals(type)) {
        return condition;
      }
    }
    return MissingNode.getInstance();
  }

  /// Whether the condition is there and `True`.
  public static boolean isTrue(JsonNode object, String type) {
    return Fields.text(find(object, type), "status").equals("True");
  }

  /// Sets a condition; empty reason and message are left out.
  ///
  /// @return the condition, for further fields
  public static ObjectNode set(
      ObjectNode object, String type, String status, String reason, String message, Instant now) {
    ArrayNode conditions = Fields.array(Fields.object(object, "status"), "conditions");
    ObjectNode condition = null;
    for (JsonNode one : conditions) {
      if (one instanceof ObjectNode found && Fields.text(one, "type").equals(type)) {
        condition = found;
      }
    }
    if (condition == null) {
      condition = conditions.addObject().put("type", type);
    }
    if (!Fields.text(condition, "status").equals(status)) {
      condition.put("status", status).put("lastTransitionTime", Fields.stamp(now));
    }
    put(condition, "reason", reason);
    put(condition, "message", message);
    return condition;
  }

  /// Sets a pod's condition, which also has a probe time that is always null.
  public static void setOfPod(
      ObjectNode pod, String type, String status, String reason, String message, Instant now) {
    set(pod, type, status, reason, message, now).putNull("lastProbeTime");
  }

  private static void put(ObjectNode condition, String name, String value) {
    if (value.isEmpty()) {
      condition.remove(name);
    } else {
      condition.put(name, value);
    }
  }

  /// When the condition last changed; null without it.
  public static @org.jspecify.annotations.Nullable Instant since(JsonNode object, String type) {
    return Fields.time(find(object, type), "lastTransitionTime");
  }
}
