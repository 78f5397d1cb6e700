package dev.mangru.alerts.template;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.Ticker;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Labels and annotations of alerting rules, as Prometheus expands them: with `$labels`, `$value`,
/// `$externalLabels` and `$externalURL` at hand. Thread-safe.
///
/// @param query answers the function `query`
/// @param ticker measures how long an expansion takes
public record AlertTemplates(
    Labels externalLabels, String externalUrl, QueryFunction query, Ticker ticker) {

  /// What Prometheus puts in front of every text; error positions count it.
  private static final String PRELUDE =
      "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}"
          + "{{$externalURL := .ExternalURL}}{{$value := .Value}}";

  private static final GoType DATA =
      GoType.struct(
          "struct { Labels map[string]string; ExternalLabels map[string]string;"
              + " ExternalURL string; Value interface {} }",
          Map.of());

  /// What became of one text.
  ///
  /// @param text the expansion, or `<error expanding template: …>`
  /// @param error what went wrong, or null
  public record Expanded(String text, @Nullable String error) {}

  /// Expands one label's or annotation's `text`. Never throws for what the text holds.
  ///
  /// @param alert the rule's name, which errors tell
  /// @param labels of the sample that made the alert
  /// @param value of that sample
  /// @param at the evaluation's time, also that of queries
  public Expanded expand(String alert, String text, Labels labels, double value, Instant at) {
    if (text.indexOf('{') < 0) {
      return new Expanded(text, null);
    }
    String name = name(alert);
    try {
      Template template =
          Template.parse(name, PRELUDE + text, FunctionSet.PROMETHEUS, TemplateOptions.TEXT);
      return new Expanded(expand(template, labels, value, at), null);
    } catch (TemplateException e) {
      String error = e.inPrometheusWords(name);
      return new Expanded("<error expanding template: " + error + ">", error);
    }
  }

  /// A text parsed once, for [#expand(Template, Labels, double, Instant)].
  ///
  /// @throws TemplateException as [#validate(String, String)]
  public static Template parse(String alert, String text) throws TemplateException {
    return Template.parse(
        name(alert), PRELUDE + text, FunctionSet.PROMETHEUS, TemplateOptions.TEXT);
  }

  /// Expands a parsed text.
  ///
  /// @throws TemplateException if it cannot be expanded
  public String expand(Template template, Labels labels, double value, Instant at)
      throws TemplateException {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("Labels", map(labels));
    fields.put("ExternalLabels", map(externalLabels));
    fields.put("ExternalURL", Value.text(externalUrl));
    fields.put("Value", new Value.Real(value));
    return template.expand(
        new Value.Struct(fields, DATA), new TemplateContext(at, externalUrl, query, ticker));
  }

  /// Checks a text when rules are loaded, as Prometheus does: it must parse.
  ///
  /// @throws TemplateException such as `template: __alert_Down:1: undefined variable "$x"`
  public static void validate(String alert, String text) throws TemplateException {
    Parser.parse(name(alert), PRELUDE + text, FunctionSet.PROMETHEUS.names());
  }

  private static String name(String alert) {
    return "__alert_" + alert;
  }

  private static Value map(Labels labels) {
    Map<String, String> map = new LinkedHashMap<>();
    for (Label label : labels) {
      map.put(label.name(), label.value());
    }
    return Value.strings(map);
  }
}
