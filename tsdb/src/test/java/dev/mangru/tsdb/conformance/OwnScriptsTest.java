package dev.mangru.tsdb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our own scripts, in the language of the corpus.
class OwnScriptsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "slo.test",
        "capacity.test",
        "joins.test",
        "time-travel.test",
        "cold-start.test",
        "histograms.test"
      })
  void every_eval_is_as_the_script_says(String script) throws IOException {
    ConformanceReport report = new ConformanceReport();

    new PromqlConformance().runScript(Path.of("src/test/resources/promql", script), report);

    assertThat(report.failures()).isEmpty();
    assertThat(report.skipped()).isZero();
    long evals =
        Files.readAllLines(Path.of("src/test/resources/promql", script)).stream()
            .filter(line -> line.startsWith("eval"))
            .count();
    assertThat(report.passed()).isEqualTo((int) evals).isPositive();
  }
}
