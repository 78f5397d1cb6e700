package dev.mangru.alerts.conformance;

import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.route.LabelNames;
import dev.mangru.alerts.route.Matchers;
import dev.mangru.alerts.route.Route;
import dev.mangru.alerts.route.TimeInterval;
import dev.mangru.alerts.route.TimeIntervals;
import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs Alertmanager's cases: configuration files and their errors, matchers, time intervals,
/// routing. Upstream's tests of configurations run with classic label names, so ours do. A time
/// interval counts as one case, and each of its instants as another. Thread-safe.
public final class AlertmanagerConformance implements ConformanceArea {

  private static final JsonMapper JSON = new JsonMapper();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd MMM yy HH:mm xx", Locale.ENGLISH);

  @Override
  public String name() {
    return "alertmanager";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    for (JsonNode each : lines(folder.resolve("config/manifest.jsonl"))) {
      String file = each.path("file").asString();
      String yaml =
          Files.readString(folder.resolve("config").resolve(file), StandardCharsets.UTF_8);
      config("config/" + file, yaml, each, report);
    }
    for (JsonNode each : lines(folder.resolve("config_inline.jsonl"))) {
      config(each.path("name").asString(), each.path("yaml").asString(), each, report);
    }
    for (JsonNode each : lines(folder.resolve("matchers.jsonl"))) {
      matchers(each, report);
    }
    for (JsonNode each : lines(folder.resolve("time_intervals.jsonl"))) {
      timeIntervals(each, report);
    }
    for (JsonNode each : lines(folder.resolve("routing.jsonl"))) {
      routing(each, report);
    }
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    if (!Files.exists(file)) {
      return nodes;
    }
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      if (line.isBlank()) {
        continue;
      }
      try {
        nodes.add(JSON.readTree(line));
      } catch (JacksonException e) {
        throw new IOException(file + " holds a line that is not JSON: " + line, e);
      }
    }
    return nodes;
  }

  private static void config(String where, String yaml, JsonNode each, ConformanceReport report) {
    String got = "ok";
    try {
      AlertmanagerConfig.parse(where, yaml, LabelNames.CLASSIC);
    } catch (MangruException e) {
      got = "error: " + e.text();
    }
    outcome(where, each.path("ok").asBoolean(), each.path("error").asString(""), got, report);
  }

  /// Passes if `got` is as expected; an error is compared if one is given.
  private static void outcome(
      String where, boolean ok, String error, String got, ConformanceReport report) {
    String expected = ok ? "ok" : "error: " + error;
    if (got.equals(expected) || (!ok && error.isEmpty() && got.startsWith("error: "))) {
      report.pass();
    } else {
      report.fail(where, expected, got);
    }
  }

  private static void matchers(JsonNode each, ConformanceReport report) {
    String input = each.path("input").asString();
    String expected = each.path("matchers").toString();
    String got;
    try {
      List<String> found = new ArrayList<>();
      for (LabelMatcher matcher : Matchers.parseUtf8(input)) {
        found.add(
            JSON.writeValueAsString(
                List.of(matcher.name(), matcher.operator().symbol(), matcher.value())));
      }
      got = "[" + String.join(",", found) + "]";
    } catch (MangruException e) {
      outcome(
          input,
          each.path("ok").asBoolean(),
          each.path("error").asString(""),
          "error: " + e.text(),
          report);
      return;
    }
    if (each.path("ok").asBoolean() && got.equals(expected)) {
      report.pass();
    } else {
      report.fail(input, each.path("ok").asBoolean() ? expected : each.toString(), got);
    }
  }

  private static void timeIntervals(JsonNode each, ConformanceReport report) {
    String yaml = each.path("yaml").asString();
    List<TimeInterval> intervals;
    try {
      intervals = TimeIntervals.parse(yaml);
    } catch (MangruException e) {
      outcome(
          yaml,
          each.path("ok").asBoolean(),
          each.path("err").asString(""),
          "error: " + e.text(),
          report);
      return;
    }
    outcome(yaml, each.path("ok").asBoolean(), each.path("err").asString(""), "ok", report);
    instants(yaml, intervals, each.path("contains"), true, report);
    instants(yaml, intervals, each.path("excludes"), false, report);
  }

  private static void instants(
      String yaml,
      List<TimeInterval> intervals,
      JsonNode times,
      boolean inside,
      ConformanceReport report) {
    for (JsonNode time : times) {
      Instant at = OffsetDateTime.parse(time.asString(), TIME).toInstant();
      boolean got = intervals.stream().anyMatch(interval -> interval.contains(at));
      if (got == inside) {
        report.pass();
      } else {
        report.fail(yaml + " at " + time.asString(), "inside: " + inside, "inside: " + got);
      }
    }
  }

  private static void routing(JsonNode each, ConformanceReport report) {
    String yaml = each.path("config").asString();
    Labels.Builder labels = Labels.builder();
    each.path("labels").properties().forEach(e -> labels.set(e.getKey(), e.getValue().asString()));
    String where = "route of " + labels.build();
    List<String> receivers;
    List<String> keys;
    try {
      List<Route> routes = root(yaml).match(labels.build());
      receivers = routes.stream().map(Route::receiver).toList();
      keys = routes.stream().map(Route::key).toList();
    } catch (MangruException e) {
      report.fail(where, each.toString(), e.text());
      return;
    }
    String expectedKeys = strings(each.path("route_keys"));
    boolean right =
        receivers.toString().equals(strings(each.path("receivers")))
            && (expectedKeys == null || keys.toString().equals(expectedKeys));
    if (right) {
      report.pass();
    } else {
      report.fail(
          where, each.path("receivers") + " " + each.path("route_keys"), receivers + " " + keys);
    }
  }

  private static Route root(String yaml) {
    try {
      return AlertmanagerConfig.parse("case", yaml, LabelNames.CLASSIC).route();
    } catch (MangruException e) {
      if (e.text().contains("not found in type")) {
        return AlertmanagerConfig.parseRoute(yaml, LabelNames.CLASSIC);
      }
      throw e;
    }
  }

  private static @Nullable String strings(JsonNode array) {
    if (!array.isArray()) {
      return null;
    }
    List<String> strings = new ArrayList<>();
    array.forEach(each -> strings.add(each.asString()));
    return strings.toString();
  }
}
