package dev.mangru.server.conformance.http;

import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.wire.MangruServer;
import dev.mangru.server.wire.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.xerial.snappy.Snappy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A Mangru of its own to ask: on a free port, in a temporary folder, with a target that it
/// scrapes, rules of which one is broken, some samples, and everything switched on that is off by
/// default. Confined to one thread.
final class Rig implements AutoCloseable {

  /// A metric whose label name has to be escaped.
  static final String METRIC = "shop_orders_total";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private static final String RULES =
      """
      groups:
        - name: shop
          interval: 1s
          rules:
            - record: shop:orders:sum
              expr: sum(shop_orders_total)
            - alert: ShopIsOpen
              expr: shop_orders_total > 0
              labels: {severity: page}
              annotations: {summary: "open"}
        - name: bank
          interval: 1s
          rules:
            - record: bank:one
              expr: vector(1)
      """;

  private final Path folder;
  private final Running running;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String base;

  private Rig(Path folder, Running running, int port) {
    this.folder = folder;
    this.running = running;
    this.base = "http://127.0.0.1:" + port;
  }

  /// Starts one, and waits until it has samples, targets and alerts.
  ///
  /// @param now the time of the newest sample
  static Rig start(Instant now) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mangru-conformance");
    Path rules = Files.writeString(folder.resolve("rules.yaml"), RULES);
    Path broken = Files.writeString(folder.resolve("broken.yaml"), "groups: [");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Running running =
        MangruServer.start(
            List.of(
                "--mangru.data=" + folder.resolve("data"),
                "--mangru.http.port=" + port,
                "--mangru.cluster.playground.enabled=false",
                "--mangru.metrics.admin-api=true",
                "--mangru.alerts.rules[0]=" + rules,
                "--mangru.alerts.rules[1]=" + broken,
                "--mangru.agent.logs[0]=" + folder.resolve("none.log"),
                "--mangru.agent.scrape[0].job=mangru",
                "--mangru.agent.scrape[0].url=http://127.0.0.1:" + port + "/metrics",
                "--mangru.agent.scrape[0].interval=1s",
                "--mangru.agent.scrape[0].timeout=1s"));
    Rig rig = new Rig(folder, running, port);
    boolean ready = false;
    try {
      rig.fill(now);
      rig.await("/api/v1/targets?state=active", "\"health\":\"up\"");
      rig.await("/api/v1/alerts", "ShopIsOpen");
      rig.await("/api/v1/notifications", "\"active\":true");
      ready = true;
    } finally {
      if (!ready) {
        rig.close();
      }
    }
    return rig;
  }

  private void fill(Instant now) throws IOException, InterruptedException {
    ProtobufWriter body = new ProtobufWriter();
    for (String status : List.of("200", "500")) {
      series(
          body,
          now,
          Map.of("__name__", METRIC, "job", "shop", "instance", "s:1", "http.status", status));
    }
    series(body, now, Map.of("__name__", "shop_gone", "job", "shop"));
    HttpResponse<byte[]> written =
        client.send(
            HttpRequest.newBuilder(URI.create(base + "/api/v1/write"))
                .header("Content-Type", "application/x-protobuf")
                .header("Content-Encoding", "snappy")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Snappy.compress(body.toByteArray())))
                .build(),
            BodyHandlers.ofByteArray());
    if (written.statusCode() / 100 != 2) {
      throw new IOException("samples to ask for were answered with " + written.statusCode());
    }
  }

  private static void series(ProtobufWriter body, Instant now, Map<String, String> labels) {
    body.message(
        1,
        series -> {
          new TreeMap<>(labels)
              .forEach((name, value) ->
                  series.message(1, label -> label.string(1, name).string(2, value)));
          for (int i = 4; i >= 0; i--) {
            long timeMs = now.minusSeconds(15L * i).toEpochMilli();
            double value = 5 - i;
            series.message(2, sample -> sample.doubleField(1, value).varint(2, timeMs));
          }
        });
  }

  /// Waits until the answer to a GET holds `text`; the server has loops of its own.
  private void await(String path, String text) throws IOException, InterruptedException {
    String body = "";
    long tries = PATIENCE.dividedBy(PAUSE);
    for (long i = 0; i < tries; i++) {
      body =
          client
              .send(
                  HttpRequest.newBuilder(URI.create(base + path)).build(), BodyHandlers.ofString())
              .body();
      if (body.contains(text)) {
        return;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    throw new IOException(path + " did not tell of " + text + " within " + PATIENCE + ": " + body);
  }

  HttpClient client() {
    return client;
  }

  /// `http://127.0.0.1:PORT`.
  String base() {
    return base;
  }

  /// The JSON that a GET gives.
  JsonNode json(String path) throws IOException, InterruptedException {
    return new JsonMapper()
        .readTree(
            client
                .send(
                    HttpRequest.newBuilder(URI.create(base + path)).build(),
                    BodyHandlers.ofString())
                .body());
  }

  @Override
  public void close() throws IOException {
    client.close();
    running.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
