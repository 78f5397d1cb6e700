package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real promtool asks Mangru and a real Prometheus that was sent the same samples; it has to
/// print the same.
@Timeout(180)
class PromtoolTest {

  /// Whole seconds, and a while ago, so that both see all samples.
  private static final long END = System.currentTimeMillis() / 1000 - 60;

  private static final int STEPS = 20;

  @TempDir Path folder;

  private static List<byte[]> bodies() {
    List<byte[]> bodies = new ArrayList<>();
    for (String code : List.of("200", "500")) {
      bodies.add(
          series(
              code.equals("200") ? 3 : 1,
              "__name__",
              "orders_total",
              "job",
              "shop",
              "http.status",
              code));
    }
    double[] shares = {0, 1, 3, 3, 7};
    String[] bounds = {"0.1", "0.5", "1", "5", "+Inf"};
    for (int i = 0; i < bounds.length; i++) {
      bodies.add(
          series(shares[i], "__name__", "latency_seconds_bucket", "job", "shop", "le", bounds[i]));
    }
    bodies.add(series(7, "__name__", "latency_seconds_count", "job", "shop"));
    bodies.add(series(0.25, "__name__", "latency_seconds_sum", "job", "shop"));
    return bodies;
  }

  private static byte[] series(double slope, String... labels) {
    double[] samples = new double[2 * STEPS];
    for (int i = 0; i < STEPS; i++) {
      samples[2 * i] = (END - 15.0 * (STEPS - 1 - i)) * 1000;
      samples[2 * i + 1] = slope * i * (i + 1);
    }
    return Wire.snappy(Wire.writeV1(Labels.of(labels), samples));
  }

  @Test
  void promtool_prints_the_same_about_both() throws Exception {
    Path prometheus = Peer.program("prometheus");
    Path promtool = Peer.program("promtool");
    int port = MangruProcess.freePort();
    String peer = "http://127.0.0.1:" + port;
    Path config = Files.writeString(folder.resolve("prometheus.yml"), "global: {}\n");
    Process process =
        new ProcessBuilder(
                prometheus.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.enable-remote-write-receiver",
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    try (LiveServer server = new LiveServer(folder.resolve("mangru"));
        HttpClient client = HttpClient.newHttpClient()) {
      String mangru = server.uri("").toString();
      MangruProcess.await(Duration.ofSeconds(30), "Prometheus", () -> ready(client, peer));
      for (byte[] body : bodies()) {
        write(client, peer, body);
        write(client, mangru, body);
      }
      List<String> differences = new ArrayList<>();
      for (List<String> call : calls()) {
        String expected = run(promtool, call, peer);
        String got = run(promtool, call, mangru);
        assertThat(expected).as(call + " tells something").isNotBlank();
        if (!got.equals(expected)) {
          differences.add(call + "\n  Prometheus: " + expected + "\n  Mangru:     " + got);
        }
      }
      assertThat(differences).isEmpty();
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private static List<List<String>> calls() {
    String start = "--start=" + (END - 300);
    String end = "--end=" + END;
    List<List<String>> calls = new ArrayList<>();
    for (String query :
        List.of(
            "sum by (job) (orders_total)",
            "rate(orders_total{\"http.status\"=\"200\"}[2m])",
            "histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[2m])))",
            "1 + 1",
            "orders_total @ " + END + " offset 1m")) {
      for (String format : List.of("promql", "json")) {
        calls.add(List.of("query", "instant", "--format=" + format, "--time=" + END, "URL", query));
        calls.add(
            List.of(
                "query", "range", "--format=" + format, start, end, "--step=30s", "URL", query));
      }
    }
    calls.add(List.of("query", "series", start, end, "--match=orders_total", "URL"));
    calls.add(
        List.of("query", "series", start, end, "--match={job=\"shop\"}", "--match=nobody", "URL"));
    calls.add(List.of("query", "labels", start, end, "--match={job=\"shop\"}", "URL", "__name__"));
    calls.add(List.of("query", "labels", start, end, "--match=orders_total", "URL", "http.status"));
    calls.add(
        List.of(
            "query",
            "analyze",
            "--server=URL",
            "--type=histogram",
            "--duration=1h",
            "--time=" + END,
            "--match=latency_seconds_bucket"));
    // What is wrong has to be told in the same words.
    calls.add(List.of("query", "instant", "URL", "sum("));
    calls.add(List.of("query", "instant", "URL", "rate(orders_total)"));
    calls.add(List.of("query", "range", start, end, "--step=30s", "URL", "orders_total[5m]"));
    calls.add(List.of("query", "series", "--match={job=~\"(\"}", "URL"));
    calls.add(List.of("query", "series", "--match={}", "URL"));
    return calls;
  }

  @Test
  void promtool_finds_mangru_healthy_and_its_metrics_well_named() throws Exception {
    Path promtool = Peer.program("promtool");
    try (LiveServer server = new LiveServer(folder)) {
      String url = server.uri("").toString();
      assertThat(run(promtool, List.of("check", "healthy", "--url=URL"), url))
          .startsWith("exit 0")
          .contains("SUCCESS");
      assertThat(run(promtool, List.of("check", "ready", "--url=URL"), url))
          .startsWith("exit 0")
          .contains("SUCCESS");
      Process lint =
          new ProcessBuilder(promtool.toString(), "check", "metrics")
              .redirectErrorStream(true)
              .start();
      try (var in = lint.getOutputStream()) {
        in.write(server.get("/metrics").body().getBytes(StandardCharsets.UTF_8));
      }
      String told = new String(lint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(lint.waitFor()).as(told).isZero();
      assertThat(told).isEmpty();
    }
  }

  /// The exit status and everything printed, addresses apart.
  private static String run(Path promtool, List<String> call, String url) throws Exception {
    List<String> command = new ArrayList<>(List.of(promtool.toString()));
    call.forEach(word -> command.add(word.replace("URL", url)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    process.getInputStream().transferTo(out);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end");
    }
    String told = out.toString(StandardCharsets.UTF_8).replace(url, "URL");
    return "exit " + process.exitValue() + "\n" + told;
  }

  private static boolean ready(HttpClient client, String url) {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(url + "/-/ready")).build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (java.io.IOException e) {
      return false; // not listening yet
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(HttpClient client, String url, byte[] body) throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1/write"))
                .header("Content-Type", "application/x-protobuf")
                .header("Content-Encoding", "snappy")
                .header("X-Prometheus-Remote-Write-Version", "0.1.0")
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(url + ": " + answer.body()).isEqualTo(204);
  }
}
