package dev.mangru.autoscaler.conformance;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Runs the horizontal autoscaler's cases: every `*.json` file of the folder holds `{"cases":
/// [{"id", "op", "input", "expect"}]}`, and every key of `expect` must come out.
///
/// An `op` that nothing here does yet is skipped and says so. Thread-safe.
public final class HpaConformance implements ConformanceArea {

  /// Keys that tell a reader how upstream words an error; the kind of error is what counts.
  private static final List<String> INFORMATIVE = List.of("upstreamError", "upstreamErrorContains");

  /// Ratios are compared as upstream's tests do.
  private static final double RATIO_PRECISION = 1e-9;

  @Override
  public String name() {
    return "hpa";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    CaseFiles.run(folder, report, HpaCases.OPERATIONS::get, HpaConformance::comesOut);
  }

  private static boolean comesOut(JsonNode expected, ObjectNode got) {
    return expected.properties().stream()
        .filter(key -> !INFORMATIVE.contains(key.getKey()))
        .allMatch(key -> same(key.getValue(), got.path(key.getKey())));
  }

  private static boolean same(JsonNode expected, JsonNode got) {
    if (expected.isIntegralNumber() && got.isIntegralNumber()) {
      return expected.asLong() == got.asLong();
    }
    if (expected.isNumber() && got.isNumber()) {
      return Math.abs(expected.asDouble() - got.asDouble()) <= RATIO_PRECISION;
    }
    if (expected.isContainer() && got.isContainer() && expected.size() == got.size()) {
      return expected.isArray() ? sameElements(expected, got) : sameProperties(expected, got);
    }
    return expected.equals(got);
  }

  private static boolean sameElements(JsonNode expected, JsonNode got) {
    for (int i = 0; i < expected.size(); i++) {
      if (!same(expected.path(i), got.path(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameProperties(JsonNode expected, JsonNode got) {
    return expected.properties().stream()
        .allMatch(property -> same(property.getValue(), got.path(property.getKey())));
  }
}
