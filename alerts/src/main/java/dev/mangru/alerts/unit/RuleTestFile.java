package dev.mangru.alerts.unit;

import dev.mangru.alerts.rule.RuleFileError;
import dev.mangru.alerts.rule.YamlDocuments;
import dev.mangru.alerts.rule.YamlMap;
import dev.mangru.alerts.rule.YamlProblems;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/// A file of unit tests, as written. Source: prometheus `cmd/promtool/unittest.go`.
///
/// @param ruleFiles patterns of rule files, relative to this file
/// @param evaluationInterval between evaluations of all groups
/// @param groupEvalOrder names of groups in the order in which they are evaluated
/// @param fuzzyCompare whether the neighbouring doubles are equal
record RuleTestFile(
    List<String> ruleFiles,
    Duration evaluationInterval,
    List<String> groupEvalOrder,
    boolean fuzzyCompare,
    List<Group> groups) {

  private static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(1);

  /// Series, and what is expected of them.
  record Group(
      String name,
      Duration interval,
      List<InputSeries> inputSeries,
      List<AlertTest> alertTests,
      List<ExpressionTest> expressionTests,
      Map<String, String> externalLabels,
      String externalUrl,
      Instant start) {}

  record InputSeries(String series, String values) {}

  record AlertTest(Duration evalTime, String alertname, List<ExpectedAlert> expected) {}

  record ExpectedAlert(Map<String, String> labels, Map<String, String> annotations) {}

  record ExpressionTest(String expression, Duration evalTime, List<ExpectedSample> expected) {}

  record ExpectedSample(String labels, double value, String histogram) {}

  /// A file, or what is wrong with it.
  record Read(@Nullable RuleTestFile file, List<RuleFileError> errors) {}

  static Read read(String text) {
    YamlProblems problems = new YamlProblems();
    Node root = YamlDocuments.first(text, problems).root();
    YamlMap map = root == null ? null : YamlMap.of(root, "main.unitTestFile", problems);
    if (map == null) {
      if (problems.isEmpty()) {
        problems.add(0, 0, "the file is empty");
      }
      return new Read(null, problems.sorted());
    }
    map.onlyFields(
        Set.of("rule_files", "evaluation_interval", "group_eval_order", "tests", "fuzzy_compare"),
        "main.unitTestFile");
    Duration interval = map.duration("evaluation_interval");
    if (interval == null || interval.isZero()) {
      interval = DEFAULT_INTERVAL;
    }
    List<String> order = texts(map, "group_eval_order", problems);
    for (int i = 0; i < order.size(); i++) {
      if (order.indexOf(order.get(i)) < i) {
        problems.at(
            map.place("group_eval_order"),
            "group name repeated in evaluation order: " + order.get(i));
      }
    }
    List<Group> groups = new ArrayList<>();
    for (Node node : map.list("tests", "main.testGroup")) {
      // A group of which nothing is said is a group all the same.
      YamlMap group = YamlMap.isNull(node) ? null : YamlMap.of(node, "main.testGroup", problems);
      if (group != null) {
        groups.add(group(group, interval, problems));
      }
    }
    RuleTestFile file =
        new RuleTestFile(
            texts(map, "rule_files", problems), interval, order, map.flag("fuzzy_compare"), groups);
    return problems.isEmpty() ? new Read(file, List.of()) : new Read(null, problems.sorted());
  }

  private static Group group(YamlMap map, Duration evaluation, YamlProblems problems) {
    map.onlyFields(
        Set.of(
            "interval",
            "input_series",
            "alert_rule_test",
            "promql_expr_test",
            "external_labels",
            "external_url",
            "name",
            "start_timestamp"),
        "main.testGroup");
    Duration interval = map.duration("interval");
    List<InputSeries> series = new ArrayList<>();
    for (YamlMap each : maps(map, "input_series", "main.series", problems)) {
      each.onlyFields(Set.of("series", "values"), "main.series");
      series.add(new InputSeries(each.text("series"), each.text("values")));
    }
    List<AlertTest> alerts = new ArrayList<>();
    for (YamlMap each : maps(map, "alert_rule_test", "main.alertTestCase", problems)) {
      alerts.add(alertTest(each, problems));
    }
    List<ExpressionTest> expressions = new ArrayList<>();
    for (YamlMap each : maps(map, "promql_expr_test", "main.promqlTestCase", problems)) {
      expressions.add(expressionTest(each, problems));
    }
    return new Group(
        map.text("name"),
        interval == null || interval.isZero() ? evaluation : interval,
        series,
        alerts,
        expressions,
        map.texts("external_labels"),
        map.text("external_url"),
        start(map, problems));
  }

  private static AlertTest alertTest(YamlMap map, YamlProblems problems) {
    map.onlyFields(Set.of("eval_time", "alertname", "exp_alerts"), "main.alertTestCase");
    if (map.text("alertname").isEmpty()) {
      problems.at(map.node(), "an item under alert_rule_test misses required attribute alertname");
    }
    List<ExpectedAlert> expected = new ArrayList<>();
    for (YamlMap alert : maps(map, "exp_alerts", "main.alert", problems)) {
      alert.onlyFields(Set.of("exp_labels", "exp_annotations"), "main.alert");
      expected.add(new ExpectedAlert(alert.texts("exp_labels"), alert.texts("exp_annotations")));
    }
    return new AlertTest(orZero(map.duration("eval_time")), map.text("alertname"), expected);
  }

  private static ExpressionTest expressionTest(YamlMap map, YamlProblems problems) {
    map.onlyFields(Set.of("expr", "eval_time", "exp_samples"), "main.promqlTestCase");
    List<ExpectedSample> expected = new ArrayList<>();
    for (YamlMap sample : maps(map, "exp_samples", "main.sample", problems)) {
      sample.onlyFields(Set.of("labels", "value", "histogram"), "main.sample");
      expected.add(
          new ExpectedSample(
              sample.text("labels"), number(sample, problems), sample.text("histogram")));
    }
    return new ExpressionTest(map.text("expr"), orZero(map.duration("eval_time")), expected);
  }

  private static double number(YamlMap map, YamlProblems problems) {
    String text = map.text("value");
    try {
      return switch (text) {
        case "" -> 0;
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "Inf", "+Inf" -> Double.POSITIVE_INFINITY;
        case "-.inf", "-.Inf", "-.INF", "-Inf" -> Double.NEGATIVE_INFINITY;
        case ".nan", ".NaN", ".NAN", "NaN" -> Double.NaN;
        default -> new BigDecimal(text.replace("_", "")).doubleValue();
      };
    } catch (NumberFormatException _) {
      problems.at(map.place("value"), YamlMap.cannotUnmarshal(map.place("value"), "float64"));
      return 0;
    }
  }

  /// RFC 3339, or seconds since the epoch.
  private static Instant start(YamlMap map, YamlProblems problems) {
    String text = map.text("start_timestamp");
    if (text.isEmpty()) {
      return Instant.EPOCH;
    }
    try {
      return Instant.ofEpochMilli(new BigDecimal(text).movePointRight(3).longValue());
    } catch (NumberFormatException _) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        problems.at(
            map.place("start_timestamp"),
            "start_timestamp must be seconds since the epoch or RFC 3339: " + e.getMessage());
        return Instant.EPOCH;
      }
    }
  }

  private static List<YamlMap> maps(YamlMap map, String field, String type, YamlProblems problems) {
    List<YamlMap> maps = new ArrayList<>();
    for (Node node : map.list(field, type)) {
      YamlMap each = YamlMap.of(node, type, problems);
      if (each != null) {
        maps.add(each);
      }
    }
    return maps;
  }

  private static List<String> texts(YamlMap map, String field, YamlProblems problems) {
    List<String> texts = new ArrayList<>();
    for (Node node : map.list(field, "string")) {
      if (node instanceof ScalarNode scalar) {
        texts.add(scalar.getValue());
      } else {
        problems.at(node, YamlMap.cannotUnmarshal(node, "string"));
      }
    }
    return texts;
  }

  private static Duration orZero(@Nullable Duration duration) {
    return duration == null ? Duration.ZERO : duration;
  }
}
