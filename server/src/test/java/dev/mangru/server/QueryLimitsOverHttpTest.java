package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.DeathQuery;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What queries may take, asked of a real server: those that would take everything end in time,
/// those that nobody waits for end at once, and others are answered beside them.
@Timeout(300)
class QueryLimitsOverHttpTest {

  /// Of a query in this test. Chosen: with it all queries of death take a minute at most.
  private static final Duration TIMEOUT = Duration.ofMillis(300);

  /// What a busy machine may add, beside the second that is allowed.
  private static final Duration SLACK = Duration.ofSeconds(20);

  private static final long NOW_MS = System.currentTimeMillis() / 1000 * 1000;
  private static final String RUNNING = "mangru_http_queries_running";
  private static final String HELD = "mangru_query_memory_bytes";
  private static final Set<Integer> MEANT = Set.of(200, 400, 413, 414, 422, 503);

  private static final int SAMPLES = 60;

  @TempDir static Path data;
  private static LiveServer server;

  @BeforeAll
  static void start() throws Exception {
    server =
        new LiveServer(
            data,
            "--mangru.query.max-memory=64MB",
            "--mangru.query.max-wait=1s",
            "--mangru.query.max-concurrent=2",
            "--mangru.metrics.max-new-series-per-minute=1000000",
            "--mangru.tenants.limits[0].tenant=small",
            "--mangru.tenants.limits[0].max-query-samples=500",
            "--mangru.tenants.limits[0].query-timeout=5s");
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < 3_000; i++) {
      Labels labels =
          Labels.of(
              "__name__", "requests_total", "instance", "i" + i, "text", "ab".repeat(700) + i);
      double[] samples = new double[2 * SAMPLES];
      for (int s = 0; s < SAMPLES; s++) {
        samples[2 * s] = NOW_MS - (SAMPLES - s) * 15_000.0;
        samples[2 * s + 1] = s * (i + 0.5);
      }
      body.writeBytes(Wire.writeV1(labels, samples)); // messages one after the other are one
    }
    HttpResponse<String> written =
        server.post(
            "/api/v1/write",
            Wire.snappy(body.toByteArray()),
            "Content-Type",
            "application/x-protobuf");
    assertThat(written.statusCode()).as(written.body()).isBetween(200, 204);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String parameters(DeathQuery query) {
    List<String> pairs = new ArrayList<>();
    pairs.add("timeout=" + TIMEOUT.toMillis() + "ms");
    switch (query.kind()) {
      case INSTANT -> {
        pairs.add("query=" + encoded(query.expression()));
        pairs.add("time=" + NOW_MS / 1000);
      }
      case RANGE -> {
        pairs.add("query=" + encoded(query.expression()));
        pairs.add("start=" + (NOW_MS - query.lengthMs()) / 1000);
        pairs.add("end=" + NOW_MS / 1000);
        pairs.add("step=" + query.stepMs() + "ms");
      }
      case SERIES, LABELS, VALUES ->
          query.expressions().forEach(one -> pairs.add("match[]=" + encoded(one)));
    }
    return String.join("&", pairs);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static HttpRequest.Builder request(DeathQuery query) {
    String parameters = parameters(query);
    String path =
        switch (query.kind()) {
          case INSTANT -> "/api/v1/query";
          case RANGE -> "/api/v1/query_range";
          case SERIES -> "/api/v1/series";
          case LABELS -> "/api/v1/labels";
          case VALUES -> "/api/v1/label/" + query.name() + "/values";
        };
    return query.kind() == DeathQuery.Kind.VALUES
        ? HttpRequest.newBuilder(server.uri(path + "?" + parameters))
        : HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(parameters));
  }

  @Test
  void each_query_of_death_is_answered_in_time_and_others_beside_it() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (DeathQuery query : DeathQuery.all()) {
      long start = System.nanoTime();
      HttpResponse<String> answer = server.send(request(query));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      boolean inTime = took.compareTo(TIMEOUT.plusSeconds(1).plus(SLACK)) < 0;
      if (!MEANT.contains(answer.statusCode()) || !inTime) {
        String body = answer.body();
        wrong.add(
            query
                + ": "
                + answer.statusCode()
                + " after "
                + took
                + " "
                + body.substring(0, Math.min(300, body.length())));
      }
      if (answer.statusCode() == 503) {
        assertThat(answer.body()).containsAnyOf("\"timeout\"", "\"unavailable\"");
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(
            server
                .json(path("/api/v1/query", "query", "count(requests_total)"))
                .at("/data/result/0/value/1")
                .asString())
        .isEqualTo("3000");
    assertThat(gauge(HELD)).isZero();
    assertThat(gauge(RUNNING)).isZero();
  }

  private static double gauge(String name) throws IOException, InterruptedException {
    for (String line : server.get("/metrics").body().lines().toList()) {
      if (line.startsWith(name + " ")) {
        return Double.parseDouble(line.substring(name.length() + 1));
      }
    }
    throw new AssertionError("/metrics has no " + name);
  }

  private static Socket send(String request) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.running().port());
    socket
        .getOutputStream()
        .write(
            ("GET " + request + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return socket;
  }

  /// At most ten seconds, and mostly at once.
  private static boolean becomes(String gauge, boolean zero)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while ((gauge(gauge) == 0) != zero && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    return (gauge(gauge) == 0) == zero;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/query?query=count(@SLOW)",
        "/api/v1/labels?match%5B%5D=@SLOW",
        "/api/v1/query_range?step=1&start=@START&end=@END&query=quantile_over_time(0.5,requests_total%5B15m:1s%5D)",
        "/api/v1/series?match%5B%5D=@SLOW",
      })
  void what_nobody_waits_for_any_more_ends(String request) throws Exception {
    String asked =
        request
            .replace("@SLOW", encoded("{text=~\".*a.{900}\"}"))
            .replace("@START", String.valueOf(NOW_MS / 1000 - 900))
            .replace("@END", String.valueOf(NOW_MS / 1000));
    try (Socket _ = send(asked + "&timeout=25s")) {
      assertThat(becomes(RUNNING, false)).isTrue();
    }
    // Its own time-out is more than twice as long.
    assertThat(becomes(RUNNING, true)).isTrue();
    assertThat(becomes(HELD, true)).isTrue();
  }

  @Test
  void a_tenant_has_limits_of_its_own_and_a_request_may_ask_for_less() throws Exception {
    String query =
        path(
            "/api/v1/query_range",
            "query",
            "vector(1) + vector(2)",
            "start",
            0,
            "end",
            3_000,
            "step",
            1);
    assertThat(server.get(query).statusCode()).isEqualTo(200);
    HttpResponse<String> small =
        server.send(HttpRequest.newBuilder(server.uri(query)).header("X-Scope-OrgID", "small"));
    assertThat(small.statusCode()).as(small.body()).isEqualTo(422);
    assertThat(small.body()).contains("too many samples");
    assertThat(server.get(query + "&max_samples=500").statusCode()).isEqualTo(422);
  }

  @Test
  void a_query_too_large_for_all_of_the_memory_is_refused_and_others_are_not() throws Exception {
    String large =
        path(
            "/api/v1/query_range",
            "query",
            "requests_total",
            "start",
            NOW_MS / 1000 - 3600,
            "end",
            NOW_MS / 1000,
            "step",
            1);
    HttpResponse<String> refused = server.get(large);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
    String middle =
        path(
            "/api/v1/query_range",
            "query",
            "requests_total",
            "start",
            NOW_MS / 1000 - 900,
            "end",
            NOW_MS / 1000,
            "step",
            15);
    assertThat(server.get(middle).statusCode()).isEqualTo(200);
  }
}
