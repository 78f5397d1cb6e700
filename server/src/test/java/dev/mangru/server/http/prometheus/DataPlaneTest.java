package dev.mangru.server.http.prometheus;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.testkit.LiveServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The short way answers as the long way did: methods, heads, odd paths, and what it counts.
class DataPlaneTest {

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

  private static HttpResponse<String> send(String method, String where) throws Exception {
    return server.send(
        HttpRequest.newBuilder(server.uri(where))
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,/api/v1/query,'GET, POST'",
    "DELETE,/api/v1/query_range,'GET, POST'",
    "PATCH,/api/v1/series,'GET, POST'",
    "PUT,/api/v1/labels,'GET, POST'",
    "POST,/api/v1/label/job/values,GET",
    "GET,/api/v1/write,POST",
    "HEAD,/api/v1/write,POST",
    "POST,/-/ready,GET",
    "POST,/-/healthy,GET"
  })
  void a_method_that_is_not_there_is_told_the_others(String method, String where, String allowed)
      throws Exception {
    HttpResponse<String> answer = send(method, where);

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue(allowed);
    if (!method.equals("HEAD")) {
      assertThat(answer.body())
          .isEqualTo(
              "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\""
                  + "%s is not allowed at %s; use %s\"}".formatted(method, where, allowed));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/query?query=vector(1)",
        "/api/v1/labels",
        "/api/v1/label/job/values",
        "/-/ready",
        "/-/healthy",
        "/ready"
      })
  void whoever_may_get_may_ask_for_the_head(String where) throws Exception {
    HttpResponse<String> head = send("HEAD", where);
    HttpResponse<String> whole = server.get(where);

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Type"))
        .isEqualTo(whole.headers().firstValue("Content-Type"));
    assertThat(whole.body()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/%71uery?query=vector(1),200",
    "/api/v1/query;v=2?query=vector(1),200",
    "/api/v1/query/?query=vector(1),404",
    "/api/v1/label//values,404",
    "/api/v1/label/values,404",
    "/api/v1/label/a/b/values,404",
    "/api/v1/label/a/values/,404",
    "/api/v1/label/U__a_2e_b/values,200",
    "/api/v1/label/%EA%B0%80/values,200",
    "/api/v1/queryx,404"
  })
  void a_path_means_what_it_means_decoded(String where, int status) throws Exception {
    assertThat(server.get(where).statusCode()).isEqualTo(status);
  }

  @Test
  void a_form_is_utf8() throws Exception {
    String form = "query=label_replace(vector(1),%22a%22,%22%EA%B0%80%22,%22%22,%22%22)";

    HttpResponse<String> answer =
        server.post(
            "/api/v1/query",
            form.getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/x-www-form-urlencoded");

    assertThat(answer.body()).contains("{\"metric\":{\"a\":\"가\"},\"value\":[");
  }

  @Test
  void a_form_that_cannot_be_decoded_is_a_wrong_request() throws Exception {
    HttpResponse<String> answer =
        server.post(
            "/api/v1/query",
            "query=%zz".getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/x-www-form-urlencoded");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"errorType\":\"bad_data\"", "cannot be decoded");
  }

  @Test
  void an_answer_that_is_small_comes_with_its_length() throws Exception {
    HttpResponse<String> answer = server.get(path("/api/v1/query", "query", "vector(1)"));

    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(answer.headers().firstValueAsLong("Content-Length"))
        .hasValue(answer.body().length());
  }

  @Test
  void requests_are_counted_by_their_route() throws Exception {
    server.get("/api/v1/label/first/values");
    server.get("/api/v1/label/second/values");
    send("PUT", "/api/v1/query");

    assertThat(server.get("/metrics").body())
        .containsPattern(
            "mangru_http_request_duration_seconds_count\\{api=\"query\",outcome=\"success\","
                + "route=\"/api/v1/label/\\{name}/values\"} [2-9]")
        .containsPattern(
            "mangru_http_request_duration_seconds_count\\{api=\"query\",outcome=\"client_error\","
                + "route=\"/api/v1/query\"} [1-9]")
        .containsPattern("mangru_http_requests_total\\{api=\"query\",outcome=\"success\"} [1-9]");
  }
}
