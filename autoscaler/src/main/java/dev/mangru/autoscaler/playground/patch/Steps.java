package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.schema.Schema.ListOf;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The path steps of `fieldsV1` for an object's fields and a list's items.
final class Steps {

  private static final JsonMapper JSON = new JsonMapper();

  private Steps() {}

  static String field(String name) {
    return "f:" + name;
  }

  /// The items of a SET or MAP list of an applied configuration by their steps, in the list's
  /// order. An item that occurs twice or has no keys is refused with 400.
  ///
  /// @param path of the list, for messages
  static Map<String, JsonNode> distinctItems(ListOf list, ArrayNode items, String path) {
    Map<String, JsonNode> byStep = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      String step = item(list, items.get(i), i);
      if (step.startsWith("i:")) {
        throw KubeApiException.badRequest(
            path
                + ": element "
                + i
                + ": associative list with keys has an element that omits key field \""
                + list.keys().getFirst()
                + "\"");
      }
      if (byStep.putIfAbsent(step, items.get(i)) != null) {
        throw KubeApiException.badRequest(
            path + ": duplicate entries for key [" + step.substring(2) + "]");
      }
    }
    return byStep;
  }

  /// The items of a stored list by their steps; of items that occur twice the first. Such lists are
  /// valid, a container may name a port twice.
  static Map<String, JsonNode> items(ListOf list, ArrayNode items) {
    Map<String, JsonNode> byStep = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      byStep.putIfAbsent(item(list, items.get(i), i), items.get(i));
    }
    return byStep;
  }

  /// The step of one item; its index if it has no keys.
  static String item(ListOf list, JsonNode item, int index) {
    return switch (list.kind()) {
      case SET -> "v:" + item;
      case MAP -> {
        ObjectNode keys = keys(list, item);
        yield keys.isEmpty() ? "i:" + index : "k:" + keys;
      }
      case ATOMIC -> "i:" + index;
    };
  }

  private static ObjectNode keys(ListOf list, JsonNode item) {
    ObjectNode keys = JSON.createObjectNode();
    for (String key : new TreeSet<>(list.keys())) {
      JsonNode value = item.get(key);
      if (value != null) {
        keys.set(key, value);
      }
    }
    if (!keys.isEmpty() && list.keys().contains("protocol") && !keys.has("protocol")) {
      // The only key of a built-in kind that has a default: ports of containers and services.
      keys.put("protocol", "TCP");
    }
    return keys;
  }

  static JsonNode readKeys(String json) {
    try {
      return JSON.readTree(json);
    } catch (JacksonException e) {
      throw KubeApiException.badRequest(
          "metadata.managedFields: keys of an item are no JSON: " + e.getOriginalMessage());
    }
  }
}
