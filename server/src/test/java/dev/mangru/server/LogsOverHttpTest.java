package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Loki push and OTLP in; Loki's API and the dashboard's out, over real HTTP into the real index.
@Timeout(60)
class LogsOverHttpTest {

  private static final String[] JSON = {"Content-Type", "application/json"};
  private static final String[] PROTOBUF = {
    "Content-Type", "application/x-protobuf", "Content-Encoding", "snappy"
  };
  private static final long NOW_NS = System.currentTimeMillis() * 1_000_000;

  @TempDir static Path data;
  private static LiveServer server;

  @BeforeAll
  static void start() {
    server = new LiveServer(data);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> push(String app, String line) throws Exception {
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"%s\"},\"values\":[[\"%d\",\"%s\"]]}]}"
            .formatted(app, NOW_NS, line);
    return server.post("/loki/api/v1/push", body.getBytes(StandardCharsets.UTF_8), JSON);
  }

  /// Asks until the answer is as wanted; a search finds a record within a second.
  private static JsonNode eventually(String request, Predicate<JsonNode> wanted) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    JsonNode answer = server.json(request);
    while (!wanted.test(answer) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      answer = server.json(request);
    }
    assertThat(wanted.test(answer)).as(answer.toString()).isTrue();
    return answer;
  }

  @Test
  void a_pushed_line_is_found_by_loki_query() throws Exception {
    assertThat(push("shop", "error: card declined").statusCode()).isEqualTo(204);
    JsonNode answer =
        eventually(
            path("/loki/api/v1/query_range", "query", "{app=\"shop\"} |= \"declined\""),
            json -> !json.get("data").get("result").isEmpty());
    assertThat(answer.get("data").get("resultType").asString()).isEqualTo("streams");
    JsonNode stream = answer.get("data").get("result").get(0);
    assertThat(stream.get("stream").get("app").asString()).isEqualTo("shop");
    assertThat(stream.get("values").get(0).get(0).asString()).isEqualTo(String.valueOf(NOW_NS));
    assertThat(stream.get("values").get(0).get(1).asString()).isEqualTo("error: card declined");
    assertThat(answer.get("data").get("stats").get("summary").get("totalEntriesReturned").asInt())
        .isEqualTo(1);
    assertThat(
            server
                .get(path("/loki/api/v1/query_range", "query", "{app=\"shop\"} != \"declined\""))
                .body())
        .contains("\"result\":[]");
  }

  @Test
  void protobuf_with_snappy_and_json_with_gzip_are_pushed_too() throws Exception {
    byte[] protobuf = Wire.snappy(Wire.lokiPush("{app=\"proto\"}", NOW_NS, "hello"));
    assertThat(server.post("/loki/api/v1/push", protobuf, PROTOBUF).statusCode()).isEqualTo(204);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(
          "{\"streams\":[{\"stream\":{\"app\":\"zip\"},\"values\":[[\"%d\",\"hello\"]]}]}"
              .formatted(NOW_NS)
              .getBytes(StandardCharsets.UTF_8));
    }
    assertThat(
            server
                .post(
                    "/loki/api/v1/push",
                    gzip.toByteArray(),
                    "Content-Type",
                    "application/json",
                    "Content-Encoding",
                    "gzip")
                .statusCode())
        .isEqualTo(204);
    eventually(
        "/loki/api/v1/label/app/values",
        json -> json.toString().contains("proto") && json.toString().contains("zip"));
    assertThat(server.get("/loki/api/v1/labels").body()).contains("\"app\"");
  }

  @Test
  void otlp_logs_are_stored_and_answered_in_their_own_encoding() throws Exception {
    String body =
        """
        {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"pay"}}]},
        "scopeLogs":[{"logRecords":[{"timeUnixNano":"%d","severityNumber":17,"body":{"stringValue":"boom"}}]}]}]}
        """
            .formatted(NOW_NS);
    HttpResponse<String> stored =
        server.post("/v1/logs", body.getBytes(StandardCharsets.UTF_8), JSON);
    assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
    assertThat(stored.body()).isEqualTo("{}");
    JsonNode found =
        eventually(
            path("/api/ui/logs/search", "q", "boom", "severity", "error"),
            json -> !json.get("hits").isEmpty());
    assertThat(found.get("hits").get(0).get("severity").asString()).isEqualTo("error");
    HttpResponse<String> wrong =
        server.post("/otlp/v1/logs", "{]".getBytes(StandardCharsets.UTF_8), JSON);
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("\"code\":3");
    HttpResponse<String> protobuf =
        server.post("/v1/logs", new byte[] {10, 99}, "Content-Type", "application/x-protobuf");
    assertThat(protobuf.statusCode()).isEqualTo(400);
    assertThat(protobuf.headers().firstValue("Content-Type")).hasValue("application/x-protobuf");
    assertThat(
            server
                .post("/v1/logs", new byte[0], "Content-Type", "application/x-protobuf")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void the_logs_page_gets_hits_histogram_facets_and_context() throws Exception {
    push("page", "level=warn msg=one");
    push("page", "level=warn msg=two");
    JsonNode found =
        eventually(
            path("/api/ui/logs/search", "q", "app:page", "limit", 1),
            json -> !json.get("hits").isEmpty() && !json.get("next").isNull());
    assertThat(found.get("logql").asString()).contains("app").contains("page");
    JsonNode hit = found.get("hits").get(0);
    assertThat(hit.get("labels").get("app").asString()).isEqualTo("page");
    JsonNode next =
        server.json(
            path(
                "/api/ui/logs/search",
                "q",
                "app:page",
                "limit",
                1,
                "cursor",
                found.get("next").asString()));
    assertThat(next.get("hits").get(0).get("line")).isNotEqualTo(hit.get("line"));
    JsonNode histogram =
        server.json(path("/api/ui/logs/histogram", "q", "app:page", "buckets", 10));
    assertThat(histogram.get("buckets")).hasSize(10);
    assertThat(histogram.get("total").asInt()).isEqualTo(2);
    JsonNode facets = server.json(path("/api/ui/logs/facets", "q", "app:page")).get("facets");
    assertThat(facets.get("app").get(0).get("count").asInt()).isEqualTo(2);
    assertThat(facets.get("severity").get(0).get("value").asString()).isEqualTo("warn");
    JsonNode context = server.json(path("/api/ui/logs/context", "id", hit.get("id").asString()));
    assertThat(context.get("hits")).hasSize(2);
  }

  @Test
  void new_lines_are_tailed() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> stream =
          client.send(
              HttpRequest.newBuilder(server.uri(path("/api/ui/logs/tail", "q", "app:live")))
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream());
      assertThat(stream.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
        assertThat(lines.readLine()).isEqualTo("event: ready");
        push("other", "not me");
        push("live", "it is me");
        String line = lines.readLine();
        while (!line.startsWith("data: [")) {
          line = lines.readLine();
        }
        assertThat(line).contains("it is me").doesNotContain("not me");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/loki/api/v1/query_range?query=|400|",
        "/loki/api/v1/query_range?query=rate({a='b'}[5m])|400|",
        "/loki/api/v1/query_range?query={app=`x`}&direction=up|400|backward or forward",
        "/loki/api/v1/query_range?query={app=`x`}&limit=100000|400|from 1 to 5000",
        "/loki/api/v1/query_range?query={app=`x`}&start=5&end=4|400|must not be before start",
        "/loki/api/v1/query?query={app=`x`}|400|change your query to a range query",
        "/loki/api/v1/nope|404|there is nothing",
        "/api/ui/logs/search?severity=loud|400|loud",
        "/api/ui/logs/search?cursor=rubbish|400|",
        "/api/ui/logs/context|400|no id parameter",
        "/api/ui/logs/histogram?buckets=0|400|from 1 to 1000"
      })
  void a_wrong_request_is_told_what_is_wrong(String request, int status, String words)
      throws Exception {
    String encoded =
        request
            .replace("{", "%7B")
            .replace("}", "%7D")
            .replace("`", "%60")
            .replace("'", "%22")
            .replace("[", "%5B")
            .replace("]", "%5D");
    HttpResponse<String> answer = server.get(encoded);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains("\"status\":\"error\"", words == null ? "" : words);
  }

  @Test
  void a_push_that_is_not_understood_is_refused_by_name() throws Exception {
    assertThat(
            server
                .post("/loki/api/v1/push", new byte[1], "Content-Type", "text/plain")
                .statusCode())
        .isEqualTo(415);
    assertThat(
            server
                .post("/loki/api/v1/push", "{".getBytes(StandardCharsets.UTF_8), JSON)
                .statusCode())
        .isEqualTo(400);
    assertThat(server.post("/loki/api/v1/push", new byte[] {1}, PROTOBUF).statusCode())
        .isEqualTo(400);
  }

  private static HttpResponse<String> pushed(String label, long timeNs) throws Exception {
    return server.post(
        "/loki/api/v1/push",
        "{\"streams\":[{\"stream\":{\"app\":\"%s\"},\"values\":[[\"%d\",\"x\"]]}]}"
            .formatted(label, timeNs)
            .getBytes(StandardCharsets.ISO_8859_1),
        JSON);
  }

  @Test
  void a_line_that_cannot_be_stored_is_refused_with_the_limit_and_the_way_out() throws Exception {
    HttpResponse<String> old = pushed("old", 1_000_000_000);
    assertThat(old.statusCode()).isEqualTo(400);
    assertThat(old.body()).contains("older than 30 days, the retention of logs; raise it");
    HttpResponse<String> ahead = pushed("ahead", NOW_NS + Duration.ofDays(1).toNanos());
    assertThat(ahead.statusCode()).isEqualTo(400);
    assertThat(ahead.body()).contains("more than 10 minutes in the future", "clock");
    HttpResponse<String> large = pushed("x".repeat(20_000), NOW_NS);
    assertThat(large.statusCode()).isEqualTo(400);
    assertThat(large.body()).contains("stream labels of more than", "as attributes");
    HttpResponse<String> notUtf8 = pushed("\u00ff\u00fe", NOW_NS);
    assertThat(notUtf8.statusCode()).isEqualTo(400);
    assertThat(notUtf8.body()).contains("malformed JSON at byte", "UTF-8");
  }

  @Test
  void a_body_that_lies_about_its_compression_is_refused() throws Exception {
    byte[] liar = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 0};
    HttpResponse<String> snappy = server.post("/loki/api/v1/push", liar, PROTOBUF);
    assertThat(snappy.statusCode()).isEqualTo(413);
    assertThat(snappy.body()).contains("declares 4294967295 bytes", "mangru.http.max-decoded-body");
    HttpResponse<String> gzip =
        server.post(
            "/v1/logs",
            "plain".getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/json",
            "Content-Encoding",
            "gzip");
    assertThat(gzip.statusCode()).isEqualTo(400);
    assertThat(gzip.body()).contains("does not decompress as gzip");
  }
}
