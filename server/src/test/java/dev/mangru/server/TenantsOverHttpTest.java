package dev.mangru.server;

import static dev.mangru.server.testkit.LiveServer.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Tenants, exemplars, metadata, status and the administrator's interface, over real HTTP.
@SuppressWarnings("LongDoubleConversion") // milliseconds of this century are exact in a double
class TenantsOverHttpTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final long NOW = System.currentTimeMillis() / 1000 * 1000;

  @TempDir static Path data;
  private static LiveServer server;

  @BeforeAll
  static void start() {
    server = new LiveServer(data, "--mangru.metrics.admin-api=true", "--mangru.tenants.max=5");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> write(String tenant, byte[] body)
      throws IOException, InterruptedException {
    return server.post(
        "/api/v1/write",
        Wire.snappy(body),
        "Content-Type",
        "application/x-protobuf",
        "X-Scope-OrgID",
        tenant);
  }

  private static HttpResponse<String> write(String tenant, String metric, double value)
      throws IOException, InterruptedException {
    return write(tenant, Wire.writeV1(Labels.of("__name__", metric, "job", "test"), NOW, value));
  }

  private static HttpResponse<String> get(String tenant, String path)
      throws IOException, InterruptedException {
    return server.send(HttpRequest.newBuilder(server.uri(path)).header("X-Scope-OrgID", tenant));
  }

  private static JsonNode json(String tenant, String path)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = get(tenant, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).get("data");
  }

  private static HttpResponse<String> put(String tenant, String path)
      throws IOException, InterruptedException {
    return server.send(
        HttpRequest.newBuilder(server.uri(path))
            .header("X-Scope-OrgID", tenant)
            .PUT(HttpRequest.BodyPublishers.noBody()));
  }

  private static String query(String expression) {
    return path("/api/v1/query", "query", expression, "time", NOW / 1000);
  }

  private static String values(JsonNode data) {
    StringBuilder text = new StringBuilder();
    data.get("result")
        .forEach(each -> text.append(each.get("value").get(1).asString()).append(' '));
    return text.toString().trim();
  }

  @Test
  void a_tenant_sees_what_it_wrote_and_nobody_else_does() throws Exception {
    assertThat(write("shop", "carts", 1).statusCode()).isEqualTo(204);
    assertThat(write("bank", "carts", 2).statusCode()).isEqualTo(204);
    assertThat(write("anonymous", "carts", 3).statusCode()).isEqualTo(204);
    assertThat(values(json("shop", query("carts")))).isEqualTo("1");
    assertThat(values(json("bank", query("carts")))).isEqualTo("2");
    assertThat(values(json("anonymous", query("carts")))).isEqualTo("3");
    assertThat(values(server.json(query("carts")).get("data"))).isEqualTo("3");
    assertThat(json("shop", "/api/v1/label/__name__/values").toString()).isEqualTo("[\"carts\"]");
    assertThat(json("shop", path("/api/v1/series", "match[]", "carts"))).hasSize(1);
    assertThat(json("shop", "/api/v1/labels").toString()).isEqualTo("[\"__name__\",\"job\"]");
  }

  @Test
  void a_tenant_that_never_wrote_is_empty_and_is_not_made_by_reading() throws Exception {
    assertThat(values(json("stranger", query("carts")))).isEmpty();
    assertThat(values(json("stranger", query("vector(7)")))).isEqualTo("7");
    assertThat(json("stranger", "/api/v1/labels")).isEmpty();
    assertThat(json("stranger", "/api/v1/status/tsdb").get("headStats").get("numSeries").asInt())
        .isZero();
    assertThat(get("stranger", "/api/v1/status/store").statusCode()).isEqualTo(404);
    try (var files = Files.walk(data.resolve("tenants"))) {
      assertThat(files.map(String::valueOf)).noneMatch(each -> each.contains("stranger"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "a b", "a.b"})
  void a_name_of_other_characters_is_400_everywhere(String name) throws Exception {
    for (String path :
        new String[] {
          query("up"),
          "/api/v1/labels",
          "/api/v1/metadata",
          "/api/v1/status/tsdb",
          path("/api/v1/query_exemplars", "query", "up")
        }) {
      HttpResponse<String> answer = get(name, path);
      assertThat(answer.statusCode()).as(path).isEqualTo(400);
      assertThat(answer.body()).contains("X-Scope-OrgID", "tenant's name");
    }
    assertThat(write(name, "up", 1).statusCode()).isEqualTo(400);
    assertThat(put(name, "/api/v1/admin/tsdb/compact").statusCode()).isEqualTo(400);
  }

  @Test
  void exemplars_and_metadata_come_back_as_prometheus_tells_them() throws Exception {
    byte[] body =
        new ProtobufWriter()
            .message(
                1,
                series ->
                    series
                        .message(1, label -> label.string(1, "__name__").string(2, "took_seconds"))
                        .message(2, sample -> sample.doubleField(1, 1).varint(2, NOW))
                        .message(
                            3,
                            exemplar ->
                                exemplar
                                    .message(1, l -> l.string(1, "trace_id").string(2, "7f"))
                                    .doubleField(2, 0.25)
                                    .varint(3, NOW - 1)))
            .message(
                3,
                about ->
                    about
                        .varint(1, 2)
                        .string(2, "took_seconds")
                        .string(4, "How long it took.")
                        .string(5, "seconds"))
            .toByteArray();
    HttpResponse<String> written = write("extras", body);
    assertThat(written.statusCode()).as(written.body()).isEqualTo(204);
    assertThat(written.headers().firstValue("X-Prometheus-Remote-Write-Exemplars-Written"))
        .contains("1");
    String exemplars =
        path(
            "/api/v1/query_exemplars",
            "query",
            "rate(took_seconds[5m])",
            "start",
            NOW / 1000 - 60,
            "end",
            NOW / 1000);
    assertThat(get("extras", exemplars).body())
        .isEqualTo(
            "{\"status\":\"success\",\"data\":[{\"seriesLabels\":{\"__name__\":\"took_seconds\"},\"exemplars\":[{\"labels\":"
                + "{\"trace_id\":\"7f\"},\"value\":\"0.25\",\"timestamp\":"
                + (NOW / 1000 - 1)
                + ".999}]}]}");
    assertThat(json("extras", "/api/v1/metadata").toString())
        .isEqualTo(
            "{\"took_seconds\":[{\"type\":\"gauge\",\"unit\":\"seconds\",\"help\":\"How long it"
                + " took.\"}]}");
    assertThat(json("extras", "/api/v1/metadata?metric=other")).isEmpty();
    assertThat(json("extras", "/api/v1/metadata?limit=0")).isEmpty();
    assertThat(server.json("/api/v1/metadata").get("data").has("took_seconds")).isFalse();
    assertThat(server.get(exemplars).body()).isEqualTo("{\"status\":\"success\",\"data\":[]}");
    assertThat(server.get("/api/v1/metadata?limit=x").body()).contains("limit must be a number");
    assertThat(server.get(path("/api/v1/query_exemplars", "query", "up{")).statusCode())
        .isEqualTo(400);
    assertThat(
            server.get(path("/api/v1/query_exemplars", "query", "up", "start", 2, "end", 1)).body())
        .contains("end timestamp must not be before start timestamp");
  }

  @Test
  void the_status_counts_series() throws Exception {
    write("count", "a", 1);
    write("count", "b", 1);
    JsonNode status = json("count", "/api/v1/status/tsdb?limit=1");
    assertThat(status.get("headStats").get("numSeries").asInt()).isEqualTo(2);
    assertThat(status.get("headStats").get("numLabelPairs").asInt()).isEqualTo(3);
    assertThat(status.get("headStats").get("maxTime").asLong()).isEqualTo(NOW);
    assertThat(status.get("seriesCountByMetricName").toString())
        .isEqualTo("[{\"name\":\"a\",\"value\":1}]");
    assertThat(status.get("labelValueCountByLabelName").toString())
        .isEqualTo("[{\"name\":\"__name__\",\"value\":2}]");
    assertThat(status.get("seriesCountByLabelValuePair").toString())
        .isEqualTo("[{\"name\":\"job=test\",\"value\":2}]");
    assertThat(status.get("memoryInBytesByLabelName")).hasSize(1);
    assertThat(get("count", "/api/v1/status/tsdb?limit=0").body())
        .contains("limit must be a positive number");
    JsonNode store = json("count", "/api/v1/status/store");
    assertThat(store.get("tenant").asString()).isEqualTo("count");
    assertThat(store.get("durability").asString()).isEqualTo("synced");
    assertThat(store.get("refusal").isNull()).isTrue();
    assertThat(store.get("activeSeries").asInt()).isEqualTo(2);
    assertThat(store.get("maxSeries").asLong()).isPositive();
  }

  @Test
  void an_administrator_deletes_cleans_copies_and_compacts() throws Exception {
    write("admin", "gone", 1);
    write("admin", "kept", 2);
    String delete = path("/api/v1/admin/tsdb/delete_series", "match[]", "gone");
    assertThat(put("admin", delete).statusCode()).isEqualTo(204);
    assertThat(values(json("admin", query("gone")))).isEmpty();
    assertThat(values(json("admin", query("kept")))).isEqualTo("2");
    assertThat(put("admin", "/api/v1/admin/tsdb/clean_tombstones").statusCode()).isEqualTo(204);
    assertThat(put("admin", "/api/v1/admin/tsdb/compact").statusCode()).isEqualTo(204);
    JsonNode store = json("admin", "/api/v1/status/store");
    assertThat(store.get("deletions").asInt()).isZero();
    assertThat(store.get("parts").asInt()).isZero();
    assertThat(store.get("blocks").asInt()).isEqualTo(1);
    assertThat(values(json("admin", query("kept")))).isEqualTo("2");
    HttpResponse<String> snapshot = put("admin", "/api/v1/admin/tsdb/snapshot");
    assertThat(snapshot.statusCode()).isEqualTo(200);
    String name = JSON.readTree(snapshot.body()).get("data").get("name").asString();
    try (var files = Files.walk(data.resolve("tenants"))) {
      assertThat(files).anyMatch(each -> each.endsWith(Path.of("snapshots", name, "MANIFEST")));
    }
    write("admin", "unsealed", 3);
    HttpResponse<String> skipped = put("admin", "/api/v1/admin/tsdb/snapshot?skip_head=true");
    assertThat(skipped.statusCode()).isEqualTo(200);
    assertThat(put("admin", "/api/v1/admin/tsdb/snapshot?skip_head=maybe").statusCode())
        .isEqualTo(400);
    assertThat(put("admin", "/api/v1/admin/tsdb/delete_series").body())
        .contains("no match[] parameter provided");
    assertThat(put("admin", path("/api/v1/admin/tsdb/delete_series", "match[]", "{}")).statusCode())
        .isEqualTo(400);
    assertThat(get("admin", "/api/v1/admin/tsdb/compact").statusCode()).isEqualTo(405);
    assertThat(put("stranger", "/api/v1/admin/tsdb/snapshot").statusCode()).isEqualTo(404);
  }

  @Test
  void tenants_are_checked_and_are_there_after_a_restart(@TempDir Path own) throws Exception {
    byte[] body = Wire.writeV1(Labels.of("__name__", "up", "job", "test"), NOW, 7);
    String[] headers = {"Content-Type", "application/x-protobuf", "X-Scope-OrgID", "shop"};
    try (LiveServer first = new LiveServer(own)) {
      assertThat(first.post("/api/v1/write", Wire.snappy(body), headers).statusCode())
          .isEqualTo(204);
      assertThat(first.post("/api/v1/admin/tsdb/compact", new byte[0]).statusCode()).isEqualTo(503);
    }
    StringWriter text = new StringWriter();
    CommandLine line = Mangru.commandLine();
    line.setOut(new PrintWriter(text));
    assertThat(line.execute("check", own.toString())).as(text.toString()).isZero();
    assertThat(text.toString()).contains("tenants/000001: ", "tenants/names: 1 records", "sound: ");
    try (LiveServer second = new LiveServer(own, "--mangru.tenants.limits[0].tenant=shop")) {
      HttpResponse<String> answer =
          second.send(
              HttpRequest.newBuilder(second.uri(query("up"))).header("X-Scope-OrgID", "shop"));
      assertThat(values(JSON.readTree(answer.body()).get("data"))).isEqualTo("7");
    }
  }

  @Test
  void a_server_starts_with_a_snapshot_as_its_data_directory(@TempDir Path own) throws Exception {
    byte[] body = Wire.writeV1(Labels.of("__name__", "up", "job", "test"), NOW, 7);
    byte[] later = Wire.writeV1(Labels.of("__name__", "down", "job", "test"), NOW, 8);
    String name;
    try (LiveServer first = new LiveServer(own, "--mangru.metrics.admin-api=true")) {
      String[] headers = {"Content-Type", "application/x-protobuf"};
      assertThat(first.post("/api/v1/write", Wire.snappy(body), headers).statusCode())
          .isEqualTo(204);
      HttpResponse<String> answer = first.post("/api/v1/admin/tsdb/snapshot", new byte[0]);
      name = JSON.readTree(answer.body()).get("data").get("name").asString();
      assertThat(first.post("/api/v1/write", Wire.snappy(later), headers).statusCode())
          .isEqualTo(204);
    }
    try (LiveServer restored = new LiveServer(own.resolve("metrics/snapshots").resolve(name))) {
      assertThat(values(restored.json(query("up")).get("data"))).isEqualTo("7");
      assertThat(values(restored.json(query("down")).get("data"))).isEmpty();
    }
    try (LiveServer again = new LiveServer(own)) {
      assertThat(values(again.json(query("down")).get("data"))).isEqualTo("8");
    }
    assertThat(own.resolve("metrics/snapshots").resolve(name).resolve("MANIFEST")).exists();
  }
}
