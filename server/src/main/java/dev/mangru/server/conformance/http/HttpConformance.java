package dev.mangru.server.conformance.http;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.server.conformance.http.Operation.Parameter;
import dev.mangru.server.conformance.http.Variant.Expected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds a running Mangru against every OpenAPI description (`*.yaml`) of a folder. Each request is
/// a case. It passes if the status is a described one and of the expected kind, the content type is
/// the described one, and the body is valid against its schema; an error's words fit its status.
///
/// Two things that a Prometheus does otherwise than its description says are taken as right: a
/// success without data is 204 without a body, and requests in Protocol Buffers are refused in
/// plain text. A third is not asked for, and reported as skipped: the description wants results of
/// type string to hold two strings, and Prometheus' hold a time, which is a number, and a string.
/// Thread-safe.
public final class HttpConformance implements ConformanceArea {

  private static final JsonMapper JSON = new JsonMapper();

  private static final int MAX_YAML_ALIASES = 1_000;

  private final InstantSource clock;

  /// @param clock the wall clock, which the server under test has too
  public HttpConformance(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    List<Path> descriptions;
    try (Stream<Path> files = Files.list(folder)) {
      descriptions = files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    if (descriptions.isEmpty()) {
      return;
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    try (Rig rig = Rig.start(now)) {
      for (Path description : descriptions) {
        run(read(description), description.getFileName().toString(), rig, now, report);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Mangru was asked", e);
    }
  }

  private static JsonNode read(Path file) throws IOException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(MAX_YAML_ALIASES);
    try {
      return JSON.valueToTree(
          new Yaml(new SafeConstructor(options)).<Object>load(Files.readString(file)));
    } catch (YAMLException e) {
      throw new IOException(file + " is not YAML: " + e.getMessage(), e);
    }
  }

  private static void run(
      JsonNode document, String file, Rig rig, Instant now, ConformanceReport report)
      throws IOException, InterruptedException {
    JsonSchema schemas = new JsonSchema(document);
    String prefix = document.path("servers").path(0).path("url").asString("/api/v1");
    String token =
        rig.json("/api/v1/rules?group_limit=1").path("data").path("groupNextToken").asString("");
    Variants variants = new Variants(now, token);
    Requests requests = new Requests(rig, prefix);
    if (document.path("components").path("schemas").has("QueryData")) {
      report.skip(file + " describes results of type string as no Prometheus answers them", 1);
    }
    for (Operation operation : Operation.of(document, schemas)) {
      if (operation.undescribedBody()) {
        for (Requests.Body body : Requests.Body.of(operation.path(), now)) {
          outcome(
              file + ": " + operation.name() + ", " + body.what(),
              body.expected().name(),
              Answers.wrong(operation, body.expected(), requests.send(operation, body), schemas),
              report);
        }
        continue;
      }
      for (Variant variant : variants.of(operation)) {
        Expected expected = variant.expected();
        outcome(
            file + ": " + operation.name() + ", " + variant.what(),
            expected.name(),
            Answers.wrong(operation, expected, requests.send(operation, variant), schemas),
            report);
      }
    }
  }

  private static void outcome(
      String where, String expected, List<String> wrong, ConformanceReport report) {
    if (wrong.isEmpty()) {
      report.pass();
    } else {
      report.fail(where, expected, String.join("\n", wrong));
    }
  }

  /// Whether a parameter stands in the path.
  static boolean inPath(Operation operation, String name) {
    return operation.parameters().stream()
        .filter(each -> each.name().equals(name))
        .anyMatch(Parameter::inPath);
  }
}
