package dev.mangru.autoscaler.playground.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Small changes of JSON trees.
final class Trees {

  private Trees() {}

  static ObjectNode metadata(ObjectNode object) {
    return object.get("metadata") instanceof ObjectNode meta ? meta : object.putObject("metadata");
  }

  /// Makes a field of `to` as it is in `from`, or removes it.
  static void copy(String field, JsonNode from, ObjectNode to) {
    JsonNode value = from.get(field);
    if (value == null) {
      to.remove(field);
    } else {
      to.set(field, value);
    }
  }

  /// Gives `to` the field of `from` if it has none.
  static void copyIfAbsent(String field, JsonNode from, JsonNode to) {
    JsonNode value = from.get(field);
    if (value != null && to instanceof ObjectNode target && !target.has(field)) {
      target.set(field, value);
    }
  }

  /// Removes a field from `after` if it is as in `before`.
  static void dropIfSame(String field, JsonNode before, JsonNode after) {
    JsonNode value = before.get(field);
    if (value != null && after instanceof ObjectNode target && value.equals(target.get(field))) {
      target.remove(field);
    }
  }
}
