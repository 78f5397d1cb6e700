package dev.mangru.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.burn.BurnRateOptions;
import dev.mangru.alerts.burn.BurnRateRules;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.rule.ShippedRules;
import dev.mangru.alerts.unit.RuleTestOptions;
import dev.mangru.alerts.unit.RuleTestResult;
import dev.mangru.alerts.unit.RuleTests;
import dev.mangru.model.slo.Objective;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The rules that come with Mangru are PromQL, and fire when their unit tests say.
class ShippedRulesOnPromqlTest {

  private static final Path TESTS =
      Path.of("../alerts/src/test/resources/dev/mangru/alerts/kubernetes-rules-test.yaml");

  private final TsdbRuleTestKit kit = new TsdbRuleTestKit();

  @Test
  void they_load() {
    assertThat(ShippedRules.read(new RuleFileParser(kit.expressions(), kit.templates())))
        .isInstanceOf(RuleFile.Outcome.Parsed.class);
  }

  @Test
  void they_fire_and_record_as_their_unit_tests_say() throws IOException {
    RuleTestResult result = new RuleTests(kit, RuleTestOptions.defaults()).run(TESTS);
    assertThat(result.failures()).isEmpty();
    assertThat(result.groups()).isEqualTo(10);
    assertThat(result.checks()).isGreaterThanOrEqualTo(30);
  }

  @Test
  void rules_made_of_objectives_parse_whatever_the_name() {
    Objective odd =
        new Objective("a\"b\\c\nd", "", 0.99999, new Objective.Indicator.TimeSlice("up"));
    BurnRateRules.of(List.of(odd), BurnRateOptions.defaults()).groups().stream()
        .flatMap(group -> group.rules().stream())
        .forEach(rule -> kit.expressions().check(rule.expression()));
  }
}
