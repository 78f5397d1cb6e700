package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an alerting rule makes of its expression's result: elements with their templates expanded,
/// and the series that tell of its alerts. Confined to one evaluation.
///
/// Source: prometheus `rules/alerting.go`.
final class AlertingEvaluation {

  private static final String ALERT_NAME = "alertname";

  /// For all templates of one evaluation: as long as a single one may take. Chosen.
  private static final Duration TEMPLATE_TIME = Duration.ofSeconds(5);

  /// Characters that all templates of one evaluation may make, plus one template's. Chosen: 1,600
  /// for each of ten thousand elements.
  private static final long TEMPLATE_CHARS = 16L << 20;

  private final Rule.Alerting rule;
  private final RuleEngineOptions options;
  private final RuleTemplates templates;
  private final RuleTemplates.Query query;
  private final long sampleMs;
  private final Ticker ticker;
  private long templateNanos;
  private long templateChars;
  private @Nullable String templateProblem;

  AlertingEvaluation(
      Rule.Alerting rule,
      RuleEngineOptions options,
      RuleTemplates templates,
      RuleTemplates.Query query,
      long sampleMs,
      Ticker ticker) {
    this.rule = rule;
    this.options = options;
    this.templates = templates;
    this.query = query;
    this.sampleMs = sampleMs;
    this.ticker = ticker;
  }

  /// The elements by their alerts' labels.
  ///
  /// @throws MangruException `EXECUTION` if two elements would be one alert, `QUERY_LIMIT` if
  ///   labels cannot be told because the templates have gone too far
  Map<Labels, ActiveAlerts.Element> elements(List<QueryValue.Sample> samples) {
    Map<Labels, ActiveAlerts.Element> elements = new LinkedHashMap<>();
    for (QueryValue.Sample sample : samples) {
      // The value of an alert is a number; Prometheus shows 0 for a histogram.
      double value = sample.histogram() == null ? sample.value() : 0;
      RuleTemplates.Input input =
          new RuleTemplates.Input(
              sample.labels(),
              value,
              options.externalLabels(),
              options.externalUrl(),
              sampleMs,
              query);
      Labels.Builder builder = sample.labels().withoutMetricName().toBuilder();
      for (Label label : rule.labels()) {
        // Without an alert's labels it would be another alert: then rather no result at all.
        requireFewTemplates();
        builder.set(label.name(), expand("label", label.name(), label.value(), input));
      }
      Labels labels = builder.set(ALERT_NAME, rule.name()).build();
      Labels.Builder annotations = Labels.builder();
      rule.annotations()
          .forEach((name, text) -> annotations.set(name, expand("annotation", name, text, input)));
      if (elements.put(labels, new ActiveAlerts.Element(labels, annotations.build(), value))
          != null) {
        throw new MangruException(
            ErrorCode.EXECUTION,
            "vector contains metrics with the same labelset after applying alert labels");
      }
    }
    return elements;
  }

  private String expand(String kind, String name, String text, RuleTemplates.Input input) {
    if (!text.contains("{{")) {
      return text;
    }
    long began = ticker.read();
    try {
      requireFewTemplates();
      String expanded = templates.expand(rule.name(), text, input);
      templateChars += expanded.length();
      return expanded;
    } catch (MangruException e) {
      if (templateProblem == null) {
        templateProblem = kind + " \"" + name + "\": " + e.text();
      }
      return "<error expanding template: " + e.text() + ">";
    } finally {
      templateNanos += ticker.read() - began;
    }
  }

  /// One template is cut off by its own limits; this keeps one for each of ten thousand elements
  /// from holding up the rules after it, and from filling the memory.
  private void requireFewTemplates() {
    if (templateNanos > TEMPLATE_TIME.toNanos()) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "the rule's templates have taken more than " + TEMPLATE_TIME.toSeconds() + " s");
    }
    if (templateChars > TEMPLATE_CHARS) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "the rule's templates have made more than " + TEMPLATE_CHARS + " characters");
    }
  }

  /// The first template that failed, or null.
  @Nullable String templateProblem() {
    return templateProblem;
  }

  /// The series that tell of pending and firing alerts.
  static Map<Labels, QueryValue.Sample> series(List<Alert> alerts) {
    Map<Labels, QueryValue.Sample> series = new LinkedHashMap<>();
    for (Alert alert : alerts) {
      put(
          series,
          alert.labels().toBuilder()
              .set(Labels.METRIC_NAME, "ALERTS")
              .set("alertstate", alert.state().word())
              .build(),
          1);
      put(
          series,
          alert.labels().toBuilder().set(Labels.METRIC_NAME, "ALERTS_FOR_STATE").build(),
          (double) alert.activeAt().getEpochSecond());
    }
    return series;
  }

  private static void put(Map<Labels, QueryValue.Sample> series, Labels labels, double value) {
    series.put(labels, new QueryValue.Sample(labels, 0, value));
  }
}
