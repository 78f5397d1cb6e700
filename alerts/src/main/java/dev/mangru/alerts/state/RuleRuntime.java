package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.alert.RuleStatus.Evaluation;
import dev.mangru.model.alert.RuleStatus.Health;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One rule while it runs: what its last evaluation gave. Confined to its group's lock, except for
/// the status, which anyone may read.
sealed interface RuleRuntime {

  /// Which rule it is.
  RuleKey key();

  /// As written.
  Rule rule();

  /// What anyone may see. Thread-safe.
  RuleStatus status();

  /// The same, were its last evaluation this one.
  RuleStatus status(Evaluation evaluation);

  /// How the last evaluation went.
  Evaluation evaluation();

  /// Sets how an evaluation went.
  void evaluated(Evaluation evaluation);

  /// Series that the last evaluation wrote; what is missing from the next one gets a stale marker.
  Set<Labels> written();

  /// Replaces them.
  void written(Set<Labels> series);

  /// Nothing evaluated yet.
  Evaluation NEVER = new Evaluation(Health.UNKNOWN, null, null, Duration.ZERO);

  /// A recording rule.
  final class Recording implements RuleRuntime {
    private final RuleKey key;
    private final Rule.Recording rule;
    private volatile Evaluation evaluation = NEVER;
    private Set<Labels> written = new HashSet<>();

    Recording(RuleKey key, Rule.Recording rule) {
      this.key = key;
      this.rule = rule;
    }

    @Override
    public RuleKey key() {
      return key;
    }

    @Override
    public Rule.Recording rule() {
      return rule;
    }

    @Override
    public RuleStatus status() {
      return status(evaluation);
    }

    @Override
    public RuleStatus status(Evaluation shown) {
      return new RuleStatus.Recording(rule.name(), rule.expression(), rule.labels(), shown);
    }

    @Override
    public Evaluation evaluation() {
      return evaluation;
    }

    @Override
    public void evaluated(Evaluation now) {
      evaluation = now;
    }

    @Override
    public Set<Labels> written() {
      return written;
    }

    @Override
    public void written(Set<Labels> series) {
      written = series;
    }
  }

  /// An alerting rule.
  final class Alerting implements RuleRuntime {
    private final RuleKey key;
    private final Rule.Alerting rule;
    private final Labels annotations;
    private final ActiveAlerts alerts;
    private volatile Evaluation evaluation = NEVER;
    private volatile List<Alert> shown = List.of();
    private Set<Labels> written = new HashSet<>();

    Alerting(RuleKey key, Rule.Alerting rule, ActiveAlerts alerts) {
      this.key = key;
      this.rule = rule;
      this.annotations = Labels.of(rule.annotations());
      this.alerts = alerts;
      publish();
    }

    @Override
    public RuleKey key() {
      return key;
    }

    @Override
    public Rule.Alerting rule() {
      return rule;
    }

    /// Its alerts.
    ActiveAlerts alerts() {
      return alerts;
    }

    /// Lets anyone see the alerts as they are now.
    void publish() {
      shown = alerts.pendingAndFiring();
    }

    @Override
    public RuleStatus status() {
      return status(evaluation);
    }

    @Override
    public RuleStatus status(Evaluation instead) {
      return new RuleStatus.Alerting(
          rule.name(),
          rule.expression(),
          rule.labels(),
          instead,
          rule.hold(),
          rule.keepFiring(),
          annotations,
          shown);
    }

    @Override
    public Evaluation evaluation() {
      return evaluation;
    }

    @Override
    public void evaluated(Evaluation now) {
      evaluation = now;
    }

    @Override
    public Set<Labels> written() {
      return written;
    }

    @Override
    public void written(Set<Labels> series) {
      written = series;
    }
  }
}
