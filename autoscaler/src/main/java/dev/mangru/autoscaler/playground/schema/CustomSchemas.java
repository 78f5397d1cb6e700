package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.schema.Schema.Any;
import dev.mangru.autoscaler.playground.schema.Schema.Field;
import dev.mangru.autoscaler.playground.schema.Schema.ListKind;
import dev.mangru.autoscaler.playground.schema.Schema.ListOf;
import dev.mangru.autoscaler.playground.schema.Schema.MapOf;
import dev.mangru.autoscaler.playground.schema.Schema.ObjectOf;
import dev.mangru.autoscaler.playground.schema.Schema.PatchRule;
import dev.mangru.autoscaler.playground.schema.Schema.Scalar;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns a CustomResourceDefinition's OpenAPI schema into a [Schema].
final class CustomSchemas {

  private CustomSchemas() {}

  /// The schema of whole objects: the definition's fields and `apiVersion`, `kind`, `metadata`.
  ///
  /// @param raw the version's `openAPIV3Schema`; null if nothing is known
  static ObjectOf ofObject(@Nullable ObjectNode raw) {
    Map<String, Field> fields = new LinkedHashMap<>();
    fields.put("apiVersion", field(Scalar.STRING, false));
    fields.put("kind", field(Scalar.STRING, false));
    fields.put("metadata", field(BuiltInSchemas.metadata(), false));
    boolean keepsUnknown = true;
    if (raw != null && !raw.isEmpty()) {
      keepsUnknown = raw.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
      fieldsOf(raw).forEach(fields::putIfAbsent);
    }
    Map<String, Field> known = Collections.unmodifiableMap(fields);
    return new ObjectOf("", false, keepsUnknown, () -> known);
  }

  private static Field field(Schema schema, boolean required) {
    return new Field(schema, required, PatchRule.NONE);
  }

  private static Map<String, Field> fieldsOf(JsonNode raw) {
    Set<String> required = new HashSet<>();
    raw.path("required").valueStream().forEach(name -> required.add(name.asString("")));
    Map<String, Field> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : raw.path("properties").properties()) {
      fields.put(
          property.getKey(), field(of(property.getValue()), required.contains(property.getKey())));
    }
    return fields;
  }

  private static Schema of(JsonNode raw) {
    if (raw.path("x-kubernetes-int-or-string").asBoolean(false)) {
      return Scalar.INT_OR_STRING;
    }
    return switch (raw.path("type").asString("")) {
      case "string" -> Scalar.STRING;
      case "boolean" -> Scalar.BOOLEAN;
      case "number" -> Scalar.NUMBER;
      case "integer" ->
          raw.path("format").asString("").equals("int32") ? Scalar.INT32 : Scalar.INT64;
      case "array" -> list(raw);
      case "object" -> object(raw);
      case String _ -> Any.ANY;
    };
  }

  private static Schema list(JsonNode raw) {
    Schema item = raw.has("items") ? of(raw.path("items")) : Any.ANY;
    List<String> keys =
        raw.path("x-kubernetes-list-map-keys").valueStream().map(key -> key.asString("")).toList();
    return switch (raw.path("x-kubernetes-list-type").asString("atomic")) {
      case "map" -> new ListOf(item, keys.isEmpty() ? ListKind.ATOMIC : ListKind.MAP, keys);
      case "set" -> new ListOf(item, ListKind.SET, List.of());
      case String _ -> new ListOf(item, ListKind.ATOMIC, List.of());
    };
  }

  private static Schema object(JsonNode raw) {
    boolean atomic = raw.path("x-kubernetes-map-type").asString("granular").equals("atomic");
    if (raw.path("x-kubernetes-embedded-resource").asBoolean(false)) {
      return ofObject(raw instanceof ObjectNode known ? known : null);
    }
    if (raw.path("additionalProperties") instanceof ObjectNode value) {
      return new MapOf(of(value), atomic);
    }
    boolean keepsUnknown =
        raw.path("x-kubernetes-preserve-unknown-fields").asBoolean(false)
            || raw.path("additionalProperties").asBoolean(false);
    if (keepsUnknown && !raw.has("properties") && !atomic) {
      return Any.ANY;
    }
    return new ObjectOf("", atomic, keepsUnknown, () -> fieldsOf(raw));
  }
}
