package dev.mangru.autoscaler.playground.sim.cluster;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// Fields of Kubernetes objects. What is absent reads as empty text, 0 or false.
public final class Fields {

  private Fields() {}

  /// The node at a path; missing if any step is.
  public static JsonNode at(JsonNode node, String... path) {
    JsonNode found = node;
    for (String step : path) {
      found = found.path(step);
    }
    return found;
  }

  /// The text at a path, or empty.
  public static String text(JsonNode node, String... path) {
    return at(node, path).asString("");
  }

  /// The number at a path, or 0.
  public static int number(JsonNode node, String... path) {
    return at(node, path).asInt(0);
  }

  /// The number at a path, or another.
  public static int numberOr(int otherwise, JsonNode node, String... path) {
    return at(node, path).asInt(otherwise);
  }

  /// Whether the path leads to true.
  public static boolean flag(JsonNode node, String... path) {
    return at(node, path).asBoolean(false);
  }

  /// `metadata.name`.
  public static String name(JsonNode object) {
    return text(object, "metadata", "name");
  }

  /// `metadata.namespace`.
  public static String namespace(JsonNode object) {
    return text(object, "metadata", "namespace");
  }

  /// `metadata.uid`.
  public static String uid(JsonNode object) {
    return text(object, "metadata", "uid");
  }

  /// `metadata.labels`, or missing.
  public static JsonNode labels(JsonNode object) {
    return at(object, "metadata", "labels");
  }

  /// An annotation, or empty.
  public static String annotation(JsonNode object, String name) {
    return text(object, "metadata", "annotations", name);
  }

  /// Whether the object is on its way out.
  public static boolean deleting(JsonNode object) {
    return at(object, "metadata").hasNonNull("deletionTimestamp");
  }

  /// The owner that controls the object, or missing.
  public static JsonNode controller(JsonNode object) {
    for (JsonNode owner : at(object, "metadata", "ownerReferences")) {
      if (flag(owner, "controller")) {
        return owner;
      }
    }
    return MissingNode.getInstance();
  }

  /// A point in time at a path; null if there is none that can be read.
  public static @Nullable Instant time(JsonNode node, String... path) {
    String text = text(node, path);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      return null;
    }
  }

  /// A point in time as `metadata` says it: whole seconds, UTC.
  public static String stamp(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /// The object at a path, made where it is absent.
  public static ObjectNode object(ObjectNode node, String... path) {
    ObjectNode found = node;
    for (String step : path) {
      found = found.get(step) instanceof ObjectNode there ? there : found.putObject(step);
    }
    return found;
  }

  /// The array under a name, made where it is absent.
  public static ArrayNode array(ObjectNode node, String name) {
    return node.get(name) instanceof ArrayNode there ? there : node.putArray(name);
  }

  /// An empty object.
  public static ObjectNode newObject() {
    return JsonNodeFactory.instance.objectNode();
  }

  /// Puts a count, or removes the field for 0, as Kubernetes' `omitempty` does.
  public static void putUnlessZero(ObjectNode node, String name, int count) {
    if (count == 0) {
      node.remove(name);
    } else {
      node.put(name, count);
    }
  }

  /// An object with metadata, ready to be created.
  public static ObjectNode newObject(
      String apiVersion, String kind, String namespace, String name) {
    ObjectNode object = newObject();
    object.put("apiVersion", apiVersion).put("kind", kind);
    ObjectNode metadata = object.putObject("metadata");
    if (!name.isEmpty()) {
      metadata.put("name", name);
    }
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    return object;
  }

  /// Makes `owner` the controller of `object`.
  public static void own(ObjectNode object, JsonNode owner, String apiVersion, String kind) {
    array(object(object, "metadata"), "ownerReferences")
        .addObject()
        .put("apiVersion", apiVersion)
        .put("kind", kind)
        .put("name", name(owner))
        .put("uid", uid(owner))
        .put("controller", true)
        .put("blockOwnerDeletion", true);
  }
}
