package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every call of Grafana's Prometheus data source, and of its Loki data source's pickers, encoded
/// the way Grafana does.
///
/// Source: grafana/grafana, `pkg/promlib` and `packages/grafana-prometheus`.
class GrafanaCallsTest {

  private static final JsonMapper JSON = new JsonMapper();

  /// Whole seconds, so that times are easy to write.
  private static final long NOW = System.currentTimeMillis() / 1000;

  /// What Grafana asks for at most.
  private static final int LIMIT = 40_000;

  @TempDir static Path data;
  private static LiveServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new LiveServer(data);
    for (Labels labels :
        List.of(
            Labels.of("__name__", "orders_total", "job", "shop", "http.status", "200"),
            Labels.of("__name__", "orders_total", "job", "shop", "http.status", "500"),
            Labels.of("__name__", "up", "job", "shop"))) {
      HttpResponse<String> written =
          server.post(
              "/api/v1/write",
              Wire.snappy(Wire.writeV1(labels, (NOW - 30) * 1000.0, 1, NOW * 1000.0, 2)),
              "Content-Type",
              "application/x-protobuf",
              "Content-Encoding",
              "snappy");
      assertThat(written.statusCode()).as(written.body()).isEqualTo(204);
    }
    HttpResponse<String> pushed =
        server.post(
            "/loki/api/v1/push",
            Wire.snappy(Wire.lokiPush("{app=\"shop\"}", NOW * 1_000_000_000, "hello")),
            "Content-Type",
            "application/x-protobuf");
    assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(204);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /// A POST with a form, as the data source sends by default.
  private static JsonNode form(String path, Object... namesAndValues) throws Exception {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      pairs.add(
          URLEncoder.encode(String.valueOf(namesAndValues[i]), StandardCharsets.UTF_8)
              + "="
              + URLEncoder.encode(String.valueOf(namesAndValues[i + 1]), StandardCharsets.UTF_8));
    }
    return data(
        server.post(
            path,
            String.join("&", pairs).getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/x-www-form-urlencoded"));
  }

  private static JsonNode data(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    JsonNode json = JSON.readTree(answer.body());
    assertThat(json.get("status").asString()).isEqualTo("success");
    return json.get("data");
  }

  private static List<String> strings(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void save_and_test_sees_a_prometheus() throws Exception {
    JsonNode two = form("/api/v1/query", "query", "1+1", "time", NOW + ".5");
    assertThat(two.get("resultType").asString()).isEqualTo("scalar");
    assertThat(two.get("result").get(1).asString()).isEqualTo("2");
    JsonNode build = data(server.get("/api/v1/status/buildinfo"));
    assertThat(build.get("version").asString()).isNotEmpty();
    assertThat(build.has("features")).as("only Mimir has them").isFalse();
  }

  @Test
  void an_instant_query_is_a_vector() throws Exception {
    JsonNode vector = form("/api/v1/query", "query", "orders_total", "time", NOW, "limit", 1000);
    assertThat(vector.get("resultType").asString()).isEqualTo("vector");
    assertThat(vector.get("result")).hasSize(2);
    JsonNode first = vector.get("result").get(0);
    assertThat(first.get("metric").get("__name__").asString()).isEqualTo("orders_total");
    assertThat(first.get("value").get(0).asLong()).isEqualTo(NOW);
    assertThat(first.get("value").get(1).asString()).isEqualTo("2");
  }

  @Test
  void a_range_query_is_a_matrix() throws Exception {
    JsonNode matrix =
        form(
            "/api/v1/query_range",
            "query",
            "sum(orders_total)",
            "start",
            (NOW - 30) + ".000",
            "end",
            NOW + ".000",
            "step",
            "15");
    assertThat(matrix.get("resultType").asString()).isEqualTo("matrix");
    JsonNode values = matrix.get("result").get(0).get("values");
    assertThat(values).hasSize(3);
    assertThat(values.get(2).get(1).asString()).isEqualTo("4");
  }

  @Test
  void series_with_any_name_are_listed() throws Exception {
    JsonNode series =
        form(
            "/api/v1/series",
            "match[]",
            "{__name__!=\"\"}",
            "start",
            NOW - 60,
            "end",
            NOW,
            "limit",
            LIMIT);
    assertThat(series.valueStream().map(one -> one.get("__name__").asString()).toList())
        .contains("orders_total", "up");
  }

  @Test
  void label_names_are_sorted_and_take_a_selector_and_a_range() throws Exception {
    JsonNode names =
        form(
            "/api/v1/labels",
            "match[]",
            "{job=\"shop\"}",
            "start",
            NOW - 60,
            "end",
            NOW,
            "limit",
            LIMIT);
    assertThat(strings(names)).containsExactly("__name__", "http.status", "job");
    assertThat(strings(form("/api/v1/labels", "start", 1, "end", 2)))
        .as("none had samples then")
        .isEmpty();
  }

  @Test
  void label_values_are_sorted_and_names_may_be_escaped() throws Exception {
    assertThat(
            strings(
                data(
                    server.get(
                        path(
                            "/api/v1/label/__name__/values",
                            "match[]",
                            "{job=\"shop\"}",
                            "start",
                            NOW - 60,
                            "end",
                            NOW,
                            "limit",
                            LIMIT)))))
        .containsExactly("orders_total", "up");
    assertThat(strings(data(server.get("/api/v1/label/U__http_2e_status/values?limit=40000"))))
        .containsExactly("200", "500");
    assertThat(server.json("/api/v1/label/U__http_2e_status/values?limit=1").toString())
        .contains("\"200\"", "results truncated due to limit")
        .doesNotContain("\"500\"");
  }

  @Test
  void what_is_not_kept_has_the_right_shape_and_is_empty() throws Exception {
    assertThat(data(server.get("/api/v1/metadata?limit=40000")).isObject()).isTrue();
    JsonNode exemplars =
        form("/api/v1/query_exemplars", "query", "orders_total", "start", NOW - 60, "end", NOW);
    assertThat(exemplars.isArray()).isTrue();
    assertThat(exemplars).isEmpty();
  }

  @Test
  void rules_come_in_groups_with_their_health() throws Exception {
    JsonNode groups = data(server.get("/api/v1/rules")).get("groups");
    assertThat(groups).isNotEmpty();
    for (JsonNode group : groups) {
      assertThat(group.get("name").asString()).isNotEmpty();
      assertThat(group.get("file").asString()).isNotEmpty();
      assertThat(group.get("interval").asDouble()).isPositive();
      assertThat(group.get("rules")).isNotEmpty();
      for (JsonNode rule : group.get("rules")) {
        assertThat(rule.get("query").asString()).isNotEmpty();
        assertThat(rule.get("health").asString()).isIn("ok", "unknown");
        assertThat(rule.get("type").asString()).isIn("alerting", "recording");
      }
    }
    JsonNode alerting = data(server.get("/api/v1/rules?type=alert")).get("groups");
    assertThat(alerting.toString()).doesNotContain("\"recording\"");
    assertThat(data(server.get("/api/v1/alerts")).get("alerts").isArray()).isTrue();
  }

  @Test
  void what_is_not_there_is_an_error_that_the_data_source_can_read() throws Exception {
    HttpResponse<String> answer = server.get("/api/v1/no_such_thing");
    assertThat(answer.statusCode()).isEqualTo(404);
    JsonNode error = JSON.readTree(answer.body());
    assertThat(error.get("status").asString()).isEqualTo("error");
    assertThat(error.get("errorType").asString()).isEqualTo("not_found");
    assertThat(error.get("error").asString()).contains("/api/v1/no_such_thing");
  }

  /// The query builder takes an expression apart with it.
  @Test
  void an_expression_is_parsed() throws Exception {
    JsonNode parsed = data(server.get(path("/api/v1/parse_query", "query", "sum(orders_total)")));
    assertThat(parsed.get("type").asString()).isEqualTo("aggregation");
    assertThat(form("/api/v1/parse_query", "query", "sum(orders_total)")).isEqualTo(parsed);
  }

  /// Some proxies let no POST through; the data source then asks by GET, with the same parameters.
  @Test
  void a_get_is_answered_like_a_post() throws Exception {
    Object[][] calls = {
      {"/api/v1/query", "query", "orders_total{job=~\"sh.+\"}", "time", NOW},
      {
        "/api/v1/query_range",
        "query",
        "sum by (job) (orders_total)",
        "start",
        NOW - 30,
        "end",
        NOW,
        "step",
        15
      },
      {"/api/v1/series", "match[]", "{__name__!=\"\",job=\"shop\"}", "limit", LIMIT},
      {"/api/v1/labels", "match[]", "{job=\"shop\"}", "limit", LIMIT},
      {"/api/v1/query_exemplars", "query", "orders_total", "start", NOW - 60, "end", NOW},
      {"/api/v1/format_query", "query", "sum(orders_total)"}
    };
    for (Object[] call : calls) {
      String api = (String) call[0];
      Object[] parameters = java.util.Arrays.copyOfRange(call, 1, call.length);
      assertThat(data(server.get(path(api, parameters)))).isEqualTo(form(api, parameters));
    }
  }

  @Test
  void a_method_that_is_not_taken_says_which_are() throws Exception {
    HttpResponse<String> values =
        server.post("/api/v1/label/job/values", new byte[0], "Content-Type", "text/plain");
    assertThat(values.statusCode()).isEqualTo(405);
    assertThat(values.headers().firstValue("Allow").orElse("")).contains("GET");
    HttpResponse<String> build = server.post("/api/v1/status/buildinfo", new byte[0]);
    assertThat(build.statusCode()).isEqualTo(405);
  }

  @Test
  void label_values_of_other_metrics_are_left_out_and_of_other_times_too() throws Exception {
    assertThat(
            strings(
                data(
                    server.get(
                        path(
                            "/api/v1/label/U__http_2e_status/values",
                            "match[]",
                            "{__name__=\"up\"}",
                            "limit",
                            LIMIT)))))
        .isEmpty();
    assertThat(
            strings(
                data(
                    server.get(
                        path("/api/v1/label/job/values", "start", 1, "end", 2, "limit", LIMIT)))))
        .isEmpty();
    assertThat(
            strings(
                data(
                    server.get(
                        path(
                            "/api/v1/label/http.status/values",
                            "match[]",
                            "{\"http.status\"=~\"5..\"}")))))
        .containsExactly("500");
  }

  @Test
  void log_series_are_listed_with_or_without_a_selector() throws Exception {
    JsonNode shop = JSON.readTree("{\"app\":\"shop\"}");
    assertThat(data(server.get("/loki/api/v1/series"))).contains(shop);
    assertThat(form("/loki/api/v1/series", "match[]", "{app=\"shop\"}")).containsExactly(shop);
    assertThat(form("/loki/api/v1/series", "match[]", "{app=\"bank\"}")).isEmpty();
    assertThat(form("/loki/api/v1/series", "match[]", "{app=\"shop\"}", "start", 1, "end", 2))
        .as("no line then")
        .isEmpty();
    HttpResponse<String> filtered =
        server.get(path("/loki/api/v1/series", "match[]", "{app=\"shop\"} |= \"x\""));
    assertThat(filtered.statusCode()).isEqualTo(400);
    assertThat(filtered.body()).contains("match[]", "only a stream selector");
  }
}
