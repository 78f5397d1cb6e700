package dev.mangru.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.burn.BurnRateOptions;
import dev.mangru.alerts.burn.BurnRateRules;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.state.AlertJournal;
import dev.mangru.alerts.state.RuleEngine;
import dev.mangru.alerts.state.RuleEngineOptions;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.slo.Objective;
import dev.mangru.model.time.Ticker;
import dev.mangru.tsdb.conformance.MemoryStore;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Burn-rate rules over cumulative series of an objective, with our own PromQL.
class BurnRateOnPromqlTest {

  private static final Objective SHOP =
      new Objective("shop", "Checkout works", 0.999, new Objective.Indicator.Ratio("g", "t"));
  private static final long TICK_SECONDS = 10;

  private final MetricStore store = new MemoryStore();
  private final RuleEngine engine =
      new RuleEngine(
          new PromqlEngine(store, PromqlOptions.defaults()),
          store,
          new TsdbRuleTestKit().templates(),
          (_, _) -> {},
          AlertJournal.inMemory(),
          RuleEngineOptions.defaults(),
          Ticker.SYSTEM);

  private long second;
  private double good;
  private double total;

  BurnRateOnPromqlTest() {
    RuleFile rules = BurnRateRules.of(List.of(SHOP), BurnRateOptions.defaults());
    engine.reload(List.of(new RuleFile.Outcome.Parsed(rules, List.of())), Instant.EPOCH);
  }

  /// Time goes on with so many events a second, of which a part is bad.
  private void pass(Duration time, double perSecond, double bad) {
    for (long end = second + time.toSeconds(); second < end; ) {
      second += TICK_SECONDS;
      total += perSecond * TICK_SECONDS;
      good += perSecond * TICK_SECONDS * (1 - bad);
      Appender appender = store.appender();
      appender.append(
          Labels.of("__name__", "mangru_slo_good_total", "slo", "shop"), second * 1000, good);
      appender.append(
          Labels.of("__name__", "mangru_slo_total", "slo", "shop"), second * 1000, total);
      appender.commit();
    }
    engine.evaluateAll(Instant.ofEpochSecond(second));
  }

  private List<Alert> firing() {
    List<Alert> alerts = new ArrayList<>();
    engine
        .groups()
        .forEach(group ->
            group
                .rules()
                .forEach(rule -> {
                  assertThat(rule.evaluation().error()).isNull();
                  if (rule instanceof RuleStatus.Alerting alerting) {
                    alerts.addAll(alerting.alerts());
                  }
                }));
    return alerts;
  }

  private List<String> names() {
    return firing().stream()
        .map(alert -> alert.labels().get("alertname") + " " + alert.labels().get("long_window"))
        .toList();
  }

  @Test
  void a_young_objective_that_fails_pages_within_minutes_and_recovers() {
    pass(Duration.ofMinutes(3), 10, 0);
    assertThat(names()).isEmpty();
    pass(Duration.ofMinutes(2), 10, 0.3);
    assertThat(names())
        .containsExactly(
            "SloBurnRatePage 1h",
            "SloBurnRatePage 6h",
            "SloBurnRateTicket 1d",
            "SloBurnRateTicket 3d");
    Alert page = firing().getFirst();
    assertThat(page.labels().get("slo")).isEqualTo("shop");
    // 360 of 2,900 events between the first and the last point, a thousandth of which is allowed.
    assertThat(page.value()).isBetween(120.0, 128.0);
    assertThat(page.annotations().get("description"))
        .startsWith("In the last 1h, 12.")
        .contains("not measured yet", "Checkout works");
    pass(Duration.ofMinutes(6), 10, 0);
    pass(Duration.ofMinutes(3), 10, 0);
    assertThat(names()).doesNotContain("SloBurnRatePage 1h");
  }

  @Test
  void what_the_budget_allows_fires_nothing() {
    pass(Duration.ofHours(7), 1, 0.0009);
    assertThat(names()).isEmpty();
  }

  @Test
  void a_slow_burn_opens_a_ticket_and_wakes_nobody() {
    pass(Duration.ofHours(8), 1, 0.004);
    assertThat(names()).containsExactly("SloBurnRateTicket 1d", "SloBurnRateTicket 3d");
  }

  @Test
  void few_failures_of_little_traffic_fire_nothing() {
    pass(Duration.ofMinutes(30), 0.01, 0.2);
    assertThat(total - good).isLessThan(5);
    assertThat(names()).isEmpty();
  }
}
