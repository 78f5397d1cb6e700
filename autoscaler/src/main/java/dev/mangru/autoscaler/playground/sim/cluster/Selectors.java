package dev.mangru.autoscaler.playground.sim.cluster;

import tools.jackson.databind.JsonNode;

/// Label selectors: a plain map, or `matchLabels` with `matchExpressions`.
public final class Selectors {

  private Selectors() {}

  /// Whether labels have every entry of a plain map; an absent or empty map selects nothing, as in
  /// a service.
  public static boolean map(JsonNode wanted, JsonNode labels) {
    if (wanted.isEmpty()) {
      return false;
    }
    return all(wanted, labels);
  }

  /// Whether a `LabelSelector` selects labels; an empty one selects all, an absent one nothing.
  public static boolean matches(JsonNode selector, JsonNode labels) {
    if (!selector.isObject() || !all(selector.path("matchLabels"), labels)) {
      return false;
    }
    for (JsonNode expression : selector.path("matchExpressions")) {
      if (!expression(expression, labels)) {
        return false;
      }
    }
    return true;
  }

  private static boolean all(JsonNode wanted, JsonNode labels) {
    for (var entry : wanted.properties()) {
      if (!labels.path(entry.getKey()).asString("\0").equals(entry.getValue().asString(""))) {
        return false;
      }
    }
    return true;
  }

  private static boolean expression(JsonNode expression, JsonNode labels) {
    String key = Fields.text(expression, "key");
    boolean present = labels.has(key);
    boolean listed = false;
    String value = labels.path(key).asString("");
    for (JsonNode one : expression.path("values")) {
      listed |= present && one.asString("").equals(value);
    }
    return switch (Fields.text(expression, "operator")) {
      case "In" -> listed;
      case "NotIn" -> !listed;
      case "Exists" -> present;
      case "DoesNotExist" -> !present;
      default -> false;
    };
  }
}
