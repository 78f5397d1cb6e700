package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// A real Prometheus scrapes itself and remote-writes into Mangru; then promtool asks both the
/// same.
///
/// `-Dmangru.sidebyside.seconds=300` for the long run.
class PrometheusSideBySideTest {

  private static final int SECONDS = Integer.getInteger("mangru.sidebyside.seconds", 45);

  /// Mangru's store also holds what Mangru says of itself; the scraped targets have addresses.
  private static final String UP = "up{instance=~\"127.+\"}";

  /// Functions over counters, gauges and histograms of a Prometheus' own metrics.
  private static final List<String> QUERIES =
      List.of(
          UP,
          "prometheus_build_info",
          "sum by (handler) (rate(prometheus_http_requests_total[30s]))",
          "increase(prometheus_tsdb_head_samples_appended_total[30s])",
          "irate(process_cpu_seconds_total{instance=~\"127.+\"}[30s])",
          "deriv(process_resident_memory_bytes[30s])",
          "avg_over_time(go_goroutines[20s])",
          "max_over_time(go_memstats_alloc_bytes[20s]) - min_over_time(go_memstats_alloc_bytes[20s])",
          "quantile_over_time(0.9, go_goroutines[20s])",
          "stddev_over_time(go_goroutines[20s])",
          "histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[30s])))",
          "histogram_quantile(0.99, sum by (le, handler) (prometheus_http_response_size_bytes_bucket))",
          "topk(1, prometheus_http_requests_total)",
          "count by (__name__) ({job=\"prometheus\"})",
          "count({__name__=~\"go_.+\", job!=\"\"})",
          "prometheus_http_requests_total / on (job, instance) group_left () go_goroutines",
          "go_gc_duration_seconds{quantile=\"0.5\"} or go_goroutines",
          "go_goroutines and on (job) up == 1",
          "go_goroutines offset 10s",
          "sum(go_goroutines) > bool 1",
          "label_replace(" + UP + ", \"host\", \"$1\", \"instance\", \"(.*):.*\")",
          "absent(nonexistent_metric{job=\"x\"})",
          "max_over_time(rate(prometheus_http_requests_total[20s])[20s:5s])",
          "clamp_max(go_goroutines, 10) + scalar(sum(" + UP + "))",
          "sort_desc(sum by (job) (go_threads))",
          "changes(process_start_time_seconds{instance=~\"127.+\"}[30s])",
          "predict_linear(go_memstats_alloc_bytes[30s], 60)",
          "round(rate(process_cpu_seconds_total{instance=~\"127.+\"}[30s]), 0.001)",
          "(-" + UP + " ^ 2)",
          "time() - process_start_time_seconds{instance=~\"127.+\"}");

  @TempDir Path folder;

  @Test
  void promtool_gets_the_same_answers_from_both() throws Exception {
    Path prometheus = Peer.program("prometheus");
    Path promtool = Peer.program("promtool");
    try (MangruProcess mangru =
        MangruProcess.start(folder.resolve("mangru"), "--no-agent", "--no-playground")) {
      int port = MangruProcess.freePort();
      String peer = "http://127.0.0.1:" + port;
      Process process = startPrometheus(prometheus, port, mangru);
      try {
        MangruProcess.await(Duration.ofSeconds(30), "Prometheus", () -> answers(peer));
        Instant begin = Instant.now();
        Thread.sleep(Duration.ofSeconds(SECONDS));
        // Answers about a moment that both have seen whole: remote write lags by some seconds.
        Instant at = Instant.ofEpochSecond(Instant.now().getEpochSecond());
        MangruProcess.await(
            Duration.ofSeconds(30),
            "remote write to catch up",
            () ->
                mangru.query("timestamp(up{job=\"prometheus\"}) > " + at.getEpochSecond()).size()
                    == 1);
        compare(promtool, peer, mangru.url(""), begin, at);
      } finally {
        process.destroy();
        process.waitFor();
      }
    }
  }

  private Process startPrometheus(Path prometheus, int port, MangruProcess mangru)
      throws IOException {
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: prometheus
            static_configs: [{targets: ["127.0.0.1:%d"]}]
          - job_name: mangru
            static_configs: [{targets: ["127.0.0.1:%d"]}]
        remote_write:
          - url: %s
            queue_config: {batch_send_deadline: 1s}
        """
            .formatted(port, mangru.port(), mangru.url("/api/v1/write")));
    return new ProcessBuilder(
            prometheus.toString(),
            "--config.file=" + config,
            "--storage.tsdb.path=" + folder.resolve("prometheus"),
            "--web.listen-address=127.0.0.1:" + port,
            "--log.level=warn")
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("prometheus.log").toFile())
        .start();
  }

  private static boolean answers(String url) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(url + "/-/ready")).build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false; // not listening yet
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void compare(Path promtool, String peer, String mangru, Instant begin, Instant at)
      throws Exception {
    List<String> differences = new ArrayList<>();
    String time = String.valueOf(at.getEpochSecond());
    String start = String.valueOf(begin.getEpochSecond() + 10);
    for (String query : QUERIES) {
      String[][] calls = {
        {"query", "instant", "--format=json", "--time=" + time, "URL", query},
        {
          "query",
          "range",
          "--format=json",
          "--start=" + start,
          "--end=" + time,
          "--step=5s",
          "URL",
          query
        }
      };
      for (String[] call : calls) {
        String expected = Peer.output(promtool, with(call, peer));
        String got = Peer.output(promtool, with(call, mangru));
        if (!same(expected, got)) {
          differences.add(
              call[1]
                  + " "
                  + query
                  + "\n  Prometheus: "
                  + cut(expected)
                  + "\n  Mangru:     "
                  + cut(got));
        }
      }
    }
    String[][] metadata = {
      {"query", "labels", "--start=" + start, "--end=" + time, "--match=" + UP, "URL", "job"},
      {
        "query",
        "labels",
        "--start=" + start,
        "--end=" + time,
        "--match={instance=~\"127.+\"}",
        "URL",
        "__name__"
      },
      {
        "query",
        "series",
        "--start=" + start,
        "--end=" + time,
        "--match={__name__=~\"go_.*\"}",
        "URL"
      }
    };
    for (String[] call : metadata) {
      String expected = sorted(Peer.output(promtool, with(call, peer)));
      String got = sorted(Peer.output(promtool, with(call, mangru)));
      if (!expected.equals(got)) {
        differences.add(
            String.join(" ", call)
                + "\n  Prometheus: "
                + cut(expected)
                + "\n  Mangru:     "
                + cut(got));
      }
    }
    System.out.printf(
        "side by side: %d of %d answers of promtool equal%n",
        2 * QUERIES.size() + metadata.length - differences.size(),
        2 * QUERIES.size() + metadata.length);
    assertThat(differences).isEmpty();
  }

  private static String[] with(String[] call, String url) {
    return Arrays.stream(call).map(word -> word.equals("URL") ? url : word).toArray(String[]::new);
  }

  private static String sorted(String lines) {
    return lines.lines().sorted().reduce("", (all, line) -> all + line + "\n");
  }

  private static String cut(String text) {
    return text.length() > 600 ? text.substring(0, 600) + "…" : text.strip();
  }

  /// Equal JSON, order of vector elements and the last digits of numbers apart.
  private static boolean same(String expected, String got) {
    ObjectMapper json = new ObjectMapper();
    return normal(json.readTree(expected)).equals(normal(json.readTree(got)));
  }

  private static List<String> normal(JsonNode answer) {
    if (!answer.isArray() || (!answer.isEmpty() && !answer.get(0).isObject())) {
      return List.of(roundNumbers(answer));
    }
    List<String> elements = new ArrayList<>();
    answer.forEach(element -> elements.add(roundNumbers(element)));
    elements.sort(null);
    return elements;
  }

  private static String roundNumbers(JsonNode node) {
    if (node.isArray()) {
      List<String> parts = new ArrayList<>();
      node.forEach(part -> parts.add(roundNumbers(part)));
      return parts.toString();
    }
    if (node.isObject()) {
      List<String> parts = new ArrayList<>();
      node.properties().forEach(p -> parts.add(p.getKey() + "=" + roundNumbers(p.getValue())));
      parts.sort(null);
      return parts.toString();
    }
    String text = node.asString();
    try {
      return "%.9g".formatted(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
