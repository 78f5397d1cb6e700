package dev.mangru.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceRunTest {

  @TempDir Path corpus;

  private final ConformanceArea colours =
      new ConformanceArea() {
        @Override
        public String name() {
          return "colours";
        }

        @Override
        public void run(Path folder, ConformanceReport report) throws IOException {
          report.pass();
          report.fail("colours.jsonl:2", "red", Files.readString(folder.resolve("colours.jsonl")));
        }
      };

  @BeforeEach
  void corpus() throws IOException {
    Files.createDirectories(corpus.resolve("colours"));
    Files.writeString(corpus.resolve("colours/colours.jsonl"), "blue");
    Files.createDirectories(corpus.resolve("shapes/round"));
    Files.writeString(corpus.resolve("shapes/README.md"), "not a case");
    Files.writeString(corpus.resolve("shapes/a.jsonl"), "{}\n{}\n\n");
    Files.writeString(corpus.resolve("shapes/round/b.yaml"), "x: 1");
  }

  @Test
  void an_area_without_a_runner_is_skipped_with_its_count() throws IOException {
    List<ConformanceRun.Outcome> outcomes = new ConformanceRun(List.of(colours)).run(corpus);
    assertThat(outcomes.stream().map(ConformanceRun::line))
        .containsExactly(
            "colours: 1 passed, 1 failed, 0 skipped", "shapes: 0 passed, 0 failed, 3 skipped");
  }

  @Test
  void the_report_names_each_failing_case_with_expected_and_got() throws IOException {
    StringWriter text = new StringWriter();
    try (PrintWriter out = new PrintWriter(text)) {
      ConformanceRun.writeReport(new ConformanceRun(List.of(colours)).run(corpus), out);
    }
    assertThat(text.toString())
        .contains("FAILED colours.jsonl:2", "expected: red", "got:      blue")
        .contains("skipped 3: no runner for this area yet");
  }
}
