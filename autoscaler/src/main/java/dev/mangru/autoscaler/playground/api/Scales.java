package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/scale`: the replicas of whatever has some, as an `autoscaling/v1` `Scale`. Thread-safe.
final class Scales {

  private final Registry registry;

  Scales(Registry registry) {
    this.registry = registry;
  }

  /// Where an object keeps what a Scale shows.
  ///
  /// @param selector path of a text; empty for built-in kinds, whose selector is an object
  private record Paths(List<String> wanted, List<String> present, List<String> selector) {}

  void serve(ResourcePath path, String verb, ApiExchange exchange) throws IOException {
    Paths paths = paths(path.type());
    switch (verb) {
      case "get" -> {
        ObjectNode scale = scale(paths, read(path));
        registry.store().flush();
        exchange.answer(200, scale);
      }
      case "update" -> {
        ObjectNode body = JsonBodies.object(exchange.body(), exchange.header("Content-Type"));
        write(path, paths, exchange, _ -> body.deepCopy());
      }
      case "patch" -> {
        PatchBodies kind = PatchBodies.of(exchange.header("Content-Type"));
        if (kind == PatchBodies.APPLY) {
          throw KubeApiException.unsupportedMediaType(
              "a Scale is not applied here; use a merge patch or apply the object itself");
        }
        // A Scale has no lists: a strategic merge is a merge.
        PatchBodies plain = kind == PatchBodies.STRATEGIC ? PatchBodies.MERGE : kind;
        write(
            path, paths, exchange, plain.reader(registry.catalog(), path.type(), exchange.body()));
      }
      default ->
          throw KubeApiException.methodNotAllowed(
              "the server does not allow this method on the requested resource");
    }
  }

  private ObjectNode read(ResourcePath path) {
    return registry.get(path.type(), path.namespace(), path.name());
  }

  private void write(ResourcePath path, Paths paths, ApiExchange exchange, Registry.Change change)
      throws IOException {
    WriteOptions how = ObjectRoutes.writeOptions(exchange);
    ObjectNode written =
        registry
            .patch(
                path.type(),
                path.namespace(),
                path.name(),
                "scale",
                how,
                present -> {
                  ObjectNode before = scale(paths, present);
                  ObjectNode after = change.apply(before.deepCopy());
                  require(path, before, after);
                  return replicated(path, paths, present, before, after);
                })
            .object();
    registry.store().flush();
    exchange.answer(200, scale(paths, written));
  }

  private static ObjectNode replicated(
      ResourcePath path, Paths paths, ObjectNode present, ObjectNode before, ObjectNode after) {
    JsonNode wanted = after.path("spec").path("replicas");
    if (wanted.isMissingNode() || wanted.isNull()) {
      set(present, paths.wanted(), 0);
    } else if (!wanted.isIntegralNumber()
        || wanted.asLong(-1) < 0
        || wanted.asLong(-1) > Integer.MAX_VALUE) {
      throw KubeApiException.invalid(
          "Scale.autoscaling",
          path.name(),
          List.of(
              new KubeApiException.Cause(
                  "FieldValueInvalid",
                  "Invalid value: " + wanted + ": must be greater than or equal to 0",
                  "spec.replicas")));
    } else {
      set(present, paths.wanted(), wanted.asInt(0));
    }
    String version = after.path("metadata").path("resourceVersion").asString("");
    String seen = before.path("metadata").path("resourceVersion").asString("");
    if (!version.isEmpty() && !version.equals(seen)) {
      throw KubeApiException.conflict(Registry.asked(path.type()), path.name());
    }
    return present;
  }

  private static void require(ResourcePath path, ObjectNode before, ObjectNode after) {
    String kind = after.path("kind").asString("Scale");
    if (!kind.equals("Scale")) {
      throw KubeApiException.badRequest("expected a Scale, found a " + kind);
    }
    String name = after.path("metadata").path("name").asString(path.name());
    if (!name.isEmpty() && !name.equals(path.name())) {
      throw KubeApiException.badRequest(
          "the name of the object (%s) does not match the name on the URL (%s)"
              .formatted(name, path.name()));
    }
    String uid = after.path("metadata").path("uid").asString("");
    String is = before.path("metadata").path("uid").asString("");
    if (!uid.isEmpty() && !uid.equals(is)) {
      throw KubeApiException.conflict(
          Registry.asked(path.type()),
          path.name(),
          "Precondition failed: UID in precondition: %s, UID in object meta: %s"
              .formatted(uid, is));
    }
  }

  private static void set(ObjectNode object, List<String> path, int value) {
    ObjectNode into = object;
    for (String step : path.subList(0, path.size() - 1)) {
      into = into.get(step) instanceof ObjectNode inner ? inner : into.putObject(step);
    }
    into.put(path.getLast(), value);
  }

  private static ObjectNode scale(Paths paths, ObjectNode object) {
    ObjectNode scale = JsonNodeFactory.instance.objectNode();
    scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    ObjectNode meta = scale.putObject("metadata");
    for (String field :
        List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
      Trees.copy(field, object.path("metadata"), meta);
    }
    ObjectNode spec = scale.putObject("spec");
    int wanted = JsonPaths.find(object, paths.wanted()).asInt(0);
    if (wanted != 0) {
      spec.put("replicas", wanted);
    }
    ObjectNode status = scale.putObject("status");
    status.put("replicas", JsonPaths.find(object, paths.present()).asInt(0));
    String selector =
        paths.selector().isEmpty()
            ? HumanText.selectorText(object.path("spec").path("selector"))
            : JsonPaths.find(object, paths.selector()).asString("");
    if (!selector.isEmpty()) {
      status.put("selector", selector);
    }
    return scale;
  }

  private Paths paths(ResourceType type) {
    JsonNode custom =
        Definitions.version(registry.store(), type).path("subresources").path("scale");
    if (custom.isMissingNode()) {
      return new Paths(List.of("spec", "replicas"), List.of("status", "replicas"), List.of());
    }
    String selector = custom.path("labelSelectorPath").asString("");
    return new Paths(
        JsonPaths.simple(custom.path("specReplicasPath").asString("")),
        JsonPaths.simple(custom.path("statusReplicasPath").asString("")),
        selector.isEmpty() ? List.of("status", "selector") : JsonPaths.simple(selector));
  }
}
