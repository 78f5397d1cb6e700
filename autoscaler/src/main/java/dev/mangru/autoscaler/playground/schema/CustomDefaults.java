package dev.mangru.autoscaler.playground.schema;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Fills in the defaults that a CustomResourceDefinition's schema gives.
final class CustomDefaults {

  private CustomDefaults() {}

  static void apply(JsonNode schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
        JsonNode fallback = property.getValue().get("default");
        JsonNode old = object.get(property.getKey());
        boolean replaceable =
            old == null || (old.isNull() && !property.getValue().path("nullable").asBoolean(false));
        if (fallback != null && replaceable) {
          object.set(property.getKey(), fallback.deepCopy());
        }
        JsonNode inner = object.get(property.getKey());
        if (inner != null) {
          apply(property.getValue(), inner);
        }
      }
      if (schema.path("additionalProperties") instanceof ObjectNode values) {
        object
            .properties()
            .forEach(entry -> {
              if (!schema.path("properties").has(entry.getKey())) {
                apply(values, entry.getValue());
              }
            });
      }
    } else if (value.isArray() && schema.path("items") instanceof ObjectNode items) {
      value.values().forEach(item -> apply(items, item));
    }
  }
}
