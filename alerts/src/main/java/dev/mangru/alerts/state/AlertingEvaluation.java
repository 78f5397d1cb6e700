package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
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

  private final Rule.Alerting rule;
  private final RuleEngineOptions options;
  private final RuleTemplates templates;
  private final RuleTemplates.Query query;
  private final long sampleMs;
  private @Nullable String templateProblem;

  AlertingEvaluation(
      Rule.Alerting rule,
      RuleEngineOptions options,
      RuleTemplates templates,
      RuleTemplates.Query query,
      long sampleMs) {
    this.rule = rule;
    this.options = options;
    this.templates = templates;
    this.query = query;
    this.sampleMs = sampleMs;
  }

  /// The elements by their alerts' labels.
  ///
  /// @throws MangruException `EXECUTION` if two elements would be one alert
  Map<Labels, ActiveAlerts.Element> elements(List<QueryValue.Sample> samples) {
    Map<Labels, ActiveAlerts.Element> elements = new LinkedHashMap<>();
    for (QueryValue.Sample sample : samples) {
      RuleTemplates.Input input =
          new RuleTemplates.Input(
              sample.labels(),
              sample.value(),
              options.externalLabels(),
              options.externalUrl(),
              sampleMs,
              query);
      Labels.Builder builder = sample.labels().withoutMetricName().toBuilder();
      for (Label label : rule.labels()) {
        builder.set(label.name(), expand("label", label.name(), label.value(), input));
      }
      Labels labels = builder.set(ALERT_NAME, rule.name()).build();
      Labels.Builder annotations = Labels.builder();
      rule.annotations()
          .forEach((name, text) -> annotations.set(name, expand("annotation", name, text, input)));
      if (elements.put(
              labels, new ActiveAlerts.Element(labels, annotations.build(), sample.value()))
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
    try {
      return templates.expand(rule.name(), text, input);
    } catch (MangruException e) {
      if (templateProblem == null) {
        templateProblem = kind + " \"" + name + "\": " + e.text();
      }
      return "<error expanding template: " + e.text() + ">";
    }
  }

  /// The first template that failed, or null.
  @Nullable String templateProblem() {
    return templateProblem;
  }

  /// The series that tell of pending and firing alerts.
  static Map<Labels, Double> series(List<Alert> alerts) {
    Map<Labels, Double> series = new LinkedHashMap<>();
    for (Alert alert : alerts) {
      series.put(
          alert.labels().toBuilder()
              .set(Labels.METRIC_NAME, "ALERTS")
              .set("alertstate", alert.state().word())
              .build(),
          1.0);
      series.put(
          alert.labels().toBuilder().set(Labels.METRIC_NAME, "ALERTS_FOR_STATE").build(),
          (double) alert.activeAt().getEpochSecond());
    }
    return series;
  }
}
