package dev.mangru.alerts.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class AlertmanagerConformanceTest {

  @TempDir Path folder;

  private ConformanceReport run() throws IOException {
    ConformanceReport report = new ConformanceReport();
    new AlertmanagerConformance().run(folder, report);
    return report;
  }

  @Test
  void a_configuration_that_fails_otherwise_than_expected_is_told() throws IOException {
    Files.writeString(
        folder.resolve("config_inline.jsonl"),
        "{\"name\":\"a\",\"yaml\":\"route:\",\"ok\":false,\"error\":\"something\"}\n");
    assertThat(run().failures())
        .containsExactly(
            new ConformanceReport.Failure("a", "error: something", "error: no routes provided"));
  }

  @Test
  void every_instant_of_a_time_interval_is_a_case() throws IOException {
    Files.writeString(
        folder.resolve("time_intervals.jsonl"),
        "{\"yaml\":\"[{years: ['2021']}]\",\"ok\":true,\"contains\":[\"01 Apr 21 13:00 +0000\"],"
            + "\"excludes\":[\"01 Apr 21 13:00 +0000\"]}\n");
    ConformanceReport report = run();
    assertThat(report.passed()).isEqualTo(2);
    assertThat(report.failures()).hasSize(1);
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "MANGRU_CONFORMANCE",
      matches = ".+",
      disabledReason = "set MANGRU_CONFORMANCE to the folder of the corpora")
  void the_cases_of_alertmanager_come_out() throws IOException {
    ConformanceReport report = new ConformanceReport();
    new AlertmanagerConformance()
        .run(Path.of(System.getenv("MANGRU_CONFORMANCE"), "alertmanager"), report);
    assertThat(report.failures()).isEmpty();
    assertThat(report.skipped()).isZero();
    assertThat(report.passed()).isGreaterThan(100);
  }
}
