package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real Prometheus that has nothing itself reads from Mangru, and answers as Mangru does.
///
/// Prometheus asks for chunks; that it would take samples too shows when it is asked through a
/// server in between that strikes the other kind out of the request, which is what the second
/// remote is.
class RemoteReadPeerTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int STEP_MS = 15_000;
  private static final int STEPS = 400;

  private static final List<String> QUERIES =
      List.of(
          "sum by (code) (rate(read_requests_total[5m]))",
          "read_requests_total",
          "read_requests_total{code=~\"5..\"}",
          "max_over_time(read_gauge[10m])",
          "last_over_time(read_gauge[1h] offset 10m)",
          "count({__name__=~\"read_.*\"}) by (__name__)",
          "histogram_quantile(0.9, rate(read_seconds[5m]))",
          "histogram_count(read_seconds)",
          "histogram_sum(increase(read_seconds[10m]))",
          "histogram_avg(read_float_seconds)",
          "read_float_seconds",
          "read_seconds",
          "absent(read_nothing)",
          "resets(read_requests_total[1h])",
          "read_requests_total{region=\"eu\"}");

  @TempDir Path folder;

  private long startMs;

  @Test
  void prometheus_answers_as_mangru_does_in_both_ways_of_reading() throws Exception {
    Path prometheus = Peer.program("prometheus");
    startMs = (System.currentTimeMillis() / STEP_MS - STEPS) * STEP_MS;
    try (LiveServer mangru =
            new LiveServer(
                folder.resolve("mangru"),
                "--mangru.exchange.external-labels[0].name=region",
                "--mangru.exchange.external-labels[0].value=eu");
        SamplesOnly samples = new SamplesOnly(mangru.uri("/api/v1/read"))) {
      write(mangru);
      List<String> differences = new ArrayList<>();
      differences.addAll(compare(prometheus, mangru, mangru.uri("/api/v1/read"), "chunks"));
      differences.addAll(compare(prometheus, mangru, samples.uri(), "samples"));
      assertThat(samples.asked()).as("reads as samples").isPositive();
      assertThat(differences).isEmpty();
    }
  }

  private List<String> compare(Path prometheus, LiveServer mangru, URI remote, String how)
      throws Exception {
    int port = MangruProcess.freePort();
    Path config = folder.resolve(how + ".yml");
    Files.writeString(
        config,
        """
        global: {external_labels: {region: eu}}
        remote_read:
          - url: %s
            read_recent: true
        """
            .formatted(remote));
    Process process =
        new ProcessBuilder(
                prometheus.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve(how),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(how + ".log").toFile())
            .start();
    List<String> differences = new ArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String peer = "http://127.0.0.1:" + port;
      MangruProcess.await(Duration.ofSeconds(30), "Prometheus", () -> answers(client, peer));
      long endMs = startMs + (long) STEPS * STEP_MS;
      int series = 0;
      for (String query : QUERIES) {
        // Prometheus strikes its own external labels out of what it reads.
        String forMangru = query.replace("{region=\"eu\"}", "");
        for (String path :
            List.of(
                LiveServer.path("/api/v1/query", "query", "Q", "time", endMs / 1000),
                LiveServer.path(
                    "/api/v1/query_range",
                    "query",
                    "Q",
                    "start",
                    startMs / 1000,
                    "end",
                    endMs / 1000,
                    "step",
                    60))) {
          JsonNode expected = data(mangru.get(path(path, forMangru)).body());
          JsonNode got = data(get(client, peer + path(path, query)));
          series += expected.path("result").size();
          if (!same(expected, got)) {
            differences.add(
                how
                    + " "
                    + query
                    + "\n  Mangru:     "
                    + cut(expected)
                    + "\n  Prometheus: "
                    + cut(got));
          }
        }
      }
      assertThat(series).as("series compared").isGreaterThan(50);
      String found =
          get(
              client,
              peer
                  + LiveServer.path(
                      "/api/v1/series",
                      "match[]",
                      "{__name__=~\"read_.+\"}",
                      "start",
                      startMs / 1000,
                      "end",
                      endMs / 1000));
      assertThat(data(found).size()).as("series of " + found).isEqualTo(6);
    } finally {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    return differences;
  }

  private static String path(String path, String query) {
    return path.replace("query=Q", LiveServer.path("", "query", query).substring(1));
  }

  private static boolean answers(HttpClient client, String peer) {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(peer + "/-/ready")).build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (java.io.IOException _) {
      return false; // not listening yet
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String get(HttpClient client, String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }

  private static JsonNode data(String answer) {
    JsonNode json = JSON.readTree(answer);
    assertThat(json.path("status").asString()).as(answer).isEqualTo("success");
    return json.path("data");
  }

  private static String cut(JsonNode json) {
    String text = json.toString();
    return text.length() > 1500 ? text.substring(0, 1500) + "…" : text;
  }

  /// Order of elements, the last digits of numbers and the external label that is asked for apart.
  private static boolean same(JsonNode expected, JsonNode got) {
    return sorted(expected.path("result")).equals(sorted(got.path("result")));
  }

  private static List<String> sorted(JsonNode result) {
    List<String> elements = new ArrayList<>();
    result.forEach(element -> elements.add(rounded(element)));
    elements.sort(null);
    return elements;
  }

  private static String rounded(JsonNode node) {
    List<String> parts = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(part -> parts.add(rounded(part)));
      return parts.toString();
    }
    if (node.isObject()) {
      node.properties().stream()
          .filter(member -> !member.getKey().equals("region"))
          .forEach(member -> parts.add(member.getKey() + "=" + rounded(member.getValue())));
      return parts.toString();
    }
    String text = node.asString();
    try {
      return "%.12g".formatted(Double.parseDouble(text));
    } catch (NumberFormatException _) {
      return text;
    }
  }

  // ---- samples --------------------------------------------------------------------------------

  private void write(LiveServer mangru) throws Exception {
    ProtobufWriter body = new ProtobufWriter();
    for (String code : List.of("200", "500", "503")) {
      body.message(
          1,
          series -> {
            label(series, "__name__", "read_requests_total");
            label(series, "code", code);
            for (int i = 0; i < STEPS; i++) {
              double value = (i % 150) * Integer.parseInt(code) / 7.0;
              long time = startMs + (long) i * STEP_MS + i % 3;
              series.message(2, sample -> sample.doubleField(1, value).varint(2, time));
            }
          });
    }
    body.message(
        1,
        series -> {
          label(series, "__name__", "read_gauge");
          for (int i = 0; i < STEPS; i += 2) {
            double value = Math.sin(i) * 1e9;
            long time = startMs + (long) i * STEP_MS;
            series.message(2, sample -> sample.doubleField(1, value).varint(2, time));
          }
        });
    body.message(1, series -> histograms(series, true));
    body.message(1, series -> histograms(series, false));
    var answer =
        mangru.post(
            "/api/v1/write",
            Wire.snappy(body.toByteArray()),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "snappy");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  private static void label(ProtobufWriter series, String name, String value) {
    series.message(1, label -> label.string(1, name).string(2, value));
  }

  /// Buckets that come, and a counter that begins anew.
  private void histograms(ProtobufWriter series, boolean integer) {
    label(series, "__name__", integer ? "read_seconds" : "read_float_seconds");
    for (int i = 0; i < STEPS; i++) {
      long time = startMs + (long) i * STEP_MS;
      int n = i % 170;
      int buckets = 2 + n / 50;
      series.message(
          4,
          histogram -> {
            double sum = n * 1.5;
            long total = 0;
            for (int b = 0; b < buckets; b++) {
              total += n + b;
            }
            if (integer) {
              histogram.varint(1, total);
            } else {
              histogram.doubleField(2, total / 2.0);
            }
            histogram.doubleField(3, sum).zigZag(4, 3).doubleField(5, 0x1p-128);
            histogram.message(11, span -> span.zigZag(1, -2).varint(2, buckets));
            for (int b = 0; b < buckets; b++) {
              if (integer) {
                histogram.zigZag(12, b == 0 ? n : 1);
              } else {
                histogram.doubleField(13, (n + b) / 2.0);
              }
            }
            histogram.varint(15, time);
          });
    }
  }
}
