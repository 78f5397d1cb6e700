package dev.mangru.alerts.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mangru.alerts.mute.SilenceOptions;
import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.model.alert.AlertSink.Posted;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The same configuration and the same alerts into a real Alertmanager and into ours: webhooks hear
/// the same.
@EnabledIfEnvironmentVariable(
    named = "MANGRU_PEERS",
    matches = ".+",
    disabledReason = "set MANGRU_PEERS to a folder with usr/bin/prometheus-alertmanager")
class AlertmanagerSideBySideTest {

  private static final JsonMapper JSON = new JsonMapper();

  private static final String CONFIG =
      """
      route:
        receiver: all
        group_by: [alertname]
        group_wait: 1s
        group_interval: 2s
        repeat_interval: 1h
        routes:
        - matchers: ['team=~"a|b"']
          receiver: few
          group_by: ['...']
          continue: true
        - match_re: {team: 'a.*'}
          group_by: [team, absent]
      receivers:
      - name: all
        webhook_configs: [{url: '@RECEIVER@/all', max_alerts: 2}]
      - name: few
        webhook_configs: [{url: '@RECEIVER@/few', send_resolved: false}]
      inhibit_rules:
      - {source_matchers: [severity=page], target_matchers: [severity=ticket], equal: [alertname]}
      """;

  /// Compiled into Debian's build; link it to the unpacked package.
  private static final Path TEMPLATES = Path.of("/usr/share/prometheus/alertmanager/default.tmpl");

  @TempDir Path folder;

  private final List<JsonNode> heard = new CopyOnWriteArrayList<>();

  /// Now, because alerts that have been firing for long are told at once by both, and then it
  /// depends on their order which of them are inhibited.
  private Instant start = Instant.now();

  @Test
  void webhooks_hear_the_same_from_both() throws Exception {
    Assumptions.assumeTrue(
        Files.exists(TEMPLATES), () -> "Debian's Alertmanager needs " + TEMPLATES);
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          heard.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
    try {
      String config =
          CONFIG.replace("@RECEIVER@", "http://127.0.0.1:" + receiver.getAddress().getPort());
      List<String> theirs = theirs(config);
      heard.clear();
      List<String> ours = ours(config);
      assertThat(ours).isNotEmpty().containsExactlyInAnyOrderElementsOf(theirs);
    } finally {
      receiver.stop(0);
    }
  }

  private List<Posted> alerts(boolean resolved) {
    List<Posted> alerts = new ArrayList<>();
    Instant end = resolved ? Instant.now() : Instant.now().plusSeconds(600);
    for (String team : List.of("a", "b", "abc", "c")) {
      for (String severity : List.of("page", "ticket")) {
        String name = team.length() > 1 ? "Two \"quoted\"" : "One";
        boolean quiet = severity.equals("ticket") && team.equals("c");
        alerts.add(
            new Posted(
                Labels.of("alertname", quiet ? "Alone" : name, "team", team, "severity", severity),
                Labels.of("summary", "<b>ä & " + team + "</b>", "same", "yes"),
                start,
                end,
                "http://prometheus/graph?g0.expr=up"));
      }
    }
    return alerts;
  }

  private List<String> theirs(String config) throws Exception {
    Path file = Files.writeString(folder.resolve("alertmanager.yml"), config);
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                System.getenv("MANGRU_PEERS") + "/usr/bin/prometheus-alertmanager",
                "--config.file=" + file,
                "--storage.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.external-url=http://mangru",
                "--web.route-prefix=/",
                "--cluster.listen-address=")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String api = "http://127.0.0.1:" + port + "/api/v2/alerts";
      for (int i = 0; i < 100 && !post(client, api, "[]"); i++) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      start = Instant.now();
      assertThat(post(client, api, json(alerts(false)))).isTrue();
      TimeUnit.SECONDS.sleep(4);
      assertThat(post(client, api, json(alerts(true)))).isTrue();
      TimeUnit.SECONDS.sleep(4);
    } finally {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
    return normal();
  }

  private static boolean post(HttpClient client, String url, String body)
      throws InterruptedException {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(url))
                      .header("Content-Type", "application/json")
                      .POST(HttpRequest.BodyPublishers.ofString(body))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static String json(List<Posted> alerts) {
    var array = JSON.createArrayNode();
    for (Posted alert : alerts) {
      ObjectNode node = array.addObject();
      ObjectNode labels = node.putObject("labels");
      alert.labels().forEach(label -> labels.put(label.name(), label.value()));
      ObjectNode annotations = node.putObject("annotations");
      alert.annotations().forEach(label -> annotations.put(label.name(), label.value()));
      node.put("startsAt", alert.startsAt().toString());
      node.put("endsAt", alert.endsAt().toString());
      node.put("generatorURL", alert.generatorUrl());
    }
    return new String(JSON.writeValueAsBytes(array), StandardCharsets.UTF_8);
  }

  private List<String> ours(String config) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        WebhookSender sender = new WebhookSender(Instant::now, "test");
        Silences silences =
            Silences.open(
                Disk.REAL, folder.resolve("s"), SilenceOptions.DEFAULT, new SplittableRandom(1));
        Notifier notifier =
            Notifier.open(
                NotifyOptions.of("http://mangru"),
                Disk.REAL,
                folder.resolve("n"),
                AlertmanagerConfig.parse("test", config),
                silences,
                sender,
                threads,
                new SplittableRandom(1),
                Instant.now())) {
      start = Instant.now();
      notifier.send(alerts(false), Instant.now());
      tick(notifier, Duration.ofSeconds(4));
      notifier.send(alerts(true), Instant.now());
      tick(notifier, Duration.ofSeconds(4));
    }
    return normal();
  }

  private static void tick(Notifier notifier, Duration time) throws InterruptedException {
    Instant end = Instant.now().plus(time);
    while (Instant.now().isBefore(end)) {
      notifier.tick(Instant.now());
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /// Without the ends of alerts, which differ by when they were posted.
  private List<String> normal() {
    return heard.stream()
        .map(message -> {
          for (JsonNode alert : message.path("alerts")) {
            ((ObjectNode) alert).put("startsAt", "when it began");
            if (alert.path("status").asString().equals("resolved")) {
              ((ObjectNode) alert).put("endsAt", "when it stopped");
            }
          }
          return message.toString();
        })
        .sorted()
        .toList();
  }
}
