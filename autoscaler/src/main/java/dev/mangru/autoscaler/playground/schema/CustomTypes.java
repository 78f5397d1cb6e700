package dev.mangru.autoscaler.playground.schema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What one CustomResourceDefinition defines.
///
/// @param name the definition's name, `plural.group`
/// @param types one per served version, the preferred one first
/// @param storage the type of the version in which objects are kept
/// @param schemas the schema of each version
/// @param raw each version's `openAPIV3Schema`, an empty object where there is none
record CustomTypes(
    String name,
    List<ResourceType> types,
    ResourceType storage,
    Map<String, Schema.ObjectOf> schemas,
    Map<String, ObjectNode> raw) {

  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

  CustomTypes {
    types = List.copyOf(types);
    schemas = Map.copyOf(schemas);
    raw = Map.copyOf(raw);
  }

  static CustomTypes of(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    List<ResourceType> served = new ArrayList<>();
    ResourceType storage = null;
    Map<String, Schema.ObjectOf> schemas = new HashMap<>();
    Map<String, ObjectNode> raw = new HashMap<>();
    for (JsonNode version : spec.path("versions").values()) {
      ResourceType type = type(spec, version);
      ObjectNode schema =
          version.path("schema").path("openAPIV3Schema") instanceof ObjectNode given
              ? given.deepCopy()
              : JsonNodeFactory.instance.objectNode();
      raw.put(type.version(), schema);
      schemas.put(type.version(), CustomSchemas.ofObject(schema));
      if (version.path("served").asBoolean(false)) {
        served.add(type);
      }
      if (storage == null || version.path("storage").asBoolean(false)) {
        storage = type;
      }
    }
    if (storage == null) {
      storage = type(spec, spec.path("version"));
    }
    served.sort((a, b) -> VersionOrder.PREFERRED_FIRST.compare(a.version(), b.version()));
    return new CustomTypes(
        definition.path("metadata").path("name").asString(""), served, storage, schemas, raw);
  }

  private static ResourceType type(JsonNode spec, JsonNode version) {
    JsonNode names = spec.path("names");
    String kind = names.path("kind").asString("");
    return new ResourceType(
        spec.path("group").asString(""),
        version.path("name").asString(""),
        names.path("plural").asString(""),
        names.path("singular").asString(kind.toLowerCase(Locale.ROOT)),
        kind,
        names.path("listKind").asString(kind + "List"),
        texts(names.path("shortNames")),
        texts(names.path("categories")),
        spec.path("scope").asString("Namespaced").equals("Namespaced"),
        VERBS,
        List.copyOf(version.path("subresources").propertyNames()).stream().sorted().toList());
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(item -> item.asString("")).toList();
  }
}
