package dev.mangru.collector.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A real Prometheus takes what we send. Needs the environment variable MANGRU_PEERS: a folder with
/// `usr/bin/prometheus` and `usr/bin/promtool`, 3.0 or newer.
class PrometheusPeerTest {

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  @ParameterizedTest
  @CsvSource({
    "true, V2_SNAPPY",
    "false, V1_SNAPPY",
  })
  void prometheus_answers_a_query_for_what_was_sent(boolean knowsV2, String dialect)
      throws Exception {
    Path bin = Path.of(System.getenv().getOrDefault("MANGRU_PEERS", "/nonexistent"), "usr/bin");
    assumeTrue(
        Files.isExecutable(bin.resolve("prometheus")),
        "MANGRU_PEERS names no folder with usr/bin/prometheus");
    Path config = Files.writeString(folder.resolve("prometheus.yml"), "global: {}\n");
    int port = freePort();
    Process prometheus =
        new ProcessBuilder(
                bin.resolve("prometheus").toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.enable-remote-write-receiver",
                "--web.remote-write-receiver.accepted-protobuf-messages=prometheus.WriteRequest",
                knowsV2
                    ? "--web.remote-write-receiver.accepted-protobuf-messages="
                        + "io.prometheus.write.v2.Request"
                    : "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    try {
      URI base = URI.create("http://127.0.0.1:" + port);
      awaitReady(base);
      SampleBatch batch = new SampleBatch();
      long nowMs = InstantSource.system().millis();
      batch.add(Labels.of("__name__", "mangru_peer_total", "name", "한국어"), nowMs, 42.5, nowMs - 9);
      batch.add(Labels.of("__name__", "mangru_other"), nowMs, -1);
      batch.describe("mangru_peer_total", MetricType.COUNTER, "sent by us");
      RemoteWriteSender sender =
          new RemoteWriteSender(
              client,
              base.resolve("/api/v1/write"),
              Duration.ofSeconds(10),
              Map.of(),
              InstantSource.system());
      EncodedSamples samples = EncodedSamples.of(batch, new RemoteWriteV2Encoder()).getFirst();
      assertThat(sender.send(samples)).isEqualTo(new SendResult.Accepted(0, ""));
      assertThat(sender.dialect()).isEqualTo(RemoteWriteSender.Dialect.valueOf(dialect));
      assertThat(promtool(bin, base, "mangru_peer_total"))
          .contains("mangru_peer_total{name=\"한국어\"} => 42.5");
      assertThat(promtool(bin, base, "mangru_other")).contains("mangru_other => -1");
    } finally {
      prometheus.destroy();
      if (!prometheus.waitFor(10, TimeUnit.SECONDS)) {
        prometheus.destroyForcibly();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady(URI base) throws Exception {
    HttpRequest ready = HttpRequest.newBuilder(base.resolve("/-/ready")).build();
    for (int attempt = 0; attempt < 200; attempt++) {
      try {
        if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
        LockSupport.parkNanos(1);
      }
      LockSupport.parkNanos(100_000_000);
    }
    throw new AssertionError(
        "prometheus did not get ready: " + Files.readString(folder.resolve("prometheus.log")));
  }

  private static String promtool(Path bin, URI base, String query) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    bin.resolve("promtool").toString(), "query", "instant", base.toString(), query))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
