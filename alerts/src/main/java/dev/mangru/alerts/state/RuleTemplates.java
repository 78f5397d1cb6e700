package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.TemplateCheck;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import java.util.List;

/// Expands the templates of alerting rules. Thread-safe.
public interface RuleTemplates extends TemplateCheck {

  /// The text that `template` gives for one element of a rule's result.
  ///
  /// @param alert the rule that has it
  /// @throws dev.mangru.model.error.MangruException if it fails, or takes more than it may
  String expand(String alert, String template, Input input);

  /// What a template sees.
  ///
  /// @param labels of the element, its metric name included
  /// @param value of the element
  /// @param externalLabels of this server
  /// @param externalUrl where people reach this server; no slash at the end
  /// @param timeMs of the evaluation, milliseconds since the epoch
  /// @param query answers the `query` function
  record Input(
      Labels labels,
      double value,
      Labels externalLabels,
      String externalUrl,
      long timeMs,
      Query query) {}

  /// Answers expressions at the time of the evaluation.
  @FunctionalInterface
  interface Query {
    /// The elements of the result; a scalar is one element without labels.
    List<QueryValue.Sample> instant(String expression, long timeMs);
  }
}
