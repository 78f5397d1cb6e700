package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Small steps in JSON trees.
final class Nodes {

  private Nodes() {}

  /// The object under a name; made if there is none or null.
  static ObjectNode object(ObjectNode parent, String name) {
    return parent.get(name) instanceof ObjectNode object ? object : parent.putObject(name);
  }

  /// The objects of a list; what is no object is left out.
  static List<ObjectNode> objects(JsonNode parent, String list) {
    return parent
        .path(list)
        .valueStream()
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .toList();
  }

  static boolean absent(JsonNode parent, String name) {
    JsonNode value = parent.get(name);
    return value == null || value.isNull();
  }

  static void fill(ObjectNode parent, String name, String value) {
    JsonNode old = parent.get(name);
    if (old == null || old.isNull() || (old.isString() && old.stringValue().isEmpty())) {
      parent.put(name, value);
    }
  }

  static void fill(ObjectNode parent, String name, int value) {
    if (absent(parent, name)) {
      parent.put(name, value);
    }
  }

  static void fill(ObjectNode parent, String name, boolean value) {
    if (absent(parent, name)) {
      parent.put(name, value);
    }
  }

  static String text(JsonNode parent, String name) {
    return parent.path(name).asString("");
  }

  static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }
}
