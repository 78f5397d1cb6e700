package dev.mangru.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mangru.alerts.conformance.RulesConformance;
import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RulesConformanceTest {

  @Test
  void every_case_of_the_rules_corpus_does_as_upstream() throws IOException {
    String corpus = System.getenv("MANGRU_CONFORMANCE");
    assumeTrue(corpus != null, "set MANGRU_CONFORMANCE to the folder of the corpora");
    ConformanceReport report = new ConformanceReport();
    new RulesConformance(new TsdbRuleTestKit()).run(Path.of(corpus, "rules"), report);
    assertThat(report.failures()).isEmpty();
    assertThat(report.passed()).isGreaterThanOrEqualTo(80);
    assertThat(report.skipped()).isLessThanOrEqualTo(1);
  }
}
