package dev.mangru.autoscaler.conformance;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
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

/// Runs the horizontal autoscaler's cases: every `*.json` file of the folder holds `{"cases":
/// [{"id", "op", "input", "expect"}]}`, and every key of `expect` must come out.
///
/// An `op` that nothing here does yet is skipped and says so. Thread-safe.
public final class HpaConformance implements ConformanceArea {

  /// Keys that tell a reader how upstream words an error; the kind of error is what counts.
  private static final List<String> INFORMATIVE = List.of("upstreamError", "upstreamErrorContains");

  /// Ratios are compared as upstream's tests do.
  private static final double RATIO_PRECISION = 1e-9;

  private static final JsonMapper JSON = new JsonMapper();

  @Override
  public String name() {
    return "hpa";
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
        HpaCases.Operation operation = HpaCases.OPERATIONS.get(op);
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

  private static void check(JsonNode each, HpaCases.Operation operation, ConformanceReport report) {
    JsonNode expected = each.path("expect");
    ObjectNode got = JSON.createObjectNode();
    try {
      operation.run(each.path("input"), got);
    } catch (JacksonException | IllegalArgumentException e) {
      report.fail(each.path("id").asString(), expected.toString(), e.toString());
      return;
    }
    for (Map.Entry<String, JsonNode> key : expected.properties()) {
      if (!INFORMATIVE.contains(key.getKey()) && !same(key.getValue(), got.path(key.getKey()))) {
        report.fail(each.path("id").asString(), expected.toString(), got.toString());
        return;
      }
    }
    report.pass();
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
