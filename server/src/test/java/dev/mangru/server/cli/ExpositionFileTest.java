package dev.mangru.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Files of samples in the text formats, as an import reads them.
final class ExpositionFileTest {

  private static ExpositionFile file(String text, ExpositionFile.Format format) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new ExpositionFile("in.txt", new ByteArrayInputStream(bytes), bytes.length, format);
  }

  private static ToldSamples openMetrics(String text) throws IOException {
    ToldSamples told = new ToldSamples();
    file(text, ExpositionFile.Format.OPENMETRICS).read(told);
    return told;
  }

  @Test
  void seconds_with_a_fraction_become_milliseconds() throws IOException {
    assertThat(openMetrics("up{job=\"a\"} 1 1600000000.5\nup 2 1600000001\n# EOF\n").text())
        .isEqualTo("up 1600000001000 0 2.0\nup{job=\"a\"} 1600000000500 0 1.0\n");
  }

  @Test
  void created_samples_become_start_timestamps() throws IOException {
    ToldSamples told =
        openMetrics(
            """
            # HELP hits Hits of a page.
            # TYPE hits counter
            hits_total{p="a"} 1 100
            hits_created{p="a"} 12.5 100
            hits_total{p="a"} 3 110
            hits_created{p="a"} 105 110
            hits_total{p="b"} 7 100
            # TYPE wait histogram
            # UNIT wait_seconds seconds
            wait_bucket{le="1"} 1 100
            wait_bucket{le="+Inf"} 2 100 # {trace_id="x"} 1.5 99
            wait_count 2 100
            wait_sum 3.5 100
            wait_created 50 100
            # TYPE plain gauge
            plain_created 5 100
            # EOF
            """);
    assertThat(told.text())
        .isEqualTo(
            """
            hits_total{p="a"} 100000 12500 1.0
            hits_total{p="a"} 110000 105000 3.0
            hits_total{p="b"} 100000 0 7.0
            plain_created 100000 0 5.0
            wait_bucket{le="+Inf"} 100000 50000 2.0
            wait_bucket{le="1.0"} 100000 50000 1.0
            wait_count 100000 50000 2.0
            wait_sum 100000 50000 3.5
            """);
  }

  @Test
  void metadata_is_gathered_and_exemplars_are_gathered() throws IOException {
    ExpositionFile file =
        file(
            """
            # TYPE wait_seconds histogram
            # UNIT wait_seconds seconds
            # HELP wait_seconds How long.
            wait_seconds_bucket{le="+Inf"} 2 100 # {trace_id="x"} 1.5 99
            # EOF
            """,
            ExpositionFile.Format.OPENMETRICS);
    file.read(new ToldSamples());
    assertThat(file.metadata())
        .containsEntry(
            "wait_seconds",
            new MetricMetadata(MetricMetadata.Type.HISTOGRAM, "How long.", "seconds"));
    assertThat(file.exemplars()).hasSize(1);
  }

  @Test
  void the_text_format_has_milliseconds_and_no_end_mark() throws IOException {
    ToldSamples told = new ToldSamples();
    file("# TYPE up untyped\nup 1 1600000000500\nup NaN 1600000001000", ExpositionFile.Format.TEXT)
        .read(told);
    assertThat(told.text())
        .isEqualTo("up 1600000000500 0 1.0\nup 1600000001000 0 NaN7ff8000000000001\n");
  }

  private static void refused(String text, String message) {
    assertThatThrownBy(() -> openMetrics(text))
        .isInstanceOf(MangruException.class)
        .hasMessageStartingWith("in.txt, line ")
        .hasMessageContaining(message);
  }

  @Test
  void what_is_wrong_is_told_with_its_line() {
    refused("up 1 1\nup 1\n# EOF\n", "line 2: the sample has no timestamp");
    refused("up 1 1\n\nup 1 2\n# EOF\n", "line 2: expected a valid start token");
    refused("up 1 1\nup x 2\n# EOF\n", "line 2: ");
    refused("up 1 1\nup 1 2\n", "line 2: the file does not end with # EOF");
    refused("# EOF\nup 1 1\n", "line 2: there is more after # EOF");
    refused("up{a=\"1\",a=\"2\"} 1 1\n# EOF\n", "line 1: label name \"a\" is not unique");
    refused("", "does not end with # EOF");
  }

  @Test
  void a_file_of_many_pages_is_read_as_one() throws IOException {
    StringBuilder text = new StringBuilder("# TYPE wait histogram\n");
    int points = 20_000;
    for (int i = 0; i < points; i++) {
      text.append("wait_bucket{pod=\"p-").append(i).append("\",le=\"5\"} 1 ").append(i);
      text.append("\nwait_bucket{pod=\"p-").append(i).append("\",le=\"+Inf\"} 1 ").append(i);
      text.append("\nwait_created{pod=\"p-").append(i).append("\"} ").append(i + 1);
      text.append(' ').append(i).append('\n');
    }
    ToldSamples told = openMetrics(text + "# EOF\n");
    assertThat(text.length()).isGreaterThan(2 << 20);
    assertThat(told.series()).hasSize(2 * points);
    for (int i = 0; i < points; i++) {
      Labels labels = Labels.of("__name__", "wait_bucket", "pod", "p-" + i, "le", "5.0");
      assertThat(told.series().get(labels))
          .containsExactly(java.util.Map.entry(i * 1000L, (i + 1) * 1000L + " 1.0"));
    }
    refused(text + "wait_bucket{ 1 1\n# EOF\n", "line " + (3 * points + 2) + ": ");
  }
}
