package dev.mangru.autoscaler.playground.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Questions to and small changes of an object's `metadata`.
final class ObjectMeta {

  /// Finalizer of an owner that waits for its dependents to go.
  static final String FOREGROUND = "foregroundDeletion";

  /// Finalizer of an owner whose dependents must forget it.
  static final String ORPHAN = "orphan";

  private ObjectMeta() {}

  static ObjectNode of(ObjectNode object) {
    return object.get("metadata") instanceof ObjectNode meta ? meta : object.putObject("metadata");
  }

  static String text(ObjectNode object, String field) {
    return object.path("metadata").path(field).asString("");
  }

  static String uid(ObjectNode object) {
    return text(object, "uid");
  }

  static boolean deleting(ObjectNode object) {
    return object.path("metadata").hasNonNull("deletionTimestamp");
  }

  static boolean hasFinalizers(ObjectNode object) {
    return !object.path("metadata").path("finalizers").isEmpty();
  }

  static boolean hasFinalizer(ObjectNode object, String finalizer) {
    for (JsonNode one : object.path("metadata").path("finalizers")) {
      if (one.asString("").equals(finalizer)) {
        return true;
      }
    }
    return false;
  }

  static void addFinalizer(ObjectNode object, String finalizer) {
    if (!hasFinalizer(object, finalizer)) {
      ObjectNode meta = of(object);
      ArrayNode list =
          meta.get("finalizers") instanceof ArrayNode present
              ? present
              : meta.putArray("finalizers");
      list.add(finalizer);
    }
  }

  static void removeFinalizer(ObjectNode object, String finalizer) {
    if (of(object).get("finalizers") instanceof ArrayNode list) {
      for (int i = list.size() - 1; i >= 0; i--) {
        if (list.get(i).asString("").equals(finalizer)) {
          list.remove(i);
        }
      }
      if (list.isEmpty()) {
        of(object).remove("finalizers");
      }
    }
  }

  static JsonNode owners(ObjectNode object) {
    return object.path("metadata").path("ownerReferences");
  }

  /// Takes the references to `ownerUid` away.
  static void removeOwner(ObjectNode object, String ownerUid) {
    if (of(object).get("ownerReferences") instanceof ArrayNode list) {
      for (int i = list.size() - 1; i >= 0; i--) {
        if (list.get(i).path("uid").asString("").equals(ownerUid)) {
          list.remove(i);
        }
      }
      if (list.isEmpty()) {
        of(object).remove("ownerReferences");
      }
    }
  }

  static String timestamp(Instant now) {
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /// Bumps the generation if the object has one.
  static void nextGeneration(ObjectNode object) {
    long generation = of(object).path("generation").asLong(0);
    if (generation > 0) {
      of(object).put("generation", generation + 1);
    }
  }

  /// Whether two trees say the same; `1` as an int and as a long do.
  static boolean same(JsonNode a, JsonNode b) {
    if (a.isObject() && b.isObject()) {
      if (a.size() != b.size()) {
        return false;
      }
      for (Map.Entry<String, JsonNode> entry : a.properties()) {
        JsonNode other = b.get(entry.getKey());
        if (other == null || !same(entry.getValue(), other)) {
          return false;
        }
      }
      return true;
    }
    if (a.isArray() && b.isArray()) {
      if (a.size() != b.size()) {
        return false;
      }
      Iterator<JsonNode> others = b.iterator();
      for (JsonNode one : a) {
        if (!same(one, others.next())) {
          return false;
        }
      }
      return true;
    }
    if (a.isIntegralNumber() && b.isIntegralNumber()) {
      return a.bigIntegerValue().equals(b.bigIntegerValue());
    }
    return a.equals(b);
  }
}
