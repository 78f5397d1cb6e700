package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which pod templates are the same, and a short name for each.
final class TemplateHash {

  /// The label that tells a deployment's replica sets apart.
  static final String LABEL = "pod-template-hash";

  private static final int FNV_OFFSET = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  /// apimachinery `rand.SafeEncodeString`: no vowels, so that no name is a word.
  private static final String SAFE = "bcdfghjklmnpqrstvwxz2456789";

  private TemplateHash() {}

  /// A name of up to ten characters, the same for the same template, whatever the order of its
  /// fields.
  static String of(JsonNode template) {
    int hash = FNV_OFFSET;
    String text = canonical(withoutHash(template)).toString();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    StringBuilder name = new StringBuilder();
    for (char digit : Integer.toUnsignedString(hash).toCharArray()) {
      name.append(SAFE.charAt(digit % SAFE.length()));
    }
    return name.toString();
  }

  /// Whether two templates differ in nothing but the hash label.
  static boolean same(JsonNode one, JsonNode other) {
    return canonical(withoutHash(one)).equals(canonical(withoutHash(other)));
  }

  private static JsonNode withoutHash(JsonNode template) {
    if (!Fields.at(template, "metadata", "labels").has(LABEL)) {
      return template;
    }
    JsonNode copy = template.deepCopy();
    if (Fields.at(copy, "metadata", "labels") instanceof ObjectNode labels) {
      labels.remove(LABEL);
    }
    return copy;
  }

  /// Fields in the order of their names; absent, null and empty are the same.
  private static JsonNode canonical(JsonNode node) {
    if (node.isObject()) {
      Map<String, JsonNode> sorted = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        JsonNode value = canonical(entry.getValue());
        if (!value.isNull() && !(value.isContainer() && value.isEmpty())) {
          sorted.put(entry.getKey(), value);
        }
      }
      ObjectNode object = Fields.newObject();
      object.setAll(sorted);
      return object;
    }
    if (node.isArray()) {
      tools.jackson.databind.node.ArrayNode array =
          tools.jackson.databind.node.JsonNodeFactory.instance.arrayNode();
      node.forEach(each -> array.add(canonical(each)));
      return array;
    }
    // Numbers that are the same may be kept in other sizes.
    return node.isIntegralNumber()
        ? tools.jackson.databind.node.JsonNodeFactory.instance.numberNode(node.asLong())
        : node;
  }
}
