package dev.mangru.dashboard.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.SloStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SloSummaryTest {

  private static final Objective CHECKOUT =
      new Objective(
          "checkout",
          "Requests that do not fail",
          0.999,
          new Objective.Indicator.Ratio("good_total", "all_total"));

  @Test
  void the_month_speaks_for_the_objective() {
    SloSummary slo =
        SloSummary.of(
            new SloStatus(
                CHECKOUT,
                List.of(
                    window("1h", Duration.ofHours(1), 1.0, 1.0),
                    window("30d", Duration.ofDays(30), 0.99953, 0.53),
                    window("1y", Duration.ofDays(365), 0.9999, 0.9)),
                2.0));
    assertThat(slo.window()).isEqualTo("30d");
    assertThat(slo.actual()).isEqualTo("99.953 %");
    assertThat(slo.target()).isEqualTo("99.9 %");
    assertThat(slo.budgetLeft()).isEqualTo("53 % left");
    assertThat(slo.budgetLeftTime()).isEqualTo("22.9 min");
    assertThat(slo.budgetFill()).isEqualTo(0.53);
    assertThat(slo.burn()).isEqualTo("2×");
    assertThat(slo.exhaustion()).isEqualTo("out in 7.95 d at this rate");
    assertThat(slo.coverage()).isEmpty();
    assertThat(slo.rows()).extracting(SloSummary.Row::window).containsExactly("1h", "30d", "1y");
    assertThat(slo.rows())
        .extracting(SloSummary.Row::allowed)
        .containsExactly("3.6 s", "43.2 min", "8.76 h");
  }

  @Test
  void without_a_month_the_longest_window_speaks() {
    SloSummary slo =
        SloSummary.of(
            new SloStatus(
                CHECKOUT,
                List.of(
                    window("1d", Duration.ofDays(1), 1.0, 1.0),
                    window("1h", Duration.ofHours(1), 1.0, 1.0)),
                0.0));
    assertThat(slo.window()).isEqualTo("1d");
  }

  @Test
  void a_window_that_is_not_whole_yet_says_how_much_was_measured() {
    SloStatus.Window young =
        new SloStatus.Window(
            "30d", Duration.ofDays(30), Duration.ofHours(2), 1.0, 1.0, Duration.ofMinutes(43));
    SloSummary slo = SloSummary.of(new SloStatus(CHECKOUT, List.of(young), 0.0));
    assertThat(slo.coverage()).isEqualTo("measured for 2 h of 30 d");
  }

  @Test
  void an_objective_that_was_never_measured_claims_nothing() {
    SloStatus.Window blank =
        new SloStatus.Window("30d", Duration.ofDays(30), Duration.ZERO, null, null, null);
    SloSummary slo =
        SloSummary.of(new SloStatus(CHECKOUT, List.of(blank), null, "no series good_total"));
    assertThat(slo.health()).isEqualTo(SloHealth.UNKNOWN);
    assertThat(slo.actual()).isEqualTo("no data");
    assertThat(slo.budgetFill()).isNull();
    assertThat(slo.problem()).isEqualTo("no series good_total");
  }

  @Test
  void an_overspent_budget_leaves_an_empty_bar() {
    SloSummary slo =
        SloSummary.of(
            new SloStatus(CHECKOUT, List.of(window("30d", Duration.ofDays(30), 0.99, -9.0)), 1.0));
    assertThat(slo.budgetFill()).isEqualTo(0.0);
    assertThat(slo.budgetLeft()).isEqualTo("overspent by 900 %");
    assertThat(slo.health()).isEqualTo(SloHealth.BREACHED);
  }

  @Test
  void health_follows_budget_and_pace() {
    assertThat(health(0.9, 0.5)).isEqualTo(SloHealth.OK);
    assertThat(health(0.9, null)).isEqualTo(SloHealth.OK);
    assertThat(health(0.9, 6.0)).isEqualTo(SloHealth.AT_RISK);
    assertThat(health(0.2, 0.5)).isEqualTo(SloHealth.AT_RISK);
    assertThat(health(0.9, 14.4)).isEqualTo(SloHealth.BURNING);
    assertThat(health(0.0, 0.0)).isEqualTo(SloHealth.BREACHED);
    assertThat(health(null, 20.0)).isEqualTo(SloHealth.UNKNOWN);
  }

  private static SloHealth health(@Nullable Double left, @Nullable Double burn) {
    return SloHealth.of(
        new SloStatus.Window(
            "30d", Duration.ofDays(30), Duration.ofDays(30), 0.9995, left, Duration.ZERO),
        burn);
  }

  private static SloStatus.Window window(
      String name, Duration length, double availability, double left) {
    return new SloStatus.Window(
        name,
        length,
        length,
        availability,
        left,
        Duration.ofMillis((long) Math.max(0, left * 0.001 * length.toMillis())));
  }
}
