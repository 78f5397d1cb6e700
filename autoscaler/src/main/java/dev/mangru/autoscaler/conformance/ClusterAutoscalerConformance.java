package dev.mangru.autoscaler.conformance;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Runs the node autoscaler's cases: every `*.json` file of the folder holds `{"cases": [{"id",
/// "op", "input", "expect"}]}`, and every key of `expect` must come out.
///
/// An `op` that nothing here does yet is skipped and says so. Thread-safe.
public final class ClusterAutoscalerConformance implements ConformanceArea {

  /// Ratios are compared this closely when a case does not say how.
  private static final double RATIO_PRECISION = 1e-9;

  @Override
  public String name() {
    return "cluster-autoscaler";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    CaseFiles.run(
        folder,
        report,
        ClusterAutoscalerCases.OPERATIONS::get,
        ClusterAutoscalerConformance::comesOut);
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
