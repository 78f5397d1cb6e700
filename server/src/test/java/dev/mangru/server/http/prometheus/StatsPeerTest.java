package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.PrometheusPeer;
import dev.mangru.server.testkit.WriteRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Statistics of queries and exemplars, against a real Prometheus that was written the same.
@EnabledIfEnvironmentVariable(
    named = "MANGRU_PEERS",
    matches = ".+",
    disabledReason = "set MANGRU_PEERS to a folder with usr/bin/prometheus")
final class StatsPeerTest {

  private static final JsonMapper JSON = new JsonMapper();

  /// A whole minute, some minutes ago.
  private static final long NOW = System.currentTimeMillis() / 60_000 * 60 - 120;

  private static final List<String> QUERIES =
      List.of(
          "a",
          "a{x=\"1\"}",
          "a + a",
          "a + on (x) group_left () b_total",
          "rate(b_total[1m])",
          "sum(rate(b_total[45s]))",
          "sum by (x) (a)",
          "count(a)",
          "count(h)",
          "count by (x) (h)",
          "group(a)",
          "absent(a)",
          "absent(h)",
          "absent_over_time(a[1m])",
          "max_over_time(a[1m])",
          "count_over_time(h[2m])",
          "quantile_over_time(0.5, a[1m])",
          "timestamp(a)",
          "timestamp(h)",
          "timestamp(a + 0)",
          "h",
          "rate(h[1m])",
          "histogram_count(h)",
          "histogram_quantile(0.9, h)",
          "sum(h)",
          "histogram_sum(rate(h[1m]))",
          "a @ start()",
          "sum(a @ end())",
          "rate(b_total[1m] @ end())",
          "a offset 1m",
          "max_over_time(a[2m:30s])",
          "max_over_time(rate(b_total[1m])[2m:30s])",
          "max_over_time(max_over_time(a[1m:15s])[2m:30s])",
          "max_over_time(a[2m:30s] @ end())",
          "avg_over_time(h[2m:30s])",
          "topk(1, a)",
          "quantile(0.5, a)",
          "count_values(\"v\", a)",
          "sort(a)",
          "a > 5",
          "a and b_total",
          "a unless on (x) b_total",
          "-a",
          "abs(a)",
          "clamp(a, scalar(a{x=\"1\"}), 7)",
          "label_replace(a, \"y\", \"$1\", \"x\", \"(.*)\")",
          "predict_linear(a[1m], 60)",
          "predict_linear(a[1m] @ end(), 60)",
          "time()",
          "vector(1)",
          "1",
          "stale",
          "rate(stale[2m])",
          "nothing",
          "{__name__=~\"a|b_total|h\"}");

  @TempDir static Path folder;
  private static PrometheusPeer peer;
  private static LiveServer server;

  @BeforeAll
  static void start() throws Exception {
    peer =
        new PrometheusPeer(
            folder, "exemplar-storage,native-histograms,promql-per-step-stats", "global: {}\n");
    server = new LiveServer(Files.createDirectory(folder.resolve("mangru")));
    WriteRequest written = new WriteRequest();
    for (int x = 1; x <= 3; x++) {
      written.series(Labels.of("__name__", "a", "x", "" + x));
      for (int i = 0; i < 40; i++) {
        if (x != 2 || i % 7 != 0) {
          written.sample(NOW * 1000 - 600_000 + i * 15_000L + x, (i * x) % 11);
        }
      }
      written.series(Labels.of("__name__", "b_total", "x", "" + x));
      for (int i = 0; i < 40; i++) {
        written.sample(NOW * 1000 - 600_000 + i * 15_000L, i * 3.5);
        if (i % 5 == 0) {
          written.exemplar(
              Labels.of("trace_id", "t" + x + "-" + i),
              NOW * 1000 - 600_000 + i * 15_000L + 7L * x,
              i * 0.1);
        }
      }
    }
    written.series(Labels.of("__name__", "h", "x", "1"));
    for (int i = 0; i < 40; i++) {
      written.histogram(NOW * 1000 - 600_000 + i * 15_000L, 3 + i, 4 + i, 5 + i, 6 + 2L * i);
    }
    written.series(Labels.of("__name__", "stale"));
    for (int i = 0; i < 40; i++) {
      written.sample(
          NOW * 1000 - 600_000 + i * 15_000L,
          i % 10 == 9 ? Double.longBitsToDouble(0x7ff0000000000002L) : i);
    }
    byte[] body = written.body();
    String[] headers = {
      "Content-Type", "application/x-protobuf",
      "Content-Encoding", "snappy",
      "X-Prometheus-Remote-Write-Version", "0.1.0"
    };
    HttpResponse<String> theirs = peer.post("/api/v1/write", body, headers);
    assertThat(theirs.statusCode()).as(theirs.body()).isEqualTo(204);
    HttpResponse<String> ours = server.post("/api/v1/write", body, headers);
    assertThat(ours.statusCode()).as(ours.body()).isEqualTo(204);
  }

  @AfterAll
  static void stop() {
    server.close();
    peer.close();
  }

  @Test
  void steps_see_as_many_samples_as_prometheus_says() throws Exception {
    List<String> differences = new ArrayList<>();
    for (String query : QUERIES) {
      for (int shape = 0; shape < 3; shape++) {
        String path =
            switch (shape) {
              case 0 -> LiveServer.path("/api/v1/query", "query", query, "time", NOW - 60);
              case 1 ->
                  LiveServer.path(
                      "/api/v1/query_range",
                      "query",
                      query,
                      "start",
                      NOW - 400,
                      "end",
                      NOW - 30,
                      "step",
                      "20");
              default ->
                  LiveServer.path(
                      "/api/v1/query_range",
                      "query",
                      query,
                      "start",
                      NOW - 400 + ".5",
                      "end",
                      NOW - 30,
                      "step",
                      "61");
            };
        JsonNode theirs = samples(JSON.readTree(peer.get(path + "&stats=all").body()));
        JsonNode ours = samples(server.json(path + "&stats=all"));
        compare(query + " " + shape, theirs, ours, "totalQueryableSamples", differences);
        compare(query + " " + shape, theirs, ours, "totalQueryableSamplesPerStep", differences);
        JsonNode totals = samples(server.json(path + "&stats=true"));
        compare(query + " true", ours, totals, "totalQueryableSamples", differences);
        assertThat(totals.has("totalQueryableSamplesPerStep")).isFalse();
        assertThat(ours.path("peakSamples").asLong()).isNotNegative();
      }
    }
    assertThat(differences).isEmpty();
  }

  @Test
  void a_range_vector_by_itself_counts_as_prometheus_says() throws Exception {
    List<String> differences = new ArrayList<>();
    for (String query : List.of("a[2m]", "h[1m]", "a[2m:30s]", "rate(b_total[1m])[2m:30s]")) {
      String path =
          LiveServer.path("/api/v1/query", "query", query, "time", NOW - 60, "stats", "all");
      compare(
          query,
          samples(JSON.readTree(peer.get(path).body())),
          samples(server.json(path)),
          "totalQueryableSamples",
          differences);
    }
    assertThat(differences).isEmpty();
  }

  private static JsonNode samples(JsonNode answer) {
    assertThat(answer.path("status").asString()).as(answer.toString()).isEqualTo("success");
    return answer.path("data").path("stats").path("samples");
  }

  private static void compare(
      String what, JsonNode theirs, JsonNode ours, String member, List<String> differences) {
    if (!theirs.path(member).toString().equals(ours.path(member).toString())) {
      differences.add(what + " " + member + "\n    " + theirs + "\n    " + ours);
    }
  }

  @Test
  void statistics_have_all_timings_and_they_add_up() throws Exception {
    JsonNode timings =
        server
            .json(LiveServer.path("/api/v1/query", "query", "sum(a)", "stats", "true"))
            .path("data")
            .path("stats")
            .path("timings");
    assertThat(timings.propertyNames())
        .containsExactly(
            "evalTotalTime",
            "resultSortTime",
            "queryPreparationTime",
            "innerEvalTime",
            "execQueueTime",
            "execTotalTime");
    double total = timings.path("evalTotalTime").asDouble();
    double parts =
        timings.path("resultSortTime").asDouble()
            + timings.path("queryPreparationTime").asDouble()
            + timings.path("innerEvalTime").asDouble();
    assertThat(parts).isCloseTo(total, org.assertj.core.api.Assertions.within(1e-9));
    assertThat(timings.path("execTotalTime").asDouble()).isGreaterThanOrEqualTo(total);
    assertThat(total).isPositive();
    assertThat(server.get("/api/v1/query?query=a").body()).doesNotContain("stats");
  }

  @Test
  void exemplars_are_told_as_prometheus_tells_them() throws Exception {
    long start = NOW - 700;
    for (String path :
        List.of(
            LiveServer.path(
                "/api/v1/query_exemplars", "query", "b_total", "start", start, "end", NOW),
            LiveServer.path(
                "/api/v1/query_exemplars",
                "query",
                "rate(b_total{x=\"2\"}[5m]) + b_total{x!=\"2\"}",
                "start",
                NOW - 300,
                "end",
                NOW - 100),
            LiveServer.path("/api/v1/query_exemplars", "query", "nothing", "start", start),
            LiveServer.path("/api/v1/query_exemplars", "query", "b_total"),
            LiveServer.path("/api/v1/query_exemplars", "query", "1"),
            LiveServer.path("/api/v1/query_exemplars", "query", ""),
            LiveServer.path("/api/v1/query_exemplars", "query", "a["),
            LiveServer.path("/api/v1/query_exemplars", "query", "a", "start", 5, "end", 1))) {
      HttpResponse<String> theirs = peer.get(path);
      HttpResponse<String> ours = server.get(path);
      assertThat(ours.statusCode()).as(path).isEqualTo(theirs.statusCode());
      assertThat(ours.body()).as(path).isEqualTo(theirs.body());
    }
  }

  @Test
  void the_language_is_told_over_http_by_both_methods() throws Exception {
    for (String api : List.of("/api/v1/parse_query", "/api/v1/format_query")) {
      for (String query : List.of("sum by (x) (rate(a[5m])) > 1", "a[", "")) {
        HttpResponse<String> theirs = peer.form(api, "query", query);
        HttpResponse<String> ours = server.get(LiveServer.path(api, "query", query));
        assertThat(ours.body()).isEqualTo(theirs.body());
        assertThat(ours.statusCode()).isEqualTo(theirs.statusCode());
        HttpResponse<String> posted =
            server.post(
                api,
                LiveServer.path("", "query", query)
                    .substring(1)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(posted.body()).isEqualTo(theirs.body());
      }
    }
  }
}
