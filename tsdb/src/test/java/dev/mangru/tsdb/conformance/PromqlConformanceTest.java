package dev.mangru.tsdb.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Runs the corpus where there is one: the folder that `MANGRU_CONFORMANCE` names.
class PromqlConformanceTest {

  @Test
  void the_corpus_runs_without_surprises() throws IOException {
    String folder = System.getenv("MANGRU_CONFORMANCE");
    assumeThat(folder)
        .as("MANGRU_CONFORMANCE is not set, so there is no PromQL corpus to run")
        .isNotNull();
    Path corpus = Path.of(folder, "promql");
    assumeThat(Files.isDirectory(corpus))
        .as("no folder %s, so there is no PromQL corpus to run", corpus)
        .isTrue();
    ConformanceReport report = new ConformanceReport();

    new PromqlConformance().run(corpus, report);

    System.out.printf(
        "promql: %d passed, %d failed, %d skipped%n",
        report.passed(), report.failures().size(), report.skipped());
    assertThat(report.passed()).isPositive();
    assertThat(report.failures())
        .as("cases that cannot even be read")
        .noneMatch(failure -> failure.expected().equals("a block that can be read"));
  }
}
