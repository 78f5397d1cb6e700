package dev.mangru.autoscaler.conformance;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Runs the node autoscaler's cases: every `*.json` file of the folder holds `{"cases": [{"id",
/// "op", "input", "expect"}]}`, and every key of `expect` must come out.
///
/// An `op` that nothing here does yet is skipped and says so. Thread-safe.
public final class ClusterAutoscalerConformance implements ConformanceArea {

  /// Ratios are compared this closely when a case does not say how.
  private static final double RATIO_PRECISION = 1e-9;

  private static final JsonMapper JSON = new JsonMapper();

  @Override
  public String name() {
    return "cluster-autoscaler";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    Map<String, Integer> skipped = new TreeMap<>();
    for (Path file : files(folder)) {
      JsonNode cases = read(file).path("cases");
      if (!cases.isArray() || cases.isEmpty()) {
        report.fail(file.getFileName().toString(), "a list of cases", "none");
      }
      for (JsonNode each : cases) {
        String op = each.path("op").asString();
        ClusterAutoscalerCases.Operation operation = ClusterAutoscalerCases.OPERATIONS.get(op);
        if (operation == null) {
          skipped.merge(op, 1, Integer::sum);
        } else {
          check(each, operation, report);
        }
      }
    }
    skipped.forEach((op, count) -> report.skip(op + ": nothing does this yet", count));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static JsonNode read(Path file) throws IOException {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void check(
      JsonNode each, ClusterAutoscalerCases.Operation operation, ConformanceReport report) {
    JsonNode expected = each.path("expect");
    ObjectNode got = JSON.createObjectNode();
    try {
      operation.run(each.path("input"), got);
    } catch (JacksonException | IllegalArgumentException | MangruException e) {
      report.fail(each.path("id").asString(), expected.toString(), e.toString());
      return;
    }
    if (comesOut(expected, got)) {
      report.pass();
    } else {
      report.fail(each.path("id").asString(), expected.toString(), got.toString());
    }
  }

  /// `tolerance` says how close ratios must come; where `newNodeCount` is expected it takes the
  /// place of `nodeCount`; `anyOf` lists answers of which any one is right.
  private static boolean comesOut(JsonNode expected, ObjectNode got) {
    double tolerance = expected.path("tolerance").asDouble(RATIO_PRECISION);
    for (Map.Entry<String, JsonNode> key : expected.properties()) {
      boolean right =
          switch (key.getKey()) {
            case "tolerance" -> true;
            case "nodeCount" ->
                expected.has("newNodeCount")
                    || same(key.getValue(), got.path("nodeCount"), tolerance);
            case "anyOf" -> anyOf(key.getValue(), got, tolerance);
            default -> same(key.getValue(), got.path(key.getKey()), tolerance);
          };
      if (!right) {
        return false;
      }
    }
    return true;
  }

  private static boolean anyOf(JsonNode alternatives, JsonNode got, double tolerance) {
    for (JsonNode each : alternatives) {
      JsonNode comparable = each.has("newSizes") ? got : got.path("newSizes");
      if (same(each, comparable, tolerance) || same(each, got, tolerance)) {
        return true;
      }
    }
    return false;
  }

  private static boolean same(JsonNode expected, JsonNode got, double tolerance) {
    if (expected.isObject() && expected.size() == 1 && expected.path("anyOf").isArray()) {
      for (JsonNode each : expected.path("anyOf")) {
        if (same(each, got, tolerance)) {
          return true;
        }
      }
      return false;
    }
    if (expected.isIntegralNumber() && got.isIntegralNumber()) {
      return expected.asLong() == got.asLong();
    }
    if (expected.isNumber() && got.isNumber()) {
      double allowed = Math.max(RATIO_PRECISION, tolerance * Math.abs(expected.asDouble()));
      return Math.abs(expected.asDouble() - got.asDouble()) <= allowed;
    }
    if (expected.isContainer() && got.isContainer() && expected.size() == got.size()) {
      return expected.isArray()
          ? sameElements(expected, got, tolerance)
          : expected.properties().stream()
              .allMatch(each -> same(each.getValue(), got.path(each.getKey()), tolerance));
    }
    return expected.equals(got);
  }

  private static boolean sameElements(JsonNode expected, JsonNode got, double tolerance) {
    for (int i = 0; i < expected.size(); i++) {
      if (!same(expected.path(i), got.path(i), tolerance)) {
        return false;
      }
    }
    return true;
  }
}
