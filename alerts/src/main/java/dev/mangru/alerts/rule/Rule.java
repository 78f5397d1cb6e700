package dev.mangru.alerts.rule;

import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// One rule of a group.
public sealed interface Rule {

  /// The recorded metric, or the alert's name.
  String name();

  /// PromQL.
  String expression();

  /// What the rule adds to its results' labels, those of its group included.
  Labels labels();

  /// Where it stands in its file, from 1.
  int line();

  /// Keeps the result of an expression as a metric.
  record Recording(String name, String expression, Labels labels, int line) implements Rule {}

  /// Makes an alert of every element of an expression's result.
  ///
  /// @param labels values are templates
  /// @param hold how long an element must be there before its alert fires; may be zero
  /// @param keepFiring how long an alert goes on firing after its element went; may be zero
  /// @param annotations values are templates; sorted by name
  record Alerting(
      String name,
      String expression,
      Labels labels,
      Duration hold,
      Duration keepFiring,
      Map<String, String> annotations,
      int line)
      implements Rule {
    public Alerting {
      annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }
  }
}
