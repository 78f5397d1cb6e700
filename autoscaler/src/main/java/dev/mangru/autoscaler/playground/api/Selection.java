package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.ResourceType;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which objects of a collection are asked for. Objects are judged in their storage version.
///
/// @param namespace empty for all
/// @param name empty for all; a path that names an object and is watched
record Selection(String namespace, String name, LabelSelector labels, FieldSelector fields) {

  /// Reads the parameters of a list, a watch or a deletecollection.
  static Selection of(Registry registry, ResourcePath path, ApiExchange exchange) {
    return new Selection(
        path.namespace(),
        path.name(),
        LabelSelector.parse(exchange.parameter("labelSelector")),
        FieldSelector.parse(
            exchange.parameter("fieldSelector"),
            registry.resource(path.type()),
            selectableFields(registry, path.type())));
  }

  /// What a definition's version lists under `selectableFields`.
  private static List<String> selectableFields(Registry registry, ResourceType type) {
    List<String> fields = new ArrayList<>();
    JsonNode version = Definitions.version(registry.store(), type);
    for (JsonNode field : version.path("selectableFields")) {
      fields.add(String.join(".", JsonPaths.simple(field.path("jsonPath").asString(""))));
    }
    return fields;
  }

  /// Whether everything in the namespace is asked for.
  boolean everything() {
    return name.isEmpty() && labels.isEmpty() && fields.isEmpty();
  }

  boolean matches(ObjectNode object) {
    JsonNode meta = object.path("metadata");
    return (namespace.isEmpty() || meta.path("namespace").asString("").equals(namespace))
        && (name.isEmpty() || meta.path("name").asString("").equals(name))
        && labels.matches(meta.path("labels"))
        && fields.matches(object);
  }
}
