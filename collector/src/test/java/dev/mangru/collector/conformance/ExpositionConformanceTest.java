package dev.mangru.collector.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpositionConformanceTest {

  @Test
  void every_case_of_the_corpus_is_judged_as_the_corpus_says() throws IOException {
    String corpus = System.getenv("MANGRU_CONFORMANCE");
    assumeTrue(
        corpus != null && Files.isDirectory(Path.of(corpus, "exposition")),
        "MANGRU_CONFORMANCE names no folder with exposition/ in it");
    ConformanceReport report = new ConformanceReport();

    new ExpositionConformance().run(Path.of(corpus, "exposition"), report);

    assertThat(report.failures()).isEmpty();
    assertThat(report.skipped()).isZero();
    assertThat(report.passed()).isGreaterThan(200);
  }

  @Test
  void a_corpus_is_walked_and_wrong_verdicts_and_words_are_told(@TempDir Path folder)
      throws IOException {
    write(folder.resolve("openmetrics/good/metrics"), "a 1\n# EOF\n");
    write(
        folder.resolve("openmetrics/good/test.json"),
        "{\"type\":\"text\",\"file\":\"metrics\",\"shouldParse\":true}");
    write(folder.resolve("openmetrics/wrong/metrics"), "a 1\n# EOF\n");
    write(
        folder.resolve("openmetrics/wrong/test.json"),
        "{\"type\":\"text\",\"file\":\"metrics\",\"shouldParse\":false}");
    write(folder.resolve("prometheus_text/bad_value.prom"), "a b\n");
    write(folder.resolve("prometheus_text/ok_value.prom"), "a 1\n");
    write(
        folder.resolve("errors_some.jsonl"),
        """
        {"format":"prometheus","input_latin1":"a 1","ok":true}
        {"format":"openmetrics","input_latin1":"","ok":false,"error":"data does not end with # EOF"}
        {"format":"openmetrics","input_latin1":"","ok":false,"error":"other words"}
        {"format":"smoke signals","input_latin1":"","ok":true}
        """);
    ConformanceReport report = new ConformanceReport();

    new ExpositionConformance().run(folder, report);

    assertThat(report.passed()).isEqualTo(5);
    assertThat(report.skipped()).isEqualTo(1);
    assertThat(report.failures())
        .extracting(ConformanceReport.Failure::where)
        .containsExactly("errors_some.jsonl:3", "openmetrics/wrong");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
