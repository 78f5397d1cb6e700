package dev.mangru.collector.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.collector.agent.HttpSink;
import dev.mangru.collector.tail.LogBatch;
import dev.mangru.collector.tail.LogBatches;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.Seeds;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OtlpLogTest {

  @Seeds(60)
  void every_slice_of_a_batch_says_its_lines(long seed) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    LogBatches batches = new LogBatches();
    for (int stream = 0; stream <= seed % 4; stream++) {
      batches.stream(Labels.of("job", "j" + stream, "pod", "p", "container", "c"));
      for (int i = random.nextInt(5); i >= 0; i--) {
        String text = "줄 " + "x".repeat(random.nextInt(300)) + texts.size();
        batches.line(1_000 + texts.size(), text);
        texts.add(text);
      }
    }
    LogBatch batch = batches.batch();
    int from = random.nextInt(texts.size());
    int to = from + random.nextInt(texts.size() - from) + 1;
    List<HttpSink.Line> lines = HttpSink.decodeLogs(new OtlpLogEncoder().encode(batch, from, to));
    assertThat(lines.stream().map(HttpSink.Line::text))
        .containsExactlyElementsOf(texts.subList(from, to));
    assertThat(lines.getFirst().timestampNs()).isEqualTo(1_000 + from);
    assertThat(lines.getFirst().attributes())
        .containsEntry("k8s.pod.name", "p")
        .containsEntry("k8s.container.name", "c");
  }

  @Test
  void labels_have_their_opentelemetry_names() {
    LogBatch batch =
        new LogBatches()
            .stream(Labels.of("filename", "/f", "host", "h", "container", "c", "image", "i"))
                .line(5, "x")
                .batch();
    assertThat(
            HttpSink.decodeLogs(new OtlpLogEncoder().encode(batch, 0, 1)).getFirst().attributes())
        .isEqualTo(
            Map.of(
                "log.file.path", "/f",
                "host.name", "h",
                "container.name", "c",
                "container.image.name", "i"));
  }

  private static OtlpLogSender sender(HttpSink sink) {
    return new OtlpLogSender(
        HttpClient.newHttpClient(),
        sink.uri().resolve("/v1/logs"),
        Duration.ofSeconds(5),
        Map.of(),
        InstantSource.system());
  }

  private static LogBatch lines(int count) {
    LogBatches batches = new LogBatches().stream(Labels.of("job", "j"));
    for (int i = 0; i < count; i++) {
      batches.line(i, "line " + i);
    }
    return batches.batch();
  }

  @Test
  void a_server_without_zstd_gets_gzip() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.behave((_, encoding, _) -> encoding.equals("zstd") ? 415 : 200);
      OtlpLogSender sender = sender(sink);
      assertThat(sender.send(lines(3))).isEqualTo(new SendResult.Accepted(0, ""));
      assertThat(sender.encoding()).isEqualTo("gzip");
      assertThat(sink.texts()).containsExactly("line 0", "line 1", "line 2");
    }
  }

  @Test
  void a_batch_that_is_too_large_is_sent_in_parts() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.behave((_, _, request) -> request <= 2 ? 413 : 200);
      assertThat(sender(sink).send(lines(100))).isEqualTo(new SendResult.Accepted(0, ""));
      assertThat(sink.texts()).hasSize(100).doesNotHaveDuplicates();
    }
  }

  @Test
  void only_the_statuses_of_the_specification_are_tried_again() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      OtlpLogSender sender = sender(sink);
      for (int status : new int[] {429, 502, 503, 504}) {
        sink.behave((_, _, _) -> status);
        assertThat(sender.send(lines(1))).isInstanceOf(SendResult.TryLater.class);
      }
      for (int status : new int[] {400, 401, 404, 413, 500}) {
        sink.behave((_, _, _) -> status);
        assertThat(sender.send(lines(1))).isInstanceOf(SendResult.Refused.class);
      }
    }
  }
}
