package dev.mangru.alerts.conformance;

import dev.mangru.alerts.rule.NameValidation;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileError;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.unit.RuleTestKit;
import dev.mangru.alerts.unit.RuleTestOptions;
import dev.mangru.alerts.unit.RuleTestResult;
import dev.mangru.alerts.unit.RuleTests;
import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs the rules corpus: rule files (`files/manifest.jsonl`), templates (`templates.jsonl`), unit
/// tests of rules (`unit/manifest.json`), and the alert generator's rules, which must load.
/// Thread-safe if its kit is.
public final class RulesConformance implements ConformanceArea {

  private static final JsonMapper JSON = new JsonMapper();

  private final RuleTestKit kit;

  /// Runs on this store, PromQL and notation.
  public RulesConformance(RuleTestKit kit) {
    this.kit = kit;
  }

  @Override
  public String name() {
    return "rules";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    files(folder.resolve("files"), report);
    TemplateCases.run(folder, report);
    unit(folder.resolve("unit"), report);
    Path generator = folder.resolve("alert_generator/rules.yaml");
    if (Files.exists(generator)) {
      accept("alert_generator/rules.yaml", generator, report);
    }
  }

  private void accept(String where, Path file, ConformanceReport report) throws IOException {
    switch (parse(file, NameValidation.UTF8)) {
      case RuleFile.Outcome.Parsed _ -> report.pass();
      case RuleFile.Outcome.Refused refused ->
          report.fail(where, "loads", refused.errors().toString());
    }
  }

  private RuleFile.Outcome parse(Path file, NameValidation names) throws IOException {
    String name = file.getFileName().toString();
    String text;
    try {
      text = Files.readString(file);
    } catch (CharacterCodingException _) {
      RuleFileError error = new RuleFileError(0, 0, "yaml: invalid UTF-8");
      return new RuleFile.Outcome.Refused(name, List.of(error));
    }
    return new RuleFileParser(kit.expressions(), kit.templates(), names, false).parse(name, text);
  }

  private void files(Path folder, ConformanceReport report) throws IOException {
    for (String line : Files.readAllLines(folder.resolve("manifest.jsonl"))) {
      if (line.isBlank()) {
        continue;
      }
      JsonNode each = json(line);
      String file = each.path("file").asString();
      boolean ok = each.path("ok").asBoolean();
      NameValidation names =
          each.path("name_validation").asString("utf8").equals("legacy")
              ? NameValidation.LEGACY
              : NameValidation.UTF8;
      if (ok) {
        RuleFile.Outcome outcome = parse(folder.resolve(file), names);
        if (outcome instanceof RuleFile.Outcome.Refused refused) {
          report.fail("files/" + file, "loads", refused.errors().toString());
        } else {
          report.pass();
        }
        continue;
      }
      String wanted = each.path("error_contains").asString("");
      switch (parse(folder.resolve(file), names)) {
        case RuleFile.Outcome.Parsed _ ->
            report.fail("files/" + file, "error: " + wanted, "it loads");
        case RuleFile.Outcome.Refused refused -> {
          if (mentions(refused.errors(), wanted)) {
            report.pass();
          } else {
            report.fail("files/" + file, "error: " + wanted, refused.errors().toString());
          }
        }
      }
    }
  }

  private static boolean mentions(List<RuleFileError> errors, String wanted) {
    return errors.stream().anyMatch(error -> error.toString().contains(wanted));
  }

  private void unit(Path folder, ConformanceReport report) throws IOException {
    for (JsonNode each : json(Files.readString(folder.resolve("manifest.json")))) {
      unit(folder, each, report);
    }
  }

  private void unit(Path folder, JsonNode each, ConformanceReport report) throws IOException {
    Set<String> features = new HashSet<>();
    each.path("query_opts").forEach(option -> features.add(option.asString()));
    RuleTestOptions options =
        new RuleTestOptions(
            each.path("run").valueStream().map(JsonNode::asString).toList(),
            each.path("ignore_unknown_fields").asBoolean(),
            features);
    StringBuilder failures = new StringBuilder();
    for (JsonNode file : each.path("files")) {
      RuleTestResult result = new RuleTests(kit, options).run(folder.resolve(file.asString()));
      result.failures().forEach(failure -> failures.append(failure).append('\n'));
    }
    boolean shouldPass = each.path("exit").asInt() == 0;
    String where = "unit: " + each.path("name").asString();
    if (shouldPass != failures.isEmpty()) {
      report.fail(
          where,
          shouldPass ? "all tests pass" : "failures",
          failures.isEmpty() ? "all tests pass" : failures.toString());
    } else {
      report.pass();
    }
  }

  private static JsonNode json(String text) throws IOException {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw new IOException("a manifest is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
