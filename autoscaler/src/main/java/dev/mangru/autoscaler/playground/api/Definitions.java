package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// Looks into CustomResourceDefinition objects.
final class Definitions {

  private Definitions() {}

  /// The definition's `versions` entry for a custom type; missing for a built-in one.
  static JsonNode version(ObjectStore store, ResourceType type) {
    if (type.group().isEmpty()) {
      return MissingNode.getInstance();
    }
    return store
        .find(Registry.DEFINITIONS, "", type.qualifiedPlural())
        .map(definition -> version(definition.path("spec").path("versions"), type.version()))
        .orElse(MissingNode.getInstance());
  }

  private static JsonNode version(JsonNode versions, String name) {
    for (JsonNode version : versions) {
      if (version.path("name").asString("").equals(name)) {
        return version;
      }
    }
    return MissingNode.getInstance();
  }
}
