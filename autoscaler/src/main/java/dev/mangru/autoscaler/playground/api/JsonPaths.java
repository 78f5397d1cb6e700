package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// The part of JSONPath that definitions use for columns and `/scale`: `.spec.replicas`,
/// `.status.conditions[0].type`, `.metadata.annotations['a.b/c']`,
/// `.status.conditions[?(@.type=="Ready")].status`.
final class JsonPaths {

  /// Marks a step that selects a list's item by a field.
  private static final String FILTER = "?";

  private JsonPaths() {}

  /// The steps of a path.
  ///
  /// @throws KubeApiException 422 if it uses more than this knows
  static List<String> simple(String path) {
    List<String> steps = new ArrayList<>();
    int at = path.startsWith("$") ? 1 : 0;
    while (at < path.length()) {
      if (path.charAt(at) == '.') {
        int from = ++at;
        while (at < path.length() && path.charAt(at) != '.' && path.charAt(at) != '[') {
          // A dot in a name is written \. as kubectl does.
          at += path.charAt(at) == '\\' ? 2 : 1;
        }
        if (at == from) {
          throw unknown(path);
        }
        steps.add(path.substring(from, Math.min(at, path.length())).replace("\\.", "."));
      } else if (path.charAt(at) == '[') {
        int end = path.indexOf(']', at);
        if (end < 0) {
          throw unknown(path);
        }
        steps.add(bracket(path, path.substring(at + 1, end).strip()));
        at = end + 1;
      } else {
        throw unknown(path);
      }
    }
    return steps;
  }

  private static String bracket(String path, String inside) {
    if (inside.startsWith("?(@.") && inside.endsWith(")") && inside.contains("==")) {
      int equals = inside.indexOf("==");
      String value = inside.substring(equals + 2, inside.length() - 1).strip();
      return FILTER
          + inside.substring("?(@.".length(), equals).strip()
          + "="
          + unquoted(path, value);
    }
    if (!inside.isEmpty() && inside.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return inside;
    }
    return unquoted(path, inside);
  }

  private static String unquoted(String path, String text) {
    boolean quoted =
        text.length() >= 2
            && (text.charAt(0) == '\'' || text.charAt(0) == '"')
            && text.charAt(text.length() - 1) == text.charAt(0);
    if (!quoted) {
      throw unknown(path);
    }
    return text.substring(1, text.length() - 1);
  }

  private static KubeApiException unknown(String path) {
    return new KubeApiException(
        422,
        "Invalid",
        "the JSON path \""
            + path
            + "\" uses more than names, [index], ['name'] and"
            + " [?(@.name==\"value\")]",
        null);
  }

  /// What the steps lead to; a missing node if nowhere.
  static JsonNode find(JsonNode from, List<String> steps) {
    JsonNode node = from;
    for (String step : steps) {
      if (step.startsWith(FILTER)) {
        node = filtered(node, step);
      } else if (node.isArray() && step.length() < 9 && step.chars().allMatch(Character::isDigit)) {
        node = node.path(Integer.parseInt(step));
      } else {
        node = node.path(step);
      }
    }
    return node;
  }

  private static JsonNode filtered(JsonNode list, String step) {
    int equals = step.indexOf('=');
    String field = step.substring(FILTER.length(), equals);
    String value = step.substring(equals + 1);
    for (JsonNode item : list) {
      if (item.path(field).asString("").equals(value)) {
        return item;
      }
    }
    return MissingNode.getInstance();
  }
}
