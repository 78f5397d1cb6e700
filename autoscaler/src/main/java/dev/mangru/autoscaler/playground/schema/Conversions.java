package dev.mangru.autoscaler.playground.schema;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns an object of one version into the same object of another.
public final class Conversions {

  private Conversions() {}

  /// The object in the other type's version; the argument is not changed. Between types that hold
  /// the same fields only `apiVersion` and `kind` change.
  public static ObjectNode convert(ObjectNode object, ResourceType from, ResourceType to) {
    ObjectNode copy = object.deepCopy();
    if (from.equals(to)) {
      return copy;
    }
    if (from.group().equals("autoscaling")) {
      if (from.version().equals("v1")) {
        AutoscalerConversion.toV2(copy);
      } else {
        AutoscalerConversion.toV1(copy);
      }
    } else if (from.kind().equals("Event")) {
      if (from.group().isEmpty()) {
        EventConversion.toEvents(copy);
      } else {
        EventConversion.toCore(copy);
      }
    }
    ObjectNode ordered = Nodes.empty();
    ordered.put("apiVersion", to.apiVersion()).put("kind", to.kind());
    for (Map.Entry<String, JsonNode> entry : copy.properties()) {
      if (!ordered.has(entry.getKey())) {
        ordered.set(entry.getKey(), entry.getValue());
      }
    }
    return ordered;
  }
}
