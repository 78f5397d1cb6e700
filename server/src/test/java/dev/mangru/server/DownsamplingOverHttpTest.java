package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Summaries of old samples, asked for over HTTP.
class DownsamplingOverHttpTest {

  private static final long STEP = 15;
  private static final int COUNT = 720;

  /// The hour that begins six hours ago: three hours of samples from there on are in blocks.
  private static final long BEGIN = System.currentTimeMillis() / 3_600_000 * 3600 - 6 * 3600;

  @TempDir static Path data;
  private static LiveServer server;

  @BeforeAll
  static void start() throws Exception {
    server =
        new LiveServer(
            data,
            "--mangru.metrics.admin-api=true",
            "--mangru.metrics.downsampling[0].resolution=5m",
            "--mangru.metrics.downsampling[0].after=30m",
            "--mangru.metrics.downsampling[0].keep=400d");
    double[] samples = new double[2 * COUNT];
    for (int i = 0; i < COUNT; i++) {
      samples[2 * i] = (BEGIN + (i + 1) * STEP) * 1000.0;
      samples[2 * i + 1] = 3 * i;
    }
    Labels labels = Labels.of(Labels.METRIC_NAME, "old_total");
    HttpResponse<String> written =
        server.post(
            "/api/v1/write",
            Wire.snappy(Wire.writeV1(labels, samples)),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "snappy");
    assertThat(written.statusCode()).as(written.body()).isEqualTo(204);
    assertThat(server.post("/api/v1/admin/tsdb/compact", new byte[0]).statusCode()).isEqualTo(204);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode ask(String expression, String... more) throws Exception {
    String query = path("/api/v1/query", "query", expression, "time", BEGIN + 3 * 3600);
    return server.json(more.length == 0 ? query : query + "&max_source_resolution=" + more[0]);
  }

  private static double value(JsonNode answer) {
    return Double.parseDouble(
        answer.get("data").get("result").get(0).get("value").get(1).asString());
  }

  @Test
  void the_status_counts_summaries() throws Exception {
    JsonNode store = server.json("/api/v1/status/store").get("data");
    assertThat(store.get("summaries").asInt()).isPositive();
    assertThat(store.get("summaryBytes").asLong()).isPositive();
    assertThat(server.get("/metrics").body()).contains("mangru_tsdb_summaries_size_bytes");
  }

  @Test
  void a_count_is_the_same_with_and_without_summaries() throws Exception {
    JsonNode plain = ask("count_over_time(old_total[3h])");
    assertThat(value(plain)).isEqualTo(COUNT);
    assertThat(plain.has("infos")).isFalse();
    for (String resolution : new String[] {"0s", "5m", "1h", "auto"}) {
      assertThat(value(ask("count_over_time(old_total[3h])", resolution))).isEqualTo(COUNT);
    }
  }

  @Test
  void a_rate_from_summaries_is_near_and_says_so() throws Exception {
    JsonNode plain = ask("rate(old_total[2h])");
    assertThat(value(plain)).isBetween(0.199, 0.201);
    assertThat(plain.toString()).doesNotContain("summaries");
    JsonNode asked = ask("rate(old_total[2h])", "5m");
    assertThat(value(asked)).isBetween(0.199, 0.201);
    assertThat(asked.get("infos").toString()).contains("summaries of up to 5m");
    assertThat(ask("rate(old_total[2h])", "0s").toString()).doesNotContain("summaries");
    String range =
        path(
            "/api/v1/query_range",
            "query",
            "rate(old_total[2h])",
            "start",
            BEGIN + 2 * 3600,
            "end",
            BEGIN + 3 * 3600,
            "step",
            "1800");
    assertThat(server.json(range + "&max_source_resolution=auto").get("infos").toString())
        .contains("summaries of up to 5m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"7m", "raw", "-1s", "2h"})
  void another_resolution_is_refused_with_those_there_are(String resolution) throws Exception {
    for (String path : new String[] {"/api/v1/query?query=1", RANGE}) {
      HttpResponse<String> answer = server.get(path + "&max_source_resolution=" + resolution);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("max_source_resolution", "0s, 5m, 1h and auto");
    }
  }

  private static final String RANGE = "/api/v1/query_range?query=1&start=0&end=60&step=60";
}
