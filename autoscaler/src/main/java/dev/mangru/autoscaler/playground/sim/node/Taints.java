package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Taints in a node's spec.
final class Taints {

  private Taints() {}

  static boolean has(JsonNode node, String key, String effect) {
    for (JsonNode taint : Fields.at(node, "spec", "taints")) {
      if (Fields.text(taint, "key").equals(key) && Fields.text(taint, "effect").equals(effect)) {
        return true;
      }
    }
    return false;
  }

  static void add(ObjectNode node, String key, String effect, Instant now) {
    if (!has(node, key, effect)) {
      Fields.array(Fields.object(node, "spec"), "taints")
          .addObject()
          .put("key", key)
          .put("effect", effect)
          .put("timeAdded", Fields.stamp(now));
    }
  }

  static void remove(ObjectNode node, String key) {
    ObjectNode spec = Fields.object(node, "spec");
    if (spec.get("taints") instanceof ArrayNode taints) {
      for (int i = taints.size() - 1; i >= 0; i--) {
        if (Fields.text(taints.path(i), "key").equals(key)) {
          taints.remove(i);
        }
      }
      if (taints.isEmpty()) {
        spec.remove("taints");
      }
    }
  }
}
