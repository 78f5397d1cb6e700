package dev.mangru.alerts.state;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.alert.RuleStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// Everything the rules tell about themselves.
///
/// | metric | labels | says |
/// | --- | --- | --- |
/// | `mangru_rule_evaluations_total` | | evaluations of single rules |
/// | `mangru_rule_evaluation_failures_total` | | those that failed, or whose result was not stored |
/// | `mangru_rule_evaluation_seconds_total` | | time they took |
/// | `mangru_rule_missed_total` | | evaluations of groups that were skipped |
/// | `mangru_rule_template_failures_total` | | evaluations in which a template failed |
/// | `mangru_rule_file_problems` | | what is wrong in rule files now |
/// | `mangru_rules` | health | rules by health: unknown, ok, err |
/// | `mangru_alerts` | state | alerts by state: pending, firing |
/// | `mangru_alert_transitions_total` | | steps of alerts |
/// | `mangru_alerts_sent_total` | | alerts handed over, repeats included |
/// | `mangru_alert_send_failures_total` | | hand-overs that failed |
/// | `mangru_alert_journal_failures_total` | | writes that the disk refused |
public final class RuleMetrics implements MeterBinder {

  private final RuleEngine engine;

  /// Of this engine.
  public RuleMetrics(RuleEngine engine) {
    this.engine = engine;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    counter(
        registry,
        "mangru.rule.evaluations",
        "Evaluations of single rules",
        e -> e.counters().evaluations.sum());
    counter(
        registry,
        "mangru.rule.evaluation.failures",
        "Evaluations of rules that failed",
        e -> e.counters().failures.sum());
    counter(
        registry,
        "mangru.rule.evaluation.seconds",
        "Time that evaluations took",
        e -> e.counters().evaluationNanos.sum() / 1e9);
    counter(
        registry,
        "mangru.rule.missed",
        "Evaluations of groups that were skipped",
        e -> e.counters().missed.sum());
    counter(
        registry,
        "mangru.rule.template.failures",
        "Evaluations with a failing template",
        e -> e.counters().templateFailures.sum());
    counter(
        registry,
        "mangru.alert.transitions",
        "Steps of alerts",
        e -> e.counters().transitions.sum());
    counter(
        registry,
        "mangru.alerts.sent",
        "Alerts handed over, repeats included",
        e -> e.counters().sent.sum());
    counter(
        registry,
        "mangru.alert.send.failures",
        "Hand-overs of alerts that failed",
        e -> e.counters().sendFailures.sum());
    counter(
        registry,
        "mangru.alert.journal.failures",
        "Writes that the disk refused",
        e -> e.journalFailures());
    Gauge.builder("mangru.rule.file.problems", engine, e -> e.problems().size())
        .description("What is wrong in rule files now")
        .register(registry);
    for (RuleStatus.Health health : RuleStatus.Health.values()) {
      Gauge.builder("mangru.rules", engine, e -> rules(e, health))
          .description("Rules by health")
          .tag("health", health.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    for (AlertState state : new AlertState[] {AlertState.PENDING, AlertState.FIRING}) {
      Gauge.builder("mangru.alerts", engine, e -> alerts(e, state))
          .description("Alerts by state")
          .tag("state", state.word())
          .register(registry);
    }
  }

  private void counter(
      MeterRegistry registry, String name, String help, ToDoubleFunction<RuleEngine> value) {
    FunctionCounter.builder(name, engine, value).description(help).register(registry);
  }

  private static Stream<RuleStatus> statuses(RuleEngine engine) {
    return engine.groups().stream().flatMap(group -> group.rules().stream());
  }

  private static long rules(RuleEngine engine, RuleStatus.Health health) {
    return statuses(engine).filter(rule -> rule.evaluation().health() == health).count();
  }

  private static long alerts(RuleEngine engine, AlertState state) {
    return statuses(engine)
        .flatMap(rule ->
            rule instanceof RuleStatus.Alerting alerting
                ? alerting.alerts().stream().map(Alert::state)
                : Stream.empty())
        .filter(each -> each == state)
        .count();
  }
}
