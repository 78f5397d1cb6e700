package dev.mangru.model.alert;

import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rule and how it fares.
public sealed interface RuleStatus {

  /// The recorded series or the alert.
  String name();

  /// In PromQL.
  String expression();

  /// Added to each result.
  Labels labels();

  /// How its last evaluation went.
  Evaluation evaluation();

  /// How an evaluation went.
  ///
  /// @param health whether it worked
  /// @param error why not; null if it did
  /// @param at when it began; null before the first
  /// @param took how long it took
  record Evaluation(Health health, @Nullable String error, @Nullable Instant at, Duration took) {}

  /// Whether a rule works.
  enum Health {
    UNKNOWN,
    OK,
    ERR
  }

  /// A rule that records a series.
  record Recording(String name, String expression, Labels labels, Evaluation evaluation)
      implements RuleStatus {}

  /// A rule that alerts.
  ///
  /// @param hold how long the expression must have a result before the alert fires
  /// @param keepFiring how long it goes on firing without one
  /// @param annotations as written, not expanded
  /// @param alerts pending and firing ones
  record Alerting(
      String name,
      String expression,
      Labels labels,
      Evaluation evaluation,
      Duration hold,
      Duration keepFiring,
      Labels annotations,
      List<Alert> alerts)
      implements RuleStatus {
    public Alerting {
      alerts = List.copyOf(alerts);
    }

    /// The worst of its alerts' states.
    public AlertState state() {
      return alerts.stream()
          .map(Alert::state)
          .max(AlertState::compareTo)
          .orElse(AlertState.INACTIVE);
    }
  }
}
