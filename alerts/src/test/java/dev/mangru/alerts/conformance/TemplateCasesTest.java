package dev.mangru.alerts.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class TemplateCasesTest {

  @TempDir Path folder;

  private ConformanceReport run(String cases) throws IOException {
    Files.writeString(folder.resolve(TemplateCases.FILE), cases);
    ConformanceReport report = new ConformanceReport();
    TemplateCases.run(folder, report);
    return report;
  }

  @Test
  void a_case_that_comes_out_passes() throws IOException {
    ConformanceReport report = run("{\"text\":\"{{ 1 }}\",\"output\":\"1\"}\n");
    assertThat(report.passed()).isOne();
    assertThat(report.failures()).isEmpty();
  }

  @Test
  void a_case_that_comes_out_differently_tells_both() throws IOException {
    assertThat(run("{\"text\":\"{{ 1 }}\",\"output\":\"2\"}\n").failures())
        .containsExactly(new ConformanceReport.Failure("templates.jsonl:1 {{ 1 }}", "2", "1"));
  }

  @Test
  void a_case_that_should_fail_and_does_not_is_told() throws IOException {
    assertThat(run("{\"text\":\"{{ 1 }}\",\"fail\":true,\"error\":\"x\"}\n").failures())
        .extracting(ConformanceReport.Failure::expected)
        .containsExactly("error: x");
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "MANGRU_CONFORMANCE",
      matches = ".+",
      disabledReason = "set MANGRU_CONFORMANCE to the folder of the corpora")
  void the_cases_of_prometheus_come_out() throws IOException {
    ConformanceReport report = new ConformanceReport();
    TemplateCases.run(Path.of(System.getenv("MANGRU_CONFORMANCE"), "rules"), report);
    assertThat(report.failures()).isEmpty();
    assertThat(report.passed()).isGreaterThanOrEqualTo(20);
  }
}
