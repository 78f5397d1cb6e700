package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mangru.server.testkit.LiveServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Rule files that do not parse, templates that fail or run away, receivers that hang or are
/// broken, and Alertmanager configurations that are wrong: each can be seen, and nothing else
/// stops.
class AlertsBadInputTest {

  private static final Duration SOON = Duration.ofSeconds(40);

  /// A template that would take 10^8 calls.
  private static final String RUNAWAY =
      """
      {{ define "t0" }}x{{ end }}\
      {{ define "t1" }}{{ range $i := . }}{{ template "t0" }}{{ end }}{{ end }}\
      {{ define "t2" }}{{ range $i := . }}{{ template "t1" $ }}{{ end }}{{ end }}\
      {{ define "t3" }}{{ range $i := . }}{{ template "t2" $ }}{{ end }}{{ end }}\
      {{ define "t4" }}{{ range $i := . }}{{ template "t3" $ }}{{ end }}{{ end }}\
      {{ define "t5" }}{{ range $i := . }}{{ template "t4" $ }}{{ end }}{{ end }}\
      {{ define "t6" }}{{ range $i := . }}{{ template "t5" $ }}{{ end }}{{ end }}\
      {{ define "t7" }}{{ range $i := . }}{{ template "t6" $ }}{{ end }}{{ end }}\
      {{ define "t8" }}{{ range $i := . }}{{ template "t7" $ }}{{ end }}{{ end }}\
      {{ template "t8" (args 1 2 3 4 5 6 7 8 9 10) }}\
      """;

  @TempDir Path folder;

  private Path rules;
  private Path config;
  private ServerSocket hanging;
  private HttpServer receivers;
  private final AtomicInteger brokenAnswers = new AtomicInteger(500);
  private final Set<String> idsAtTheBrokenOne = ConcurrentHashMap.newKeySet();
  private LiveServer server;

  @BeforeEach
  void prepare() throws IOException {
    rules = Files.createDirectory(folder.resolve("rules"));
    config = folder.resolve("alertmanager.yml");
    InetAddress here = InetAddress.getLoopbackAddress();
    // Takes connections into its backlog and never reads from them.
    hanging = new ServerSocket(0, 50, here);
    receivers = HttpServer.create(new InetSocketAddress(here, 0), 0);
    receivers.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean broken = exchange.getRequestURI().getPath().equals("/broken");
          if (broken) {
            idsAtTheBrokenOne.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
          }
          exchange.sendResponseHeaders(broken ? brokenAnswers.get() : 200, -1);
          exchange.close();
        });
    receivers.start();
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    receivers.stop(0);
    hanging.close();
  }

  private void start(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--mangru.alerts.rules=" + rules.resolve("*.yml"),
                "--mangru.alerts.shipped-rules=false",
                "--mangru.alerts.burn-rate-alerts=false",
                "--mangru.cluster.playground.enabled=false"));
    all.addAll(List.of(options));
    server = new LiveServer(folder.resolve("data"), all.toArray(String[]::new));
  }

  private static void await(String what, BooleanSupplier condition) throws Exception {
    MangruProcess.await(SOON, what, condition);
  }

  private JsonNode json(String path) {
    try {
      return server.json(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private boolean fires(String alert) {
    return list(json("/api/v1/alerts").path("data").path("alerts")).stream()
        .anyMatch(each ->
            each.path("labels").path("alertname").asString("").equals(alert)
                && each.path("state").asString("").equals("firing"));
  }

  private List<JsonNode> problems() {
    return list(json("/api/ui/alerts").path("problems"));
  }

  private JsonNode rule(String name) {
    for (JsonNode group : json("/api/v1/rules").path("data").path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        if (rule.path("name").asString("").equals(name)) {
          return rule;
        }
      }
    }
    throw new AssertionError("no rule " + name);
  }

  private static String alert(String name, String more) {
    return """
    groups:
    - name: %s
      interval: 1s
      rules:
      - alert: %s
        expr: vector(1)
    %s\
    """
        .formatted(name, name, more);
  }

  @Test
  void a_rule_file_that_does_not_parse_is_named_with_its_place_and_harms_no_other()
      throws Exception {
    Files.writeString(rules.resolve("good.yml"), alert("Good", ""));
    Path bad = rules.resolve("bad.yml");
    Files.writeString(bad, alert("Bad", "").replace("vector(1)", "sum(up"));
    start();
    await("the good rule to fire", () -> fires("Good"));
    JsonNode problem = problems().getFirst();
    assertThat(problem.path("file").asString()).isEqualTo(bad.toString());
    assertThat(problem.path("line").asInt()).isEqualTo(6);
    assertThat(problem.path("column").asInt()).isPositive();
    assertThat(problem.path("message").asString()).contains("unclosed left parenthesis");

    Files.writeString(bad, alert("Bad", ""));
    await("the mended rule to fire", () -> fires("Bad"));
    assertThat(problems()).isEmpty();

    Files.writeString(bad, "groups: [");
    await("the broken file to be seen", () -> !problems().isEmpty());
    assertThat(problems().getFirst().path("line").asInt()).isPositive();
    assertThat(fires("Bad")).as("the last good version goes on").isTrue();
    assertThat(fires("Good")).isTrue();
  }

  @Test
  void templates_that_fail_or_run_away_are_errors_of_their_rules_which_fire_all_the_same()
      throws Exception {
    Files.writeString(
        rules.resolve("fails.yml"),
        alert("Fails", "    annotations: {a: '{{ query \"sum(\" }}', b: 'value {{ $value }}'}\n"));
    Files.writeString(
        rules.resolve("runs.yml"),
        alert("RunsAway", "    annotations:\n      a: '%s'\n".formatted(RUNAWAY)));
    Files.writeString(
        rules.resolve("deep.yml"),
        alert(
            "TooDeep",
            "    annotations: {a: '{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template"
                + " \"a\" }}'}\n"));
    start();
    for (String name : List.of("Fails", "RunsAway", "TooDeep")) {
      await(name + " to fire", () -> fires(name));
      assertThat(rule(name).path("lastError").asString())
          .as(name)
          .startsWith("annotation \"a\": error executing template __alert_" + name);
    }
    assertThat(rule("RunsAway").path("lastError").asString()).contains("steps");
    assertThat(rule("RunsAway").path("evaluationTime").asDouble()).isLessThan(5);
    assertThat(rule("Fails").path("alerts").path(0).path("annotations").path("b").asString())
        .isEqualTo("value 1");
  }

  @Test
  void receivers_that_hang_or_are_broken_hold_up_nobody_and_hear_everything_in_the_end()
      throws Exception {
    Files.writeString(rules.resolve("good.yml"), alert("Good", ""));
    Files.writeString(config, config("/broken"));
    start("--mangru.alerts.config=" + config);
    await("the fine receiver to hear", () -> state("fine").equals("DELIVERED"));
    await(
        "both others to have been tried again",
        () ->
            notification("hangs").path("attempts").asInt() > 1
                && notification("broken").path("attempts").asInt() > 1);
    for (String receiver : List.of("hangs", "broken")) {
      assertThat(state(receiver)).isEqualTo("PENDING");
    }
    await(
        "the next attempt to be known",
        () -> notification("broken").path("nextAttempt").isString());
    assertThat(notification("broken").path("detail").asString()).isEqualTo("HTTP 500");
    assertThat(notification("hangs").path("detail").asString()).contains("no answer within 1.0 s");

    brokenAnswers.set(200);
    await("the broken receiver to hear", () -> state("broken").equals("DELIVERED"));
    assertThat(idsAtTheBrokenOne).hasSize(1);
    assertThat(state("hangs")).isEqualTo("PENDING");
  }

  private JsonNode notification(String receiver) {
    return list(json("/api/ui/notifications").path("notifications")).stream()
        .filter(each -> each.path("receiver").asString("").equals(receiver))
        .findFirst()
        .orElse(tools.jackson.databind.node.MissingNode.getInstance());
  }

  private String state(String receiver) {
    return notification(receiver).path("state").asString("none");
  }

  private String config(String broken) {
    String fine = "http://127.0.0.1:" + receivers.getAddress().getPort();
    return """
    route:
      receiver: fine
      group_wait: 0s
      group_interval: 1s
      routes:
      - {receiver: hangs, continue: true}
      - {receiver: broken, continue: true}
      - {receiver: fine}
    receivers:
    - name: hangs
      webhook_configs: [{url: 'http://127.0.0.1:%d/', timeout: 1s}]
    - name: broken
      webhook_configs: [{url: '%s%s'}]
    - name: fine
      webhook_configs: [{url: '%s/fine'}]
    """
        .formatted(hanging.getLocalPort(), fine, broken, fine);
  }

  @Test
  void a_wrong_configuration_keeps_the_old_one_in_force_and_is_seen_until_it_is_right()
      throws Exception {
    Files.writeString(config, config("/broken"));
    start("--mangru.alerts.config=" + config);
    assertThat(receiverNames()).containsExactly("hangs", "broken", "fine");

    Files.writeString(config, config("/broken").replace("receiver: fine\n", "receiver: nobody\n"));
    await("the wrong configuration to be seen", () -> !problems().isEmpty());
    assertThat(problems().getFirst().path("file").asString()).isEqualTo(config.toString());
    assertThat(problems().getFirst().path("message").asString()).contains("nobody");
    assertThat(receiverNames()).containsExactly("hangs", "broken", "fine");

    Files.writeString(
        config,
        "route: {receiver: mail}\nreceivers:\n- name: mail\n  email_configs: [{to: a@b.c, from:"
            + " a@b.c, smarthost: 'h:25'}]\n");
    await(
        "the receiver that cannot be told to be seen",
        () ->
            problems().stream()
                .anyMatch(each -> each.path("message").asString("").contains("\"mail\"")));
    assertThat(receiverNames()).containsExactly("hangs", "broken", "fine");

    Files.delete(config);
    await(
        "the missing file to be seen",
        () ->
            problems().stream()
                .anyMatch(each -> each.path("message").asString("").contains("cannot be read")));
    Files.writeString(config, "route: {receiver: one}\nreceivers:\n- name: one\n");
    await("the right configuration", () -> problems().isEmpty());
    assertThat(receiverNames()).containsExactly("one");
  }

  private List<String> receiverNames() {
    return list(json("/api/v2/receivers")).stream()
        .map(each -> each.path("name").asString())
        .toList();
  }

  @Test
  void a_wrong_configuration_stops_the_start_with_file_and_reason() throws Exception {
    Files.writeString(config, "route: {receiver: nobody}\nreceivers:\n- name: one\n");
    refused("undefined receiver \"nobody\"");
    Files.writeString(
        config,
        "route: {receiver: mail}\nreceivers:\n- name: mail\n  email_configs: [{to: a@b.c, from:"
            + " a@b.c, smarthost: 'h:25'}]\n");
    refused("receiver \"mail\" uses email_configs");
    Files.delete(config);
    refused("cannot be read");
  }

  private void refused(String why) throws Exception {
    MangruProcess.Finished run =
        MangruProcess.run(
            "up",
            "--port",
            String.valueOf(MangruProcess.freePort()),
            "--data",
            folder.resolve("data").toString(),
            "--no-agent",
            "--config",
            Files.writeString(
                    folder.resolve("mangru.yaml"),
                    "mangru:\n  cluster: {playground: {enabled: 'false'}}\n  alerts:\n    config: "
                        + config)
                .toString());
    assertThat(run.output()).contains(config.toString(), why).doesNotContain("\tat ");
    assertThat(run.exitCode()).isEqualTo(78);
  }
}
