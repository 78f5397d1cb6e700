package dev.mangru.alerts.burn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleGroup;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.slo.Objective;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BurnRateRulesTest {

  private static final Objective SHOP =
      new Objective("shop", "Checkout works", 0.999, new Objective.Indicator.Ratio("g", "t"));

  private static List<Rule.Alerting> rules(Objective... objectives) {
    return BurnRateRules.of(List.of(objectives), BurnRateOptions.defaults()).groups().stream()
        .flatMap(group -> group.rules().stream())
        .map(Rule.Alerting.class::cast)
        .toList();
  }

  @Test
  void each_objective_has_two_pages_and_two_tickets_in_groups_of_their_own() {
    RuleFile file = BurnRateRules.of(List.of(SHOP), BurnRateOptions.defaults());
    assertThat(file.groups())
        .extracting(RuleGroup::name)
        .containsExactly("slo-burn-rate-page", "slo-burn-rate-ticket");
    assertThat(file.groups())
        .extracting(RuleGroup::interval)
        .containsExactly(Duration.ofSeconds(15), Duration.ofMinutes(1));
    assertThat(rules(SHOP))
        .extracting(
            Rule::name,
            rule -> rule.labels().get("long_window") + rule.labels().get("short_window"))
        .containsExactly(
            tuple("SloBurnRatePage", "1h5m"),
            tuple("SloBurnRatePage", "6h30m"),
            tuple("SloBurnRateTicket", "1d2h"),
            tuple("SloBurnRateTicket", "3d6h"));
  }

  @Test
  void the_fast_page_says_what_the_workbook_says() {
    Rule.Alerting page = rules(SHOP).getFirst();
    assertThat(page.expression())
        .isEqualTo(
            """
            (1 - increase(mangru_slo_good_total{slo="shop"}[1h]) \
            / increase(mangru_slo_total{slo="shop"}[1h])) / 0.001 > 14.4
            and
            (1 - increase(mangru_slo_good_total{slo="shop"}[5m]) \
            / increase(mangru_slo_total{slo="shop"}[5m])) / 0.001 > 14.4
            and
            increase(mangru_slo_total{slo="shop"}[1h]) \
            - increase(mangru_slo_good_total{slo="shop"}[1h]) >= 5\
            """);
    assertThat((Object) page.labels())
        .isEqualTo(Labels.of("severity", "page", "long_window", "1h", "short_window", "5m"));
    assertThat(page.annotations().get("summary"))
        .isEqualTo(
            "shop spends its error budget {{ $value | printf \"%.1f\" }} times as fast as 99.9 %"
                + " allows");
    assertThat(page.annotations().get("description"))
        .contains("0.1 % is allowed", "Checkout works");
  }

  @Test
  void time_slices_need_no_minimum_of_events() {
    Objective uptime = new Objective("up", "", 0.99, new Objective.Indicator.TimeSlice("up == 1"));
    assertThat(rules(uptime)).noneMatch(rule -> rule.expression().contains(">= 5"));
  }

  @Test
  void what_can_never_be_exceeded_is_left_out() {
    Objective lax = new Objective("lax", "", 0.9, new Objective.Indicator.Ratio("g", "t"));
    assertThat(rules(lax))
        .extracting(rule -> rule.labels().get("long_window"))
        .containsExactly("6h", "1d", "3d");
  }

  @Test
  void names_cannot_break_out_of_expressions_or_templates() {
    Objective odd =
        new Objective(
            "a\"} or {{ b\\", "{{ query }}", 0.99, new Objective.Indicator.Ratio("g", "t"));
    Rule.Alerting rule = rules(odd).getFirst();
    assertThat(rule.expression()).contains("{slo=\"a\\\"} or {{ b\\\\\"}");
    assertThat(rule.annotations().get("summary")).startsWith("a\"} or {{ \"{{\" }} b\\ spends");
    assertThat(rule.annotations().get("description")).endsWith("{{ \"{{\" }} query }}");
  }
}
