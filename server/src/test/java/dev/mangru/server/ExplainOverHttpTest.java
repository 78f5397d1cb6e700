package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.WriteRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// How a query is answered, asked over HTTP.
class ExplainOverHttpTest {

  private static final long NOW = System.currentTimeMillis() / 60_000 * 60 - 120;

  @TempDir static Path data;
  private static LiveServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new LiveServer(data);
    WriteRequest written = new WriteRequest();
    for (int pod = 0; pod < 20; pod++) {
      written.series(Labels.of("__name__", "hits_total", "job", "j" + pod % 2, "pod", "p" + pod));
      for (int i = 0; i < 40; i++) {
        written.sample(NOW * 1000 - 600_000 + i * 15_000L, i * (pod + 1.0));
      }
    }
    HttpResponse<String> answer =
        server.post(
            "/api/v1/write",
            written.body(),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "snappy");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String range(String query, Object... more) {
    List<Object> all =
        new ArrayList<>(List.of("query", query, "start", NOW - 300, "end", NOW, "step", "15"));
    all.addAll(List.of(more));
    return path("/api/v1/explain", all.toArray());
  }

  private static JsonNode explain(String pathAndQuery) throws Exception {
    JsonNode answer = server.json(pathAndQuery);
    assertThat(answer.path("status").asString()).as(answer.toString()).isEqualTo("success");
    return answer.path("data");
  }

  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void a_folded_rate_shows_its_way_its_series_and_its_samples() throws Exception {
    JsonNode told = explain(range("sum by (job) (rate(hits_total[1m]))"));
    JsonNode sum = told.path("plan");
    assertThat(sum.path("operator").asString()).isEqualTo("aggregate");
    assertThat(sum.path("name").asString()).isEqualTo("sum by (job)");
    assertThat(texts(sum.path("how"))).contains("folded series by series, none is held");
    assertThat(sum.path("cost").path("series").asInt()).isEqualTo(2);
    JsonNode rate = sum.path("inputs").path(0);
    assertThat(rate.path("name").asString()).isEqualTo("rate");
    assertThat(rate.path("cost").path("series").asInt()).isEqualTo(20);
    assertThat(rate.path("position").path("start").asInt()).isEqualTo(14);
    assertThat(rate.path("position").path("column").asInt()).isEqualTo(15);
    JsonNode window = rate.path("inputs").path(0);
    assertThat(window.path("operator").asString()).isEqualTo("window");
    assertThat(texts(window.path("how"))).contains("windows of 1m");
    assertThat(window.path("cost").path("seriesSelected").asInt()).isEqualTo(20);
    long samples = window.path("cost").path("samples").asLong();
    assertThat(samples).isBetween(400L, 600L);
    assertThat(window.path("cost").path("bytes").asLong()).isEqualTo(16 * samples);
    assertThat(told.path("samples").path("samplesRead").asLong()).isEqualTo(samples);
    assertThat(told.path("result").path("series").asInt()).isEqualTo(2);
    assertThat(told.path("steps").asInt()).isEqualTo(21);
  }

  @Test
  void the_samples_of_all_operators_are_those_of_the_query_and_times_add_up() throws Exception {
    for (String query :
        List.of(
            "hits_total",
            "sum(hits_total) / count(hits_total)",
            "max_over_time(rate(hits_total[1m])[2m:30s])",
            "topk(2, hits_total) + on (pod) hits_total offset 1m",
            "sum(hits_total @ end()) + hits_total{pod=\"p1\"}",
            "absent(hits_total) or vector(time())")) {
      JsonNode told = explain(range(query));
      assertThat(samples(told.path("plan")))
          .as(query)
          .isEqualTo(told.path("samples").path("samplesRead").asLong());
      checkTimes(query, told.path("plan"));
    }
  }

  private static long samples(JsonNode operator) {
    long sum = operator.path("cost").path("samples").asLong();
    for (JsonNode input : operator.path("inputs")) {
      sum += samples(input);
    }
    return sum;
  }

  private static void checkTimes(String query, JsonNode operator) {
    double inputs = 0;
    for (JsonNode input : operator.path("inputs")) {
      checkTimes(query, input);
      inputs += input.path("cost").path("totalTime").asDouble();
    }
    JsonNode cost = operator.path("cost");
    assertThat(cost.path("selfTime").asDouble()).as(query).isNotNegative();
    assertThat(cost.path("totalTime").asDouble())
        .as(query + ": " + operator.path("expression"))
        .isGreaterThanOrEqualTo(inputs - 1e-9);
  }

  @Test
  void what_is_the_same_at_all_steps_is_said_to_be_worked_out_once() throws Exception {
    JsonNode plan = explain(range("hits_total + on (pod) hits_total @ end()")).path("plan");
    assertThat(texts(plan.path("how"))).contains("one to one, on (pod)");
    assertThat(texts(plan.path("inputs").path(1).path("how")))
        .contains("once for all 21 steps", "newest sample of each series only");
    assertThat(plan.path("inputs").path(1).path("cost").path("steps").asInt()).isEqualTo(1);
  }

  @Test
  void a_subquery_names_its_inner_steps() throws Exception {
    JsonNode subquery =
        explain(range("max_over_time(hits_total[2m:30s])")).path("plan").path("inputs").path(0);
    assertThat(subquery.path("name").asString()).isEqualTo("[2m:30s]");
    assertThat(texts(subquery.path("how")).getFirst())
        .endsWith("inner steps of 30s, windows of 2m");
    assertThat(subquery.path("inputs").path(0).path("operator").asString()).isEqualTo("select");
  }

  @Test
  void without_analyzing_nothing_is_read() throws Exception {
    JsonNode told = explain(range("sum(rate(hits_total[1m]))", "analyze", "false"));
    assertThat(told.path("analyzed").asBoolean()).isFalse();
    assertThat(told.has("timings")).isFalse();
    assertThat(told.path("plan").has("cost")).isFalse();
    assertThat(told.path("plan").path("inputs").path(0).path("name").asString()).isEqualTo("rate");
  }

  @Test
  void an_instant_query_is_explained_at_one_time() throws Exception {
    JsonNode told = explain(path("/api/v1/explain", "query", "count(hits_total)", "time", NOW));
    assertThat(told.path("step").asInt()).isZero();
    assertThat(texts(told.path("plan").path("how")).getFirst()).contains("counted by the index");
    assertThat(told.path("result").path("type").asString()).isEqualTo("vector");
  }

  @Test
  void errors_name_all_places() throws Exception {
    HttpResponse<String> answer =
        server.get(path("/api/v1/explain", "query", "sum(rate(hits_total)) + nosuch(1)"));
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode error = server.json(path("/api/v1/explain", "query", "rate(hits_total) + rate(1)"));
    assertThat(error.path("errors")).hasSize(2);
    assertThat(error.path("errors").path(1).path("column").isMissingNode()).isTrue();
    assertThat(error.path("errors").path(1).path("position").path("column").asInt()).isEqualTo(25);
    assertThat(error.path("error").asString())
        .startsWith("invalid parameter \"query\": 1:6: parse error: expected type range vector");
  }

  @Test
  void terminals_get_text() throws Exception {
    HttpResponse<String> answer =
        server.get(range("sum by (job) (rate(hits_total[1m])) > 2", "format", "text"));
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    assertThat(answer.body())
        .contains("matrix of 2 series", "└─ rate", "20 series found", "windows of 1m");
    HttpResponse<String> wrong =
        server.get(path("/api/v1/explain", "query", "sum(hits_total", "format", "text"));
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body())
        .isEqualTo(
            "1:15: parse error: unclosed left parenthesis\n  sum(hits_total\n                ^\n");
  }

  @Test
  void what_nests_deep_is_told_and_what_nests_deeper_is_refused() throws Exception {
    for (String api :
        List.of(
            "/api/v1/explain", "/api/v1/parse_query", "/api/v1/format_query", "/api/v1/query")) {
      for (String open : List.of("(", "abs(", "- ", "sum by (job) (")) {
        String close = open.endsWith("(") ? ")" : "";
        String deep = open.repeat(240) + "hits_total" + close.repeat(240);
        assertThat(server.get(path(api, "query", deep)).statusCode()).as(api + open).isEqualTo(200);
        HttpResponse<String> deeper =
            server.get(path(api, "query", open.repeat(600) + "hits_total" + close.repeat(600)));
        assertThat(deeper.statusCode()).as(api + open).isEqualTo(400);
        assertThat(deeper.body()).contains("nested deeper than the limit of 500");
      }
    }
  }

  @Test
  void wrong_parameters_are_refused() throws Exception {
    for (String wrong :
        List.of(
            path("/api/v1/explain", "query", "1", "analyze", "maybe"),
            path("/api/v1/explain", "query", "1", "format", "xml"),
            path("/api/v1/explain", "query", "1", "start", "1"))) {
      assertThat(server.get(wrong).statusCode()).as(wrong).isEqualTo(400);
    }
  }
}
