package dev.mangru.autoscaler.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class HpaConformanceTest {

  @TempDir Path folder;

  private ConformanceReport run(String cases) throws IOException {
    Files.writeString(folder.resolve("some.json"), "{\"cases\":[" + cases + "]}");
    ConformanceReport report = new ConformanceReport();
    new HpaConformance().run(folder, report);
    return report;
  }

  private static String defaultLimit(int expectedReplicas) {
    return """
    {"id":"limits/some","op":"defaultLimit",
     "input":{"currentReplicas":3,"desiredReplicas":1000,"minReplicas":1,"maxReplicas":2000,
              "scaleUpLimitFactor":8,"scaleUpLimitMinimum":4},
     "expect":{"replicas":%d,"reason":"ScaleUpLimit"}}\
    """
        .formatted(expectedReplicas);
  }

  @Test
  void a_case_that_comes_out_passes() throws IOException {
    ConformanceReport report = run(defaultLimit(24));
    assertThat(report.passed()).isOne();
    assertThat(report.failures()).isEmpty();
  }

  @Test
  void a_case_that_comes_out_differently_tells_what_was_expected_and_got() throws IOException {
    assertThat(run(defaultLimit(25)).failures())
        .containsExactly(
            new ConformanceReport.Failure(
                "limits/some",
                "{\"replicas\":25,\"reason\":\"ScaleUpLimit\"}",
                "{\"replicas\":24,\"reason\":\"ScaleUpLimit\"}"));
  }

  @Test
  void an_expected_key_that_nothing_computes_fails() throws IOException {
    assertThat(run(defaultLimit(24).replace("\"reason\"", "\"colour\"")).failures()).hasSize(1);
  }

  @Test
  void an_operation_that_nothing_does_is_skipped_by_name() throws IOException {
    assertThat(run("{\"id\":\"a\",\"op\":\"dance\"},{\"id\":\"b\",\"op\":\"dance\"}").skips())
        .containsExactly(new ConformanceReport.Skip("dance: nothing does this yet", 2));
  }

  @Test
  void a_file_without_cases_fails() throws IOException {
    assertThat(run("").failures()).hasSize(1);
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "MANGRU_CONFORMANCE",
      matches = ".+",
      disabledReason = "set MANGRU_CONFORMANCE to the folder of the corpora")
  void the_cases_of_kubernetes_come_out() throws IOException {
    ConformanceReport report = new ConformanceReport();
    new HpaConformance().run(Path.of(System.getenv("MANGRU_CONFORMANCE"), "hpa"), report);
    assertThat(report.failures()).isEmpty();
    assertThat(report.skips()).isEmpty();
    assertThat(report.passed()).isGreaterThan(100);
  }
}
