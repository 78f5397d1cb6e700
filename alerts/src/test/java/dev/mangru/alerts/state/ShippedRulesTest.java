package dev.mangru.alerts.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.burn.BurnRateOptions;
import dev.mangru.alerts.burn.BurnRateRules;
import dev.mangru.alerts.rule.Rule;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.rule.ShippedRules;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.slo.Objective;
import dev.mangru.model.time.Ticker;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules that come with Mangru, as far as this module can look at them: whether they fire when
/// they should is in `kubernetes-rules-test.yaml`, which needs PromQL.
class ShippedRulesTest {

  private final GoRuleTemplates templates = new GoRuleTemplates(Ticker.SYSTEM);

  private static Stream<Rule> rules(RuleFile file) {
    return file.groups().stream().flatMap(group -> group.rules().stream());
  }

  private RuleFile shipped() {
    return switch (ShippedRules.read(new RuleFileParser(_ -> {}, templates))) {
      case RuleFile.Outcome.Parsed parsed -> parsed.rules();
      case RuleFile.Outcome.Refused refused -> throw new AssertionError(refused.errors());
    };
  }

  @Test
  void every_alert_says_what_where_and_why() {
    List<Rule.Alerting> alerts =
        rules(shipped())
            .filter(Rule.Alerting.class::isInstance)
            .map(Rule.Alerting.class::cast)
            .toList();
    assertThat(alerts).hasSizeGreaterThanOrEqualTo(30);
    assertThat(alerts).extracting(Rule::name).doesNotHaveDuplicates();
    assertThat(alerts)
        .allSatisfy(alert -> {
          assertThat(alert.annotations()).containsOnlyKeys("summary", "description", "why");
          assertThat(alert.labels().get("severity")).isIn("critical", "warning", "info");
        });
  }

  @Test
  void all_templates_can_be_expanded_those_of_objectives_too() {
    Objective objective =
        new Objective(
            "a \"b\" {{ c }}", "d {{ e }}", 0.999, new Objective.Indicator.Ratio("g", "t"));
    RuleFile burn = BurnRateRules.of(List.of(objective), BurnRateOptions.defaults());
    Stream.concat(rules(shipped()), rules(burn))
        .filter(Rule.Alerting.class::isInstance)
        .map(Rule.Alerting.class::cast)
        .forEach(alert ->
            alert
                .annotations()
                .values()
                .forEach(
                    text -> assertThat(expand(alert.name(), text)).doesNotContain("<no value>")));
    Rule.Alerting page = (Rule.Alerting) burn.groups().getFirst().rules().getFirst();
    assertThat(expand(page.name(), page.annotations().get("summary")))
        .isEqualTo("a \"b\" {{ c }} spends its error budget 20.0 times as fast as 99.9 % allows");
    assertThat(expand(page.name(), page.annotations().get("description")))
        .isEqualTo(
            "In the last 1h, 2% of the events of a \"b\" {{ c }} was bad; 0.1 % is allowed. It still"
                + " goes on: the last 5m are over 14.4 times the allowance too. Left of the budget of"
                + " 30 days: 2%. The objective: d {{ e }}");
  }

  private String expand(String alert, String text) {
    return templates.expand(
        alert,
        text,
        new RuleTemplates.Input(
            Labels.of("namespace", "n", "pod", "p", "instance", "i"),
            20,
            Labels.empty(),
            "",
            1_000,
            (_, time) -> List.of(new QueryValue.Sample(Labels.empty(), time, 0.02))));
  }
}
