package dev.mangru.autoscaler.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class ClusterAutoscalerConformanceTest {

  @TempDir Path folder;

  private ConformanceReport run(String cases) throws IOException {
    Files.writeString(folder.resolve("some.json"), "{\"cases\":[" + cases + "]}");
    ConformanceReport report = new ConformanceReport();
    new ClusterAutoscalerConformance().run(folder, report);
    return report;
  }

  private static String minLimit(int expected) {
    return """
    {"id":"some","op":"minLimit","input":{"base":5,"target":10},"expect":{"limit":%d}}\
    """
        .formatted(expected);
  }

  @Test
  void a_case_that_comes_out_passes() throws IOException {
    ConformanceReport report = run(minLimit(5));
    assertThat(report.passed()).isOne();
    assertThat(report.failures()).isEmpty();
  }

  @Test
  void a_case_that_comes_out_differently_tells_what_was_expected_and_got() throws IOException {
    assertThat(run(minLimit(10)).failures())
        .containsExactly(new ConformanceReport.Failure("some", "{\"limit\":10}", "{\"limit\":5}"));
  }

  @Test
  void an_expected_key_that_nothing_computes_fails() throws IOException {
    assertThat(run(minLimit(5).replace("\"limit\"", "\"colour\"")).failures()).hasSize(1);
  }

  @Test
  void any_of_several_right_answers_will_do() throws IOException {
    String balance =
        """
        {"id":"b","op":"balance","input":{"groups":[{"id":"a","max":9,"size":1},
          {"id":"b","max":9,"size":1}],"newNodes":1},
         "expect":{"anyOf":[{"newSizes":{"b":2}},{"newSizes":{"%s":2}}]}}
        """;
    assertThat(run(balance.formatted("a")).passed()).isOne();
    assertThat(run(balance.formatted("c")).failures()).hasSize(1);
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
  void the_cases_of_the_cluster_autoscaler_come_out() throws IOException {
    ConformanceReport report = new ConformanceReport();
    new ClusterAutoscalerConformance()
        .run(Path.of(System.getenv("MANGRU_CONFORMANCE"), "cluster-autoscaler"), report);
    assertThat(report.failures()).isEmpty();
    assertThat(report.skips()).isEmpty();
    assertThat(report.passed()).isGreaterThanOrEqualTo(145);
  }
}
