package dev.mangru.alerts.rule;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/// Reads rule files strictly, in the way and with the words of Prometheus, and tells every error
/// with its line and column. Thread-safe.
///
/// Only the first document of a file counts; a second one is a warning. Source: prometheus
/// `model/rulefmt/rulefmt.go`.
public final class RuleFileParser {

  /// Most rules of one file. Chosen: what one group of our largest test has, twice.
  public static final int MAX_RULES = 20_000;

  private static final Set<String> FILE_FIELDS = Set.of("groups");
  private static final Set<String> GROUP_FIELDS =
      Set.of("name", "interval", "query_offset", "limit", "labels", "rules");
  private static final Set<String> RULE_FIELDS =
      Set.of("record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations");

  private final ExpressionCheck expressions;
  private final TemplateCheck templates;
  private final NameValidation names;
  private final boolean ignoreUnknownFields;

  /// A strict parser that allows names in UTF-8.
  public RuleFileParser(ExpressionCheck expressions, TemplateCheck templates) {
    this(expressions, templates, NameValidation.UTF8, false);
  }

  /// A parser.
  ///
  /// @param ignoreUnknownFields whether fields that nobody knows are passed over
  public RuleFileParser(
      ExpressionCheck expressions,
      TemplateCheck templates,
      NameValidation names,
      boolean ignoreUnknownFields) {
    this.expressions = expressions;
    this.templates = templates;
    this.names = names;
    this.ignoreUnknownFields = ignoreUnknownFields;
  }

  /// Reads one file.
  ///
  /// @param file its name as users know it
  public RuleFile.Outcome parse(String file, String text) {
    YamlProblems problems = new YamlProblems();
    YamlDocuments.First documents = YamlDocuments.first(text, problems);
    List<RuleGroup> groups = new ArrayList<>();
    if (documents.root() != null) {
      YamlMap root = YamlMap.of(documents.root(), "rulefmt.RuleGroups", problems);
      if (root != null) {
        onlyFields(root, FILE_FIELDS, "rulefmt.RuleGroups");
        groups(root, text, groups, problems);
      }
    }
    if (!problems.isEmpty()) {
      return new RuleFile.Outcome.Refused(file, problems.sorted());
    }
    YamlProblems warnings = new YamlProblems();
    if (documents.more() != null) {
      warnings.at(
          documents.more(), "the file has more than one YAML document; only the first one is read");
    }
    return new RuleFile.Outcome.Parsed(new RuleFile(file, groups), warnings.sorted());
  }

  private void onlyFields(YamlMap map, Set<String> known, String type) {
    if (!ignoreUnknownFields) {
      map.onlyFields(known, type);
    }
  }

  private void groups(YamlMap root, String text, List<RuleGroup> groups, YamlProblems problems) {
    Set<String> seen = new HashSet<>();
    int rules = 0;
    for (Node node : root.list("groups", "rulefmt.RuleGroup")) {
      YamlMap map = YamlMap.of(node, "rulefmt.RuleGroup", problems);
      if (map == null) {
        continue;
      }
      onlyFields(map, GROUP_FIELDS, "rulefmt.RuleGroup");
      RuleGroup group = group(map, text, problems);
      if (group.name().isEmpty()) {
        problems.at(map.place("name"), "Groupname must not be empty");
      } else if (!seen.add(group.name())) {
        problems.at(
            map.place("name"), "groupname: \"" + group.name() + "\" is repeated in the same file");
      }
      rules += group.rules().size();
      groups.add(group);
      if (rules > MAX_RULES) {
        problems.at(map.node(), "more than " + MAX_RULES + " rules in one file: split it");
        return;
      }
    }
  }

  private RuleGroup group(YamlMap map, String text, YamlProblems problems) {
    String name = map.text("name");
    Map<String, String> groupLabels = map.texts("labels");
    labelNames(map, groupLabels, "", problems);
    Duration interval = map.duration("interval");
    Duration offset = map.duration("query_offset");
    int limit = map.integer("limit", 0);
    if (limit < 0) {
      problems.at(map.place("limit"), "limit must not be negative: " + limit);
    }
    List<Rule> rules = new ArrayList<>();
    int number = 0;
    for (Node node : map.list("rules", "rulefmt.Rule")) {
      number++;
      YamlMap fields = YamlMap.of(node, "rulefmt.Rule", problems);
      if (fields == null) {
        continue;
      }
      onlyFields(fields, RULE_FIELDS, "rulefmt.Rule");
      Rule rule = rule(fields, groupLabels, new Place(name, number, text), problems);
      if (rule != null) {
        rules.add(rule);
      }
    }
    return new RuleGroup(
        name, interval == null || interval.isZero() ? null : interval, offset, limit, rules);
  }

  /// Which rule a problem is about.
  private record Place(String group, int number, String text) {
    String message(String ruleName, String problem) {
      return "group \"" + group + "\", rule " + number + ", \"" + ruleName + "\": " + problem;
    }
  }

  private @Nullable Rule rule(
      YamlMap fields, Map<String, String> groupLabels, Place place, YamlProblems problems) {
    String record = fields.text("record");
    String alert = fields.text("alert");
    String expression = fields.text("expr");
    Duration hold = orZero(fields.duration("for"));
    Duration keepFiring = orZero(fields.duration("keep_firing_for"));
    Map<String, String> ownLabels = fields.texts("labels");
    Map<String, String> annotations = fields.texts("annotations");
    String name = alert.isEmpty() ? record : alert;
    RuleProblems rule = new RuleProblems(fields, place, name, problems);
    if (!record.isEmpty() && !alert.isEmpty()) {
      rule.at(fields.place("record"), "only one of 'record' and 'alert' must be set");
    }
    if (name.isEmpty()) {
      rule.at(fields.node(), "one of 'record' or 'alert' must be set");
    }
    expression(expression, rule);
    if (!record.isEmpty()) {
      recording(record, annotations, hold, keepFiring, rule);
    }
    labelNames(fields, ownLabels, rule.prefix(), problems);
    YamlMap annotationFields = fields.nested("annotations");
    annotations
        .keySet()
        .forEach(key -> {
          if (!names.isLabelName(key)) {
            rule.at(placeOfKey(fields, annotationFields, key), "invalid annotation name: " + key);
          }
        });
    if (!alert.isEmpty()) {
      templates(alert, "label", ownLabels, fields.nested("labels"), rule);
      templates(alert, "annotation", annotations, annotationFields, rule);
    }
    Map<String, String> all = new TreeMap<>(groupLabels);
    all.putAll(ownLabels);
    // A name that is empty has been told above; Labels would refuse it with a worse message.
    all.remove("");
    Labels labels = Labels.of(all);
    int line = fields.node().getStartMark().getLine() + 1;
    if (name.isEmpty()) {
      return null;
    }
    return alert.isEmpty()
        ? new Rule.Recording(record, expression, labels, line)
        : new Rule.Alerting(alert, expression, labels, hold, keepFiring, annotations, line);
  }

  private void expression(String expression, RuleProblems rule) {
    if (expression.isEmpty()) {
      rule.at(rule.fields().place("expr"), "field 'expr' must be set in rule");
      return;
    }
    try {
      expressions.check(expression);
    } catch (MangruException e) {
      ExpressionPlace at =
          ExpressionPlace.of(rule.fields().place("expr"), rule.place().text(), e.text());
      rule.at(at.line(), at.column(), "could not parse expression: " + e.text());
    }
  }

  private void recording(
      String record,
      Map<String, String> annotations,
      Duration hold,
      Duration keepFiring,
      RuleProblems rule) {
    if (!annotations.isEmpty()) {
      rule.atKey("annotations", "invalid field 'annotations' in recording rule");
    }
    if (!hold.isZero()) {
      rule.atKey("for", "invalid field 'for' in recording rule");
    }
    if (!keepFiring.isZero()) {
      rule.atKey("keep_firing_for", "invalid field 'keep_firing_for' in recording rule");
    }
    if (!names.isMetricName(record)) {
      rule.atValue("record", "invalid recording rule name: " + record);
    }
    if (record.indexOf('{') >= 0 || record.indexOf('}') >= 0) {
      rule.atValue(
          "record", "braces present in the recording rule name; should it be in expr?: " + record);
    }
  }

  private void labelNames(
      YamlMap fields, Map<String, String> labels, String prefix, YamlProblems problems) {
    YamlMap places = fields.nested("labels");
    labels.forEach((key, value) -> {
      if (!names.isLabelName(key) || key.equals(Labels.METRIC_NAME)) {
        problems.at(placeOfKey(fields, places, key), prefix + "invalid label name: " + key);
      }
      if (!NameValidation.isUtf8(value)) {
        problems.at(placeOfKey(fields, places, key), prefix + "invalid label value: " + value);
      }
    });
  }

  private void templates(
      String alert,
      String kind,
      Map<String, String> texts,
      @Nullable YamlMap places,
      RuleProblems rule) {
    texts.forEach((key, text) -> {
      try {
        templates.check(alert, text);
      } catch (MangruException e) {
        rule.at(
            places == null ? rule.fields().node() : places.place(key),
            kind + " \"" + key + "\": " + e.text());
      }
    });
  }

  private static Node placeOfKey(YamlMap fields, @Nullable YamlMap nested, String key) {
    Node place = nested == null ? null : nested.key(key);
    return place == null ? fields.node() : place;
  }

  private static Duration orZero(@Nullable Duration duration) {
    return duration == null ? Duration.ZERO : duration;
  }

  /// Writes down what is wrong with one rule.
  private record RuleProblems(YamlMap fields, Place place, String name, YamlProblems problems) {

    String prefix() {
      return place.message(name, "");
    }

    void at(Node node, String message) {
      problems.at(node, prefix() + message);
    }

    void at(int line, int column, String message) {
      problems.add(line, column, prefix() + message);
    }

    void atKey(String field, String message) {
      Node key = fields.key(field);
      at(key == null ? fields.node() : key, message);
    }

    void atValue(String field, String message) {
      at(fields.place(field), message);
    }
  }
}
