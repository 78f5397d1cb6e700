package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import dev.mangru.server.testkit.LiveServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Metrics over OTLP come in; and the same ones to a real Prometheus, where there is one with a
/// receiver, are the same series with the same samples, whatever the translation.
class OtlpPeerTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;

  private static HttpRequest.Builder request(LiveServer mangru, String path, String type) {
    return HttpRequest.newBuilder(mangru.uri(path)).header("Content-Type", type);
  }

  @Test
  void every_kind_of_metric_comes_in_by_every_form_and_coding() throws Exception {
    try (LiveServer mangru = new LiveServer(folder.resolve("mangru"));
        HttpClient client = HttpClient.newHttpClient()) {
      OtlpBody body = new OtlpBody(System.currentTimeMillis());
      ByteArrayOutputStream gzip = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
        out.write(body.json());
      }
      HttpResponse<String> binary =
          mangru.send(
              request(mangru, "/api/v1/otlp/v1/metrics", "application/x-protobuf")
                  .header("Content-Encoding", "zstd")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(Zstd.compress(body.protobuf()))));
      assertThat(binary.statusCode()).as(binary.body()).isEqualTo(200);
      assertThat(binary.body()).contains("6 data points left out", "delta temporality");
      HttpResponse<String> json =
          mangru.send(
              request(mangru, "/v1/metrics", "application/json")
                  .header("Content-Encoding", "gzip")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(gzip.toByteArray())));
      assertThat(json.statusCode()).as(json.body()).isEqualTo(200);
      assertThat(json.body()).isEqualTo("{}");
      Set<String> series = series(client, mangru.uri("").toString());
      assertThat(series).hasSizeGreaterThan(500);
      assertThat(String.join("\n", series))
          .contains(
              "\"__name__\":\"target_info\",\"cloud_r_gion\":\"eu\",\"host_cores\":\"8\"",
              "\"__name__\":\"json_gauge_bytes\"",
              "\"__name__\":\"json_histogram_bucket\"",
              "\"__name__\":\"request_size_bytes\"",
              "\"__name__\":\"request_latency_milliseconds_bucket\"");
      for (String[] wrong :
          new String[][] {
            {"text/plain", "x", "415"},
            {"application/json", "{\"resourceMetrics\":1}", "400"},
            {"application/x-protobuf", "zzz", "400"}
          }) {
        HttpResponse<String> answer =
            mangru.send(
                request(mangru, "/api/v1/otlp/v1/metrics", wrong[0])
                    .POST(HttpRequest.BodyPublishers.ofString(wrong[1])));
        assertThat(String.valueOf(answer.statusCode())).as(answer.body()).isEqualTo(wrong[2]);
      }
    }
  }

  @Test
  void the_default_translation_gives_the_series_that_prometheus_has() throws Exception {
    compare("", List.of());
  }

  @Test
  void names_in_utf8_promotion_and_custom_buckets_are_as_prometheus_has_them() throws Exception {
    compare(
        """
        otlp:
          translation_strategy: NoUTF8EscapingWithSuffixes
          promote_resource_attributes: [host.name, cloud.région]
          keep_identifying_resource_attributes: true
          convert_histograms_to_nhcb: true
        """,
        List.of(
            "--mangru.exchange.otlp.translation=NoUTF8EscapingWithSuffixes",
            "--mangru.exchange.otlp.promote-resource-attributes=host.name,cloud.région",
            "--mangru.exchange.otlp.keep-identifying-resource-attributes=true",
            "--mangru.exchange.otlp.convert-histograms-to-nhcb=true"));
  }

  @Test
  void no_translation_and_all_attributes_are_as_prometheus_has_them() throws Exception {
    compare(
        """
        otlp:
          translation_strategy: NoTranslation
          promote_all_resource_attributes: true
          ignore_resource_attributes: [host.name]
        """,
        List.of(
            "--mangru.exchange.otlp.translation=NoTranslation",
            "--mangru.exchange.otlp.promote-all-resource-attributes=true",
            "--mangru.exchange.otlp.ignore-resource-attributes=host.name"));
  }

  private void compare(String config, List<String> options) throws Exception {
    Path prometheus = Peer.program("prometheus");
    assumeTrue(
        Peer.output(prometheus, "--help").contains("--web.enable-otlp-receiver"),
        "this Prometheus was built without its OTLP receiver, as Debian does");
    int port = MangruProcess.freePort();
    Path file = folder.resolve("prometheus.yml");
    Files.writeString(file, config);
    Process process =
        new ProcessBuilder(
                prometheus.toString(),
                "--config.file=" + file,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.enable-otlp-receiver",
                "--enable-feature=native-histograms,exemplar-storage",
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    try (LiveServer mangru =
            new LiveServer(folder.resolve("mangru"), options.toArray(String[]::new));
        HttpClient client = HttpClient.newHttpClient()) {
      String peer = "http://127.0.0.1:" + port;
      MangruProcess.await(Duration.ofSeconds(30), "Prometheus", () -> answers(client, peer));
      OtlpBody body = new OtlpBody(System.currentTimeMillis());
      for (boolean json : new boolean[] {false, true}) {
        for (String server : List.of(peer, mangru.uri("").toString())) {
          var answer =
              client.send(
                  HttpRequest.newBuilder(URI.create(server + "/api/v1/otlp/v1/metrics"))
                      .header("Content-Type", json ? "application/json" : "application/x-protobuf")
                      .POST(
                          HttpRequest.BodyPublishers.ofByteArray(
                              json ? body.json() : body.protobuf()))
                      .build(),
                  BodyHandlers.ofString());
          assertThat(answer.statusCode()).as(server + " " + answer.body()).isEqualTo(200);
          if (!server.equals(peer)) {
            assertThat(answer.body()).contains(json ? "{}" : "delta temporality");
          }
        }
      }
      Set<String> expected = series(client, peer);
      Set<String> got = series(client, mangru.uri("").toString());
      assertThat(expected.size())
          .as(Files.readString(folder.resolve("prometheus.log")))
          .isGreaterThan(400);
      Set<String> missing = new TreeSet<>(expected);
      missing.removeAll(got);
      got.removeAll(expected);
      List<String> differences = new ArrayList<>();
      missing.stream().limit(20).forEach(series -> differences.add("only Prometheus: " + series));
      got.stream().limit(20).forEach(series -> differences.add("only Mangru: " + series));
      assertThat(differences).as(missing.size() + " missing, " + got.size() + " more").isEmpty();
    } finally {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static boolean answers(HttpClient client, String peer) {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(peer + "/-/ready")).build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException _) {
      return false; // not listening yet
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Every series with all its samples.
  private static Set<String> series(HttpClient client, String server) throws Exception {
    TreeSet<String> all = new TreeSet<>();
    for (String selector : List.of("{probe=\"1\"}[10m]", "target_info[10m]")) {
      String answer =
          client
              .send(
                  HttpRequest.newBuilder(
                          URI.create(server + LiveServer.path("/api/v1/query", "query", selector)))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      JsonNode json = JSON.readTree(answer);
      assertThat(json.path("status").asString()).as(answer).isEqualTo("success");
      for (JsonNode series : json.path("data").path("result")) {
        StringBuilder text = new StringBuilder(series.path("metric").toString());
        series.path("values").forEach(each -> text.append(' ').append(each));
        // Bounds are the schema's; the last digit of one may differ.
        series
            .path("histograms")
            .forEach(each -> {
              text.append(' ').append(each.get(0));
              JsonNode histogram = each.get(1);
              text.append(histogram.path("count")).append(histogram.path("sum"));
              for (JsonNode bucket : histogram.path("buckets")) {
                text.append(
                    " %.12g"
                        .formatted(
                            Double.parseDouble(
                                bucket.get(2).asString().replace("+Inf", "Infinity"))));
                text.append(':').append(bucket.get(3));
              }
            });
        all.add(text.toString());
      }
    }
    return all;
  }
}
