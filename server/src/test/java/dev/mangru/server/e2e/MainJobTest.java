package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The main job on this machine's own data: gather, store, query, search.
class MainJobTest {

  @TempDir static Path folder;
  private static MangruProcess mangru;
  private static Path tailed;

  @BeforeAll
  static void start() throws Exception {
    tailed = Files.createFile(folder.resolve("app.log"));
    Path config = folder.resolve("mangru.yaml");
    Files.writeString(
        config,
        """
        mangru:
          agent:
            interval: 2s
            logs:
              - %s
        """
            .formatted(folder.resolve("*.log")));
    mangru = MangruProcess.start(folder.resolve("data"), "--config", config.toString());
  }

  @AfterAll
  static void stop() throws Exception {
    mangru.close();
  }

  @Test
  void node_and_container_metrics_of_this_machine_arrive_within_a_minute() throws Exception {
    for (String metric :
        new String[] {
          "node_cpu_seconds_total",
          "node_memory_MemAvailable_bytes",
          "container_memory_working_set_bytes",
          "container_cpu_usage_seconds_total",
          "up == 1"
        }) {
      MangruProcess.await(Duration.ofSeconds(60), metric, () -> !mangru.query(metric).isEmpty());
    }
    MangruProcess.await(
        Duration.ofSeconds(60),
        "a rate over real samples",
        () -> !mangru.query("sum by (mode) (rate(node_cpu_seconds_total[1m]))").isEmpty());
  }

  @Test
  void a_line_written_to_a_tailed_file_is_found_within_three_seconds() throws Exception {
    // The first line of a new file also waits for the file to be noticed.
    for (int i = 0; i < 5; i++) {
      String needle = UUID.randomUUID().toString();
      Files.writeString(
          tailed,
          "level=error msg=\"payment failed\" order=" + needle + "\n",
          StandardOpenOption.APPEND);
      MangruProcess.await(Duration.ofSeconds(3), "the line", () -> found(needle) == 1);
    }
  }

  private static int found(String needle) {
    JsonNode data =
        mangru
            .json(
                "/loki/api/v1/query_range?since=5m&query="
                    + MangruProcess.encode("{filename=~\".+\"} |= \"" + needle + "\""))
            .at("/data/result");
    int lines = 0;
    for (JsonNode stream : data) {
      lines += stream.get("values").size();
    }
    return lines;
  }

  @Test
  void mangru_scrapes_itself_and_measures_its_own_objectives() throws Exception {
    MangruProcess.await(
        Duration.ofSeconds(60),
        "its own metrics",
        () -> !mangru.query("up{job=\"mangru\"}").isEmpty());
    MangruProcess.await(
        Duration.ofSeconds(90),
        "an availability",
        () -> {
          JsonNode slos = mangru.json("/api/ui/slo").get("slos");
          for (JsonNode slo : slos) {
            if (!slo.at("/windows/0/availability").isNull()) {
              return true;
            }
          }
          return false;
        });
  }

  @Test
  void a_machine_without_kubernetes_gets_a_playground_and_is_told_how_to_reach_it()
      throws Exception {
    Path kubeconfig = mangru.data().toAbsolutePath().resolve("playground").resolve("kubeconfig");
    MangruProcess.await(
        Duration.ofSeconds(30),
        () -> "the way to the playground in " + mangru.consoleText(),
        () -> mangru.consoleText().contains("kubectl --kubeconfig " + kubeconfig + " get"));
    assertThat(Files.readString(kubeconfig)).contains("kind: Config", "current-context:");
    MangruProcess.await(
        Duration.ofSeconds(60),
        "a shop that serves, on nodes that are ready",
        () -> {
          JsonNode cluster = mangru.json("/api/ui/cluster");
          assertThat(cluster.get("playground").asBoolean()).isTrue();
          return ready(cluster, "web") >= 2 && cluster.get("nodes").size() >= 2;
        });
    MangruProcess.await(
        Duration.ofSeconds(90),
        "requests to the shop, with the playground's name",
        () ->
            !mangru
                .query(
                    "sum(rate(http_requests_total{cluster=\"playground\",job=\"web\"}[30s])) > 0")
                .isEmpty());
  }

  private static int ready(JsonNode cluster, String workload) {
    for (JsonNode each : cluster.get("workloads")) {
      if (each.get("name").asString().equals(workload)) {
        return each.get("ready").asInt();
      }
    }
    return 0;
  }

  @Test
  void the_first_page_comes_with_a_content_security_policy_and_no_other_host() throws Exception {
    HttpResponse<String> page = mangru.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
    assertThat(page.body()).doesNotContain("https://");
  }

  @Test
  void a_foreign_host_header_is_refused() throws Exception {
    // A page on evil.example whose name resolves to 127.0.0.1 must not read our answers.
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), mangru.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/labels HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer.lines().findFirst().orElseThrow()).containsAnyOf("400", "403", "421");
      assertThat(answer).contains("evil.example").doesNotContain("__name__");
    }
  }
}
