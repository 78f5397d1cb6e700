package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Remote write in, the Prometheus API out, over real HTTP into the real store.
@SuppressWarnings("LongDoubleConversion") // milliseconds of this century are exact in a double
class MetricsOverHttpTest {

  private static final String[] V1 = {
    "Content-Type", "application/x-protobuf", "Content-Encoding", "snappy"
  };
  private static final String[] V2 = {
    "Content-Type",
    "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "Content-Encoding",
    "zstd"
  };

  /// Whole seconds, so that times are easy to write.
  private static final long NOW = System.currentTimeMillis() / 1000 * 1000;

  @TempDir static Path data;
  private static LiveServer server;

  @BeforeAll
  static void start() {
    server =
        new LiveServer(
            data, "--mangru.http.max-body=1MB", "--mangru.http.allowed-hosts=mangru.example");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Labels series(String name) {
    return Labels.of(Labels.METRIC_NAME, name, "job", "test");
  }

  private static HttpResponse<String> write(Labels labels, double... samples)
      throws IOException, InterruptedException {
    return server.post("/api/v1/write", Wire.snappy(Wire.writeV1(labels, samples)), V1);
  }

  private static String seconds(long ms) {
    return String.valueOf(ms / 1000);
  }

  // ---- the good path ----------------------------------------------------------------------------

  @Test
  void what_was_written_is_answered() throws Exception {
    HttpResponse<String> written =
        write(series("first_total"), NOW - 60_000, 1, NOW - 30_000, 2.5, NOW, Double.NaN);
    assertThat(written.statusCode()).isEqualTo(204);
    assertThat(written.headers().firstValue("X-Prometheus-Remote-Write-Samples-Written"))
        .hasValue("3");
    assertThat(
            server
                .get(path("/api/v1/query", "query", "first_total", "time", (NOW - 30_000) / 1000))
                .body())
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":"
                + "{\"__name__\":\"first_total\",\"job\":\"test\"},\"value\":["
                + seconds(NOW - 30_000)
                + ",\"2.5\"]}]}}");
    assertThat(
            server
                .get(
                    path(
                        "/api/v1/query_range",
                        "query",
                        "first_total",
                        "start",
                        (NOW - 60_000) / 1000,
                        "end",
                        NOW / 1000,
                        "step",
                        "30"))
                .body())
        .contains(
            "\"values\":[["
                + seconds(NOW - 60_000)
                + ",\"1\"],["
                + seconds(NOW - 30_000)
                + ",\"2.5\"],["
                + seconds(NOW)
                + ",\"NaN\"]]");
  }

  @Test
  void remote_write_two_with_zstd_is_understood() throws Exception {
    byte[] body = Zstd.compress(Wire.writeV2(series("second_gauge"), NOW, 7));
    HttpResponse<String> written = server.post("/api/v1/write", body, V2);
    assertThat(written.statusCode()).as(written.body()).isEqualTo(204);
    assertThat(server.json(path("/api/v1/query", "query", "second_gauge")).toString())
        .contains("\"7\"");
  }

  @Test
  void queries_may_come_as_a_form() throws Exception {
    HttpResponse<String> answer =
        server.post(
            "/api/v1/query",
            "query=1%2B1&time=5.5".getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(answer.body())
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[5.500,\"2\"]}}");
  }

  @Test
  void series_labels_and_values_are_listed() throws Exception {
    write(Labels.of("__name__", "listed", "http.status", "200", "zone", "a"), NOW, 1);
    write(Labels.of("__name__", "listed", "http.status", "404", "zone", "b"), NOW, 1);
    assertThat(server.json(path("/api/v1/series", "match[]", "listed")).get("data")).hasSize(2);
    assertThat(server.json(path("/api/v1/series", "match[]", "listed", "limit", 1)).toString())
        .contains("results truncated due to limit");
    assertThat(server.get(path("/api/v1/labels", "match[]", "listed")).body())
        .isEqualTo("{\"status\":\"success\",\"data\":[\"__name__\",\"http.status\",\"zone\"]}");
    assertThat(
            server.get(path("/api/v1/label/U__http_2e_status/values", "match[]", "listed")).body())
        .isEqualTo("{\"status\":\"success\",\"data\":[\"200\",\"404\"]}");
    assertThat(server.get(path("/api/v1/series", "match[]", "{__name__!=\"\"}")).statusCode())
        .isEqualTo(200);
    assertThat(
            server.get(path("/api/v1/label/zone/values", "start", NOW / 1000 + 9, "end", 5)).body())
        .isEqualTo("{\"status\":\"success\",\"data\":[]}");
  }

  @ParameterizedTest
  @CsvSource({"/api/v1/metadata,{}", "/api/v1/query_exemplars?query=up,[]"})
  void what_is_not_kept_is_truly_empty(String where, String answer) throws Exception {
    assertThat(server.get(where).body())
        .isEqualTo("{\"status\":\"success\",\"data\":" + answer + "}");
  }

  @Test
  void grafanas_test_of_a_data_source_passes() throws Exception {
    assertThat(server.get(path("/api/v1/query", "query", "1+1")).statusCode()).isEqualTo(200);
    assertThat(server.json("/api/v1/status/buildinfo").get("data").has("features")).isFalse();
  }

  @Test
  void a_query_is_formatted() throws Exception {
    assertThat(server.get(path("/api/v1/format_query", "query", "sum(up)by(job)")).body())
        .isEqualTo("{\"status\":\"success\",\"data\":\"sum by (job) (up)\"}");
  }

  @Test
  void a_limit_cuts_results_and_says_so() throws Exception {
    write(Labels.of("__name__", "many", "n", "1"), NOW, 1);
    write(Labels.of("__name__", "many", "n", "2"), NOW, 1);
    String answer = server.get(path("/api/v1/query", "query", "many", "limit", 1)).body();
    assertThat(answer).contains("\"n\":\"1\"").doesNotContain("\"n\":\"2\"");
    assertThat(answer).contains("\"warnings\":[\"results truncated due to limit\"]");
  }

  @Test
  void charts_get_columns() throws Exception {
    write(series("column"), NOW - 20_000, 1, NOW - 10_000, 2);
    HttpResponse<byte[]> answer =
        server.bytes(
            path(
                "/api/ui/range",
                "query",
                "column",
                "start",
                (NOW - 20_000) / 1000,
                "end",
                (NOW - 10_000) / 1000,
                "step",
                10));
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
    ByteBuffer in = ByteBuffer.wrap(answer.body()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt()).isEqualTo(1);
    assertThat(in.getInt()).isEqualTo(2);
    assertThat(in.position(16).getDouble()).isEqualTo((NOW - 20_000) / 1000.0);
    assertThat(in.position(32).getDouble()).isEqualTo(1);
    assertThat(in.getDouble()).isEqualTo(2);
  }

  @Test
  void large_answers_are_compressed_for_who_wants_it() throws Exception {
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/metrics")).header("Accept-Encoding", "gzip"));
    assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
  }

  // ---- bad input
  // ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/query?query=sum(|400|bad_data|parse error",
        "/api/v1/query?query=1&time=x|400|bad_data|invalid parameter \"time\": cannot parse \"x\"",
        "/api/v1/query?query=1&timeout=x|400|bad_data|invalid parameter \"timeout\"",
        "/api/v1/query?query=1&limit=-1|400|bad_data|limit must be non-negative",
        "/api/v1/query?query=%zz|400|bad_data|",
        "/api/v1/query_range?query=1&start=10&end=5&step=1|400|bad_data|must not be before start",
        "/api/v1/query_range?query=1&start=0&end=5&step=0|400|bad_data|zero or negative query",
        "/api/v1/query_range?query=1&start=0&end=5|400|bad_data|to a valid duration",
        "/api/v1/query_range?query=1&start=0&end=11001&step=1|400|bad_data|11,000 points",
        "/api/v1/query_range?query=\"s\"&start=0&end=1&step=1|400|bad_data|",
        "/api/v1/series|400|bad_data|no match[] parameter provided",
        "/api/v1/series?match[]={a=\"\"}|400|bad_data|at least one non-empty matcher",
        "/api/v1/labels?match[]=!|400|bad_data|invalid parameter \"match[]\"",
        "/api/v1/nope|404|not_found|there is nothing at GET /api/v1/nope",
        "/api/v1/write|405|bad_data|use POST"
      })
  void a_wrong_request_is_told_what_is_wrong(
      String request, int status, String errorType, String words) throws Exception {
    String encoded =
        request
            .replace("\"", "%22")
            .replace("{", "%7B")
            .replace("}", "%7D")
            .replace("[", "%5B")
            .replace("]", "%5D");
    if (request.contains("%zz")) {
      assertThat(
              raw("GET " + request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 400");
      return;
    }
    HttpResponse<String> answer = server.get(encoded);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    assertThat(answer.body().replace("\\\"", "\""))
        .contains("\"errorType\":\"" + errorType + "\"")
        .contains(words == null ? "" : words);
  }

  private static String head(String methodAndPath, String... headers) {
    return methodAndPath
        + " HTTP/1.1\r\n"
        + String.join("\r\n", headers)
        + "\r\nConnection: close\r\n\r\n";
  }

  /// Sends bytes as they are and reads to the end.
  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.running().port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void a_matching_that_cannot_be_evaluated_is_an_execution_error() throws Exception {
    write(Labels.of("__name__", "twice", "a", "1"), NOW, 1);
    write(Labels.of("__name__", "twice", "a", "2"), NOW, 1);
    HttpResponse<String> answer = server.get(path("/api/v1/query", "query", "twice * on() twice"));
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("\"errorType\":\"execution\"");
  }

  @Test
  void a_body_that_is_no_protobuf_is_refused_with_its_place() throws Exception {
    HttpResponse<String> answer =
        server.post("/api/v1/write", Wire.snappy(new byte[] {10, 127, 1, 2}), V1);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("malformed protobuf at byte");
    assertThat(answer.headers().firstValue("X-Prometheus-Remote-Write-Samples-Written"))
        .hasValue("0");
  }

  @Test
  void a_body_that_does_not_decompress_is_refused() throws Exception {
    HttpResponse<String> answer =
        server.post("/api/v1/write", Wire.writeV1(series("plain"), NOW, 1), V1);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("snappy");
  }

  @Test
  void a_length_that_lies_is_refused_before_memory_is_taken() throws Exception {
    byte[] liar = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 0, 0};
    HttpResponse<String> answer = server.post("/api/v1/write", liar, V1);
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("declares 4294967295 bytes", "mangru.http.max-decoded-body");
  }

  @Test
  void a_zstd_bomb_is_refused() throws Exception {
    HttpResponse<String> answer =
        server.post("/api/v1/write", Zstd.compress(new byte[64 << 20]), V2);
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void a_body_above_the_limit_is_refused_by_its_declared_length() throws Exception {
    String request =
        head(
            "POST /api/v1/write",
            "Host: localhost",
            "Content-Type: application/x-protobuf",
            "Content-Encoding: snappy",
            "Content-Length: 2000000");
    // The server goes on waiting for the body, so the connection stays open after the answer.
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.running().port());
        BufferedReader answer =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      String line = answer.readLine();
      assertThat(line).startsWith("HTTP/1.1 413");
      while (line != null && !line.contains("exceeds")) {
        line = answer.readLine();
      }
      assertThat(line).contains("2000000 bytes", "mangru.http.max-body");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/json,snappy",
    "application/x-protobuf;proto=other.Request,snappy",
    "application/x-protobuf,br",
    "application/x-protobuf,gzip"
  })
  void an_unknown_encoding_or_type_is_named(String type, String coding) throws Exception {
    HttpResponse<String> answer =
        server.post("/api/v1/write", new byte[1], "Content-Type", type, "Content-Encoding", coding);
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body()).containsAnyOf(coding, type.replace(" ", ""));
  }

  @Test
  void an_out_of_order_sample_is_named_and_the_others_are_stored() throws Exception {
    write(series("ordered"), NOW - 10_000, 1);
    HttpResponse<String> answer = write(series("ordered"), NOW - 20_000, 0, NOW - 5_000, 2);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .contains("1 samples stored", "1 rejected", "out of order sample", "ordered{job=\"test\"}");
    assertThat(answer.headers().firstValue("X-Prometheus-Remote-Write-Samples-Written"))
        .hasValue("1");
    assertThat(server.json(path("/api/v1/query", "query", "ordered")).toString()).contains("\"2\"");
  }

  @Test
  void another_value_at_the_same_time_is_a_duplicate() throws Exception {
    write(series("same"), NOW, 1);
    assertThat(write(series("same"), NOW, 1).statusCode()).isEqualTo(204);
    assertThat(write(series("same"), NOW, 2).body()).contains("duplicate sample for timestamp");
  }

  @Test
  void times_far_in_the_past_or_future_are_refused_with_the_bound() throws Exception {
    HttpResponse<String> old = write(series("old"), 1000, 1);
    assertThat(old.statusCode()).isEqualTo(400);
    assertThat(old.body()).contains("sample too old", "the oldest accepted time is");
    HttpResponse<String> ahead = write(series("ahead"), NOW + 86_400_000L, 1);
    assertThat(ahead.statusCode()).isEqualTo(400);
    assertThat(ahead.body()).contains("too far in the future", "the newest accepted time is");
  }

  @Test
  void a_label_that_is_not_utf8_is_refused() throws Exception {
    byte[] body = Wire.writeV1(series("bad_utf8_name"), NOW, 1);
    for (int i = 0; i < body.length - 4; i++) {
      if (body[i] == 't' && body[i + 1] == 'e' && body[i + 2] == 's' && body[i + 3] == 't') {
        body[i] = (byte) 0xff;
      }
    }
    HttpResponse<String> answer = server.post("/api/v1/write", Wire.snappy(body), V1);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).containsIgnoringCase("UTF-8");
  }

  @Test
  void a_label_that_is_too_long_is_refused_with_the_limit() throws Exception {
    HttpResponse<String> answer =
        write(Labels.of("__name__", "long", "v", "x".repeat(5000)), NOW, 1);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("4096");
  }

  // ---- the front door
  // ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"})
  void a_foreign_host_name_is_not_served(String host) throws Exception {
    assertThat(
            raw("GET /api/v1/labels HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421")
        .contains("mangru.http.allowed-hosts");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080", "127.0.0.1", "[::1]:9", "LOCALHOST", "mangru.example"})
  void its_own_host_names_are_served(String host) throws Exception {
    assertThat(
            raw("GET /api/v1/labels HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void a_foreign_page_may_neither_send_nor_read() throws Exception {
    String sent =
        raw(
            head(
                "POST /api/v1/query",
                "Host: localhost",
                "Origin: https://evil.example",
                "Content-Length: 0"));
    assertThat(sent).startsWith("HTTP/1.1 403").contains("mangru.http.allowed-origins");
    String read =
        raw(head("GET /api/v1/labels", "Host: localhost", "Origin: https://evil.example"));
    assertThat(read).startsWith("HTTP/1.1 200").doesNotContain("Access-Control-Allow-Origin");
  }

  @Test
  void options_is_answered_without_a_body() throws Exception {
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/api/v1/query"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Methods"))
        .hasValue("GET, POST, OPTIONS");
  }

  @Test
  void every_answer_carries_the_headers_that_keep_browsers_safe() throws Exception {
    HttpResponse<String> answer = server.get("/api/v1/labels");
    assertThat(answer.headers().map())
        .containsKeys(
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "content-security-policy");
    // It may be kept by who asked, if it is asked for again each time.
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("private, no-cache");
    assertThat(answer.headers().firstValue("ETag")).isPresent();
    assertThat(server.get("/api/v1/query?query=1").headers().firstValue("Cache-Control"))
        .hasValue("no-store");
    assertThat(server.get("/api/ui/slo").headers().firstValue("Cache-Control"))
        .hasValue("no-store");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/../../etc/passwd",
        "/api//v1/labels",
        "/api/v1/labels;x=1",
        "/api/%2e%2e/x"
      })
  void odd_paths_reach_nothing(String path) throws Exception {
    String answer =
        raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).doesNotContain("root:");
    assertThat(answer.substring(9, 12)).isIn("400", "404", "200");
  }

  // ---- itself
  // --------------------------------------------------------------------------------------

  @Test
  void it_is_ready_healthy_and_counts_its_requests() throws Exception {
    assertThat(server.get("/-/ready").statusCode()).isEqualTo(200);
    assertThat(server.get("/-/healthy").body()).isEqualTo("Mangru is healthy.\n");
    assertThat(server.get("/ready").statusCode()).isEqualTo(200);
    server.get("/api/v1/labels");
    assertThat(server.get("/metrics").body())
        .contains(
            "mangru_http_requests_total{api=\"query\",outcome=\"success\"}",
            "mangru_http_requests_total{api=\"write\",outcome=\"server_error\"} 0.0",
            "mangru_http_request_duration_seconds_bucket",
            "route=\"/api/v1/labels\"",
            "mangru_tsdb_series_active",
            "jvm_memory_used_bytes");
  }

  @Test
  void metrics_come_as_openmetrics_for_who_asks() throws Exception {
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/metrics"))
                .header("Accept", "application/openmetrics-text;version=1.0.0"));
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
    assertThat(answer.body()).endsWith("# EOF\n");
  }

  @Test
  void its_own_objectives_are_told() throws Exception {
    assertThat(server.json("/api/ui/slo").get("slos").get(0).get("name").asString())
        .isEqualTo("Mangru write API");
  }
}
