package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a server tells of itself.
@Timeout(120)
class ServerStatusOverHttpTest {

  private static final long NOW_MS = System.currentTimeMillis();

  @TempDir static Path folder;
  private static Path rules;
  private static LiveServer server;

  @BeforeAll
  static void start() throws Exception {
    rules = Files.writeString(folder.resolve("rules.yaml"), "groups: []\n");
    server =
        new LiveServer(
            folder.resolve("data"),
            "--mangru.alerts.rules[0]=" + rules,
            "--mangru.http.lifecycle-api=true",
            "--mangru.otel.endpoint=http://geheim@127.0.0.1:1/");
    for (String job : new String[] {"shop", "bank"}) {
      HttpResponse<String> written =
          server.post(
              "/api/v1/write",
              Wire.snappy(
                  Wire.writeV1(
                      Labels.of("__name__", "up", "job", job, "instance", job + ":1"),
                      (double) NOW_MS,
                      job.equals("shop") ? 1.0 : 0.0)),
              "Content-Type",
              "application/x-protobuf",
              "Content-Encoding",
              "snappy");
      assertThat(written.statusCode()).as(written.body()).isEqualTo(204);
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode data(String path) throws Exception {
    HttpResponse<String> answer = server.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new tools.jackson.databind.ObjectMapper().readTree(answer.body()).get("data");
  }

  @Test
  void configuration_and_flags_are_shown_without_secrets() throws Exception {
    assertThat(data("/api/v1/status/config").get("yaml").asString())
        .contains("mangru:", "lifecycle-api: true", "http://<secret>@127.0.0.1:1/")
        .doesNotContain("geheim");
    JsonNode flags = data("/api/v1/status/flags");
    assertThat(flags.toString()).doesNotContain("geheim");
    assertThat(flags.get("web.enable-lifecycle").asString()).isEqualTo("true");
    assertThat(flags.get("storage.tsdb.retention.time").asString()).isEqualTo("400d");
    assertThat(flags.get("mangru.http.lifecycle-api").asString()).isEqualTo("true");
  }

  @Test
  void runtime_and_build_have_prometheus_members_and_no_others() throws Exception {
    JsonNode runtime = data("/api/v1/status/runtimeinfo");
    assertThat(runtime.propertyNames())
        .containsExactlyInAnyOrder(
            "startTime",
            "CWD",
            "hostname",
            "serverTime",
            "reloadConfigSuccess",
            "lastConfigTime",
            "corruptionCount",
            "goroutineCount",
            "GOMAXPROCS",
            "GOMEMLIMIT",
            "GOGC",
            "GODEBUG",
            "storageRetention");
    assertThat(Instant.parse(runtime.get("startTime").asString()))
        .isBefore(Instant.parse(runtime.get("serverTime").asString()));
    assertThat(runtime.get("storageRetention").asString()).isEqualTo("400d");
    assertThat(data("/api/v1/status/buildinfo").propertyNames())
        .containsExactlyInAnyOrder(
            "version", "revision", "branch", "buildUser", "buildDate", "goVersion");
    JsonNode replay = data("/api/v1/status/walreplay");
    assertThat(replay.get("max").asLong()).isPositive();
    assertThat(replay.get("current")).isEqualTo(replay.get("max"));
    assertThat(data("/api/v1/status/tsdb/blocks").get("blocks")).isEmpty();
  }

  @Test
  void targets_that_others_read_are_known_from_their_series() throws Exception {
    JsonNode targets = data("/api/v1/targets");
    JsonNode shop = null;
    for (JsonNode each : targets.get("activeTargets")) {
      if (each.get("scrapePool").asString().equals("shop")) {
        shop = each;
      }
    }
    assertThat(shop).isNotNull();
    assertThat(shop.get("labels").toString())
        .isEqualTo("{\"instance\":\"shop:1\",\"job\":\"shop\"}");
    assertThat(shop.get("health").asString()).isEqualTo("up");
    assertThat(shop.get("scrapeUrl").asString()).as("nobody knows it here").isEmpty();
    assertThat(Instant.parse(shop.get("lastScrape").asString()).toEpochMilli()).isEqualTo(NOW_MS);
    JsonNode bank = data("/api/v1/targets?scrapePool=bank").get("activeTargets");
    assertThat(bank).hasSize(1);
    assertThat(bank.get(0).get("health").asString()).isEqualTo("down");
    assertThat(targets.get("droppedTargetCounts").get("bank").asInt()).isZero();
    assertThat(data("/api/v1/targets?state=dropped").get("activeTargets")).isEmpty();
    assertThat(data("/api/v1/scrape_pools").get("scrapePools").toString()).contains("bank", "shop");
    HttpResponse<String> config = server.get("/api/v1/scrape_pools/config?scrapePool=shop");
    assertThat(config.statusCode()).isEqualTo(400);
    assertThat(config.body()).contains("scraped by another process");
    assertThat(server.get("/api/v1/scrape_pools/config?scrapePool=x").body())
        .contains("scrape pool \\\"x\\\" not found");
  }

  @Test
  void own_metrics_are_given_as_json_and_chosen_by_a_whole_name() throws Exception {
    JsonNode one =
        data(
            path(
                "/api/v1/status/self_metrics", "metric_name_pattern", "mangru_tsdb_series_acti.."));
    assertThat(one).hasSize(1);
    assertThat(one.get(0).get("name").asString()).isEqualTo("mangru_tsdb_series_active");
    assertThat(one.get(0).get("type").asString()).isEqualTo("GAUGE");
    assertThat(one.get(0).get("metric").get(0).get("gauge").get("value").asDouble())
        .isGreaterThanOrEqualTo(2);
    assertThat(data(path("/api/v1/status/self_metrics", "metric_name_pattern", "mangru")))
        .as("not a part of a name")
        .isEmpty();
    assertThat(data("/api/v1/status/self_metrics").size()).isGreaterThan(50);
    assertThat(
            server
                .get(path("/api/v1/status/self_metrics", "metric_name_pattern", "("))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void a_broken_rule_file_is_refused_notified_of_and_then_forgiven() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    assertThat(data("/api/v1/notifications")).isEmpty();
    HttpResponse<java.io.InputStream> live =
        client.send(
            HttpRequest.newBuilder(server.uri("/api/v1/notifications/live")).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(live.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    try (BufferedReader events =
        new BufferedReader(new InputStreamReader(live.body(), StandardCharsets.UTF_8))) {
      Files.writeString(rules, "groups: [");
      HttpResponse<String> refused = server.post("/-/reload", new byte[0]);
      assertThat(refused.statusCode()).isEqualTo(500);
      assertThat(refused.body()).startsWith("failed to reload config: ").contains("rules.yaml");
      assertThat(event(events)).contains("Configuration reload has failed.", "\"active\":true");
      assertThat(data("/api/v1/notifications")).hasSize(1);
      assertThat(data("/api/v1/status/runtimeinfo").get("reloadConfigSuccess").asBoolean())
          .isFalse();
      Files.writeString(rules, "groups: []\n");
      assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);
      assertThat(event(events)).contains("\"active\":false");
    }
    assertThat(data("/api/v1/notifications")).isEmpty();
    assertThat(data("/api/v1/status/runtimeinfo").get("reloadConfigSuccess").asBoolean()).isTrue();
  }

  private static String event(BufferedReader events) throws Exception {
    String line = events.readLine();
    while (line != null && !line.startsWith("data:")) {
      line = events.readLine();
    }
    return String.valueOf(line);
  }

  @Test
  void old_links_to_graphs_lead_to_the_page_explore() throws Exception {
    HttpResponse<String> graph =
        server.get("/graph?g0.expr=up%7Bjob%3D%22a+b%22%7D+%3E+1&g0.tab=1");
    assertThat(graph.statusCode()).isEqualTo(302);
    assertThat(graph.headers().firstValue("Location"))
        .hasValue("/explore?q=up%7Bjob%3D%22a+b%22%7D+%3E+1&view=table");
    assertThat(server.get("/graph").headers().firstValue("Location")).hasValue("/explore");
  }

  @Test
  void reload_is_for_post_and_health_is_for_head_too() throws Exception {
    HttpResponse<String> get = server.get("/-/reload");
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.body()).isEqualTo("Only POST or PUT requests allowed");
    for (String page : new String[] {"/-/healthy", "/-/ready"}) {
      HttpResponse<String> head = server.send(HttpRequest.newBuilder(server.uri(page)).HEAD());
      assertThat(head.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void the_description_of_the_interface_is_there() throws Exception {
    HttpResponse<String> description = server.get("/api/v1/openapi.yaml");
    assertThat(description.statusCode()).isEqualTo(200);
    assertThat(description.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/yaml");
    assertThat(description.body()).startsWith("openapi: 3.1.0");
  }
}
