package dev.mangru.autoscaler.conformance;

import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The envelope that both autoscalers' cases come in: every `*.json` file of a folder holds
/// `{"cases": [{"id", "op", "input", "expect"}]}`. An `op` that nothing does yet is skipped and
/// says so.
final class CaseFiles {

  private static final JsonMapper JSON = new JsonMapper();

  private CaseFiles() {}

  /// Does what an `op` names and puts what came of it into `got`.
  interface Operation {
    void run(JsonNode input, ObjectNode got);
  }

  /// Runs every case.
  ///
  /// @param operations null for an `op` that is not known
  /// @param comesOut whether what was expected, first, agrees with what was got
  static void run(
      Path folder,
      ConformanceReport report,
      Function<String, @Nullable Operation> operations,
      BiPredicate<JsonNode, ObjectNode> comesOut)
      throws IOException {
    Map<String, Integer> skipped = new TreeMap<>();
    for (Path file : files(folder)) {
      JsonNode cases = read(file).path("cases");
      if (!cases.isArray() || cases.isEmpty()) {
        report.fail(file.getFileName().toString(), "a list of cases", "none");
      }
      for (JsonNode each : cases) {
        String op = each.path("op").asString();
        Operation operation = operations.apply(op);
        if (operation == null) {
          skipped.merge(op, 1, Integer::sum);
        } else {
          check(each, operation, comesOut, report);
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
      JsonNode each,
      Operation operation,
      BiPredicate<JsonNode, ObjectNode> comesOut,
      ConformanceReport report) {
    JsonNode expected = each.path("expect");
    ObjectNode got = JSON.createObjectNode();
    try {
      operation.run(each.path("input"), got);
    } catch (JacksonException | IllegalArgumentException | MangruException e) {
      report.fail(each.path("id").asString(), expected.toString(), e.toString());
      return;
    }
    if (comesOut.test(expected, got)) {
      report.pass();
    } else {
      report.fail(each.path("id").asString(), expected.toString(), got.toString());
    }
  }
}
