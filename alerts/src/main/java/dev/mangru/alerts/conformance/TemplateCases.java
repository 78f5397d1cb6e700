package dev.mangru.alerts.conformance;

import dev.mangru.alerts.template.FunctionSet;
import dev.mangru.alerts.template.QueryFunction;
import dev.mangru.alerts.template.Template;
import dev.mangru.alerts.template.TemplateContext;
import dev.mangru.alerts.template.TemplateException;
import dev.mangru.alerts.template.TemplateLimits;
import dev.mangru.alerts.template.TemplateOptions;
import dev.mangru.alerts.template.Value;
import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The cases of `templates.jsonl` in the folder of rules: a text, its input, and the output or
/// error that Prometheus gives. Thread-safe.
public final class TemplateCases {

  /// The file with the cases.
  public static final String FILE = "templates.jsonl";

  private static final Instant NOW = Instant.ofEpochSecond(1_353_755_652);
  private static final String EXTERNAL_URL = "http://testhost:9090/path/prefix";
  private static final JsonMapper JSON = new JsonMapper();

  private TemplateCases() {}

  /// Runs every case of the folder and tells `report`.
  public static void run(Path folder, ConformanceReport report) throws IOException {
    Path file = folder.resolve(FILE);
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        JsonNode each;
        try {
          each = JSON.readTree(lines.get(i));
        } catch (JacksonException e) {
          throw new IOException(
              file + ":" + (i + 1) + " is not JSON: " + e.getOriginalMessage(), e);
        }
        check(FILE + ":" + (i + 1) + " " + each.path("text").asString(), each, report);
      }
    }
  }

  private static void check(String where, JsonNode each, ConformanceReport report) {
    boolean fails = each.path("fail").asBoolean(false);
    String expected = each.path(fails ? "error" : "output").asString("");
    try {
      String got = expand(each);
      if (!fails && got.equals(expected)) {
        report.pass();
      } else {
        report.fail(where, fails ? "error: " + expected : expected, got);
      }
    } catch (TemplateException e) {
      String got = e.inPrometheusWords("test");
      // A case that only says that it fails says nothing of how.
      if (fails && (expected.isEmpty() || got.equals(expected))) {
        report.pass();
      } else {
        report.fail(where, expected, "error: " + got);
      }
    }
  }

  private static String expand(JsonNode each) throws TemplateException {
    boolean html = each.path("html").asBoolean(false);
    TemplateOptions.MissingKey missingKey = TemplateOptions.MissingKey.DEFAULT;
    for (JsonNode option : each.path("options")) {
      missingKey =
          switch (option.asString()) {
            case "missingkey=error" -> TemplateOptions.MissingKey.ERROR;
            case "missingkey=zero" -> TemplateOptions.MissingKey.ZERO;
            default -> TemplateOptions.MissingKey.DEFAULT;
          };
    }
    Template template =
        Template.parse(
            "test",
            each.path("text").asString(),
            html ? FunctionSet.PROMETHEUS_CONSOLE : FunctionSet.PROMETHEUS,
            new TemplateOptions(missingKey, html, TemplateLimits.DEFAULT));
    QueryFunction query = (_, _) -> samples(each.path("query_result"));
    return template.expand(
        input(each), new TemplateContext(NOW, EXTERNAL_URL, query, Ticker.SYSTEM));
  }

  private static Value input(JsonNode each) {
    for (String key : List.of("input_floats", "input_float")) {
      if (each.has(key)) {
        JsonNode numbers = each.path(key);
        if (!numbers.isArray()) {
          return Value.number(number(numbers));
        }
        List<Value> values = new ArrayList<>();
        numbers.forEach(number -> values.add(Value.number(number(number))));
        return Value.of(values);
      }
    }
    if (each.has("input_strings")) {
      return Value.of(each.path("input_strings").valueStream().map(JsonNode::asString).toList());
    }
    return each.has("input") ? value(each.path("input")) : Value.Nil.NIL;
  }

  /// Numbers are written as text, so that infinities have a way in.
  private static double number(JsonNode node) {
    if (node.isNumber()) {
      return node.asDouble();
    }
    return switch (node.asString()) {
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(node.asString());
    };
  }

  private static Value value(JsonNode node) {
    if (node.isObject()) {
      Map<String, Value> entries = new LinkedHashMap<>();
      node.properties().forEach(entry -> entries.put(entry.getKey(), value(entry.getValue())));
      return Value.of(entries);
    }
    if (node.isArray()) {
      return Value.of(node.valueStream().map(TemplateCases::value).toList());
    }
    if (node.isBoolean()) {
      return Value.of(node.asBoolean());
    }
    if (node.isNumber()) {
      return node.isIntegralNumber() ? Value.of(node.asLong()) : Value.of(node.asDouble());
    }
    return node.isNull() ? Value.Nil.NIL : Value.text(node.asString());
  }

  private static List<QueryValue.Sample> samples(JsonNode result) {
    List<QueryValue.Sample> samples = new ArrayList<>();
    for (JsonNode each : result) {
      Map<String, String> labels = new LinkedHashMap<>();
      each.path("metric")
          .properties()
          .forEach(label -> labels.put(label.getKey(), label.getValue().asString()));
      samples.add(
          new QueryValue.Sample(Labels.of(labels), NOW.toEpochMilli(), number(each.path("value"))));
    }
    return samples;
  }
}
