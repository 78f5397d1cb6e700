package dev.mangru.autoscaler.node.shape;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the readers of Kubernetes objects share. Absent and null fields read as empty.
final class Trees {

  private Trees() {}

  static String text(JsonNode tree, String field) {
    return text(tree, field, "");
  }

  static String text(JsonNode tree, String field, String absent) {
    JsonNode value = tree.path(field);
    return value.isMissingNode() || value.isNull() ? absent : value.asString(absent);
  }

  static List<String> texts(JsonNode list) {
    List<String> all = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      all.add(each.asString(""));
    }
    return all;
  }

  static Map<String, String> map(JsonNode tree) {
    Map<String, String> all = new HashMap<>();
    for (Map.Entry<String, JsonNode> each : tree.properties()) {
      all.put(each.getKey(), each.getValue().asString(""));
    }
    return all;
  }

  static @Nullable Instant instant(JsonNode tree, String field) {
    String value = text(tree, field);
    if (value.isEmpty()) {
      return null;
    }
    try {
      return Instant.parse(value);
    } catch (DateTimeException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, field + " is no RFC 3339 time: \"" + value + "\"", e);
    }
  }

  static boolean present(JsonNode value) {
    return !value.isMissingNode() && !value.isNull();
  }

  /// Reads a map of quantities.
  ///
  /// @param pods what `pods` is when the map does not tell
  static Resources resources(JsonNode quantities, long pods) {
    Map<String, Long> extended = new TreeMap<>();
    long cpuMilli = 0;
    long memoryBytes = 0;
    long ephemeralBytes = 0;
    long podCount = pods;
    for (Map.Entry<String, JsonNode> each : quantities.properties()) {
      String quantity = each.getValue().asString("");
      switch (each.getKey()) {
        case "cpu" -> cpuMilli = Quantities.milli(quantity);
        case "memory" -> memoryBytes = Quantities.units(quantity);
        case "ephemeral-storage" -> ephemeralBytes = Quantities.units(quantity);
        case "pods" -> podCount = Quantities.units(quantity);
        default -> extended.put(each.getKey(), Quantities.units(quantity));
      }
    }
    return new Resources(cpuMilli, memoryBytes, ephemeralBytes, podCount, extended);
  }

  static LabelSelector selector(JsonNode tree) {
    if (!present(tree)) {
      return LabelSelector.NOTHING;
    }
    return new LabelSelector(
        map(tree.path("matchLabels")), requirements(tree.path("matchExpressions")));
  }

  static List<Requirement> requirements(JsonNode list) {
    List<Requirement> all = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      all.add(
          new Requirement(text(each, "key"), text(each, "operator"), texts(each.path("values"))));
    }
    return all;
  }
}
