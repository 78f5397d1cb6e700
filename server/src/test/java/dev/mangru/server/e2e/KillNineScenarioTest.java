package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// `kill -9` at random moments while sales come and go, alerts fire and end, and pods and nodes are
/// scaled; the pager answers 500 now and then, or late. No decision is repeated or lost, no alert
/// ends that goes on, and no message is lost or comes twice.
class KillNineScenarioTest {

  private static final int KILLS = Integer.getInteger("mangru.scenario.kills", 20);
  private static final long SEED = Long.getLong("mangru.seed", 20_261_121L);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALERT = "ShopErrors";

  /// Its own rule, so that it fires and ends with each sale; those of an SLO look back for 5 min.
  private static final String RATIO =
      "sum(rate(http_requests_total{cluster=\"playground\",job=\"web\",code=~\"5..\"}[20s]))"
          + " / sum(rate(http_requests_total{cluster=\"playground\",job=\"web\"}[20s])) > 0.02";

  private static final String HAS_DATA =
      "sum(rate(http_requests_total{cluster=\"playground\",job=\"web\"}[20s]))";

  @TempDir Path folder;

  /// Decisions that the API has shown, by number: from then on nothing may change or lose them.
  private final Map<Long, JsonNode> shownDecisions = new ConcurrentSkipListMap<>();

  @Test
  @Timeout(900)
  void twenty_kills_in_the_middle_of_sales_repeat_and_lose_nothing() throws Exception {
    Random random = new Random(SEED);
    try (WebhookReceiver pager = WebhookReceiver.difficult(InstantSource.system(), SEED, 30)) {
      Path config = configure(pager.url());
      String[] options = {"--no-agent", "--config", config.toString()};
      long began = System.nanoTime();
      MangruProcess mangru = MangruProcess.start(folder.resolve("data"), options);
      try {
        for (int kill = 0; kill < KILLS; kill++) {
          AtomicBoolean running = new AtomicBoolean(true);
          MangruProcess target = mangru;
          Thread reader = Thread.ofVirtual().start(() -> read(target, running));
          Thread.sleep(uptimeMs(random));
          mangru.kill();
          running.set(false);
          reader.join();
          mangru.restart(options);
        }
        settle(mangru, pager);
        System.out.printf(
            "kill -9 in the scenario: %d kills in %.0f s, %d decisions, %d messages, %d repeats"
                + " dropped, %d requests%n",
            KILLS,
            (System.nanoTime() - began) / 1e9,
            decisions(mangru).size(),
            pager.messages().size(),
            pager.repeats(),
            pager.requests());
        decisionsAreWholeAndInOrder(mangru);
        everyMessageArrived(mangru, pager);
        everyFiringAlertWasTold(mangru, pager);
        nothingWasResolvedFalsely(mangru, pager);
        assertThat(mangru.terminate()).isIn(0, 143);
        MangruProcess.Finished check = MangruProcess.run("check", mangru.data().toString());
        assertThat(check.exitCode()).as(check.output()).isZero();
      } finally {
        mangru.close();
      }
    }
  }

  /// Mostly a few seconds, so that the kill meets a start or a first pass; every fourth time long
  /// enough to be leader again, whose lease of 15 s has to run out first.
  private static long uptimeMs(Random random) {
    return random.nextInt(4) == 0 ? 16_000 + random.nextInt(8_000) : 200 + random.nextInt(4_000);
  }

  private Path configure(String pager) throws Exception {
    String scenario;
    try (var shipped =
        dev.mangru.autoscaler.playground.Playground.class.getResourceAsStream("flash-sale.yaml")) {
      scenario = new String(shipped.readAllBytes(), StandardCharsets.UTF_8);
    }
    String quick =
        scenario
            .replace("startSeconds: 45", "startSeconds: 20")
            .replace("rampSeconds: 15", "rampSeconds: 5")
            .replace("holdSeconds: 90", "holdSeconds: 50")
            .replace("decaySeconds: 20", "decaySeconds: 5")
            .replace("everySeconds: 600", "everySeconds: 110")
            .replace("averageUtilization: 60", "averageUtilization: 40") // enough to want nodes
            .replace("stabilizationWindowSeconds: 30", "stabilizationWindowSeconds: 10");
    assertThat(quick).contains("everySeconds: 110", "holdSeconds: 50", "startSeconds: 20");
    Path scenarioFile = Files.writeString(folder.resolve("quick-sales.yaml"), quick);
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            groups:
              - name: shop
                interval: 2s
                rules:
                  - alert: %s
                    expr: %s
                    labels: {severity: page}
            """
                .formatted(ALERT, RATIO));
    Path alertmanager =
        Files.writeString(
            folder.resolve("alertmanager.yaml"),
            """
            route:
              receiver: pager
              group_by: [alertname, slo, namespace]
              group_wait: 1s
              group_interval: 2s
              repeat_interval: 4h
            receivers:
              - name: pager
                webhook_configs:
                  - url: %s
            """
                .formatted(pager));
    return Files.writeString(
        folder.resolve("mangru.yaml"),
        """
        mangru:
          cluster:
            playground:
              enabled: true
              scenario: %s
          autoscaler:
            interval: 5s
          alerts:
            rules: [%s]
            config: %s
        """
            .formatted(scenarioFile, rules, alertmanager));
  }

  // ---- while it runs ---------------------------------------------------------------------------

  private void read(MangruProcess mangru, AtomicBoolean running) {
    while (running.get()) {
      try {
        HttpResponse<String> response = mangru.get("/api/v1/decisions?limit=50");
        if (response.statusCode() == 200) {
          for (JsonNode entry : JSON.readTree(response.body()).at("/data/decisions")) {
            shownDecisions.put(entry.get("number").asLong(), entry.get("decision"));
          }
        }
        Thread.sleep(100);
      } catch (UncheckedIOException e) {
        return; // killed
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Waits until a whole sale has passed undisturbed: it scaled up and down again, its alert fired
  /// and ended, and everything was told.
  private static void settle(MangruProcess mangru, WebhookReceiver pager) throws Exception {
    int before = decisions(mangru).size();
    MangruProcess.await(
        Duration.ofMinutes(3),
        "a sale that scales the shop up",
        () -> scaled(mangru, "web", before).stream().anyMatch(KillNineScenarioTest::up));
    MangruProcess.await(
        Duration.ofMinutes(2),
        "the shop to be small again",
        () -> {
          List<JsonNode> changes = scaled(mangru, "web", before);
          return changes.getLast().get("desired").asInt() == 2;
        });
    MangruProcess.await(
        Duration.ofMinutes(2),
        "the end of the alert to be told",
        () -> {
          List<WebhookReceiver.Message> told = about(pager);
          return !told.isEmpty()
              && told.getLast().alerts("firing").isEmpty()
              && notifications(mangru).stream()
                  .noneMatch(each -> each.get("state").asString().equals("PENDING"));
        });
  }

  private static boolean up(JsonNode decision) {
    return decision.get("desired").asInt() > decision.get("current").asInt();
  }

  private static List<WebhookReceiver.Message> about(WebhookReceiver pager) {
    return pager.messages().stream()
        .filter(message -> message.groupKey().contains("\"" + ALERT + "\""))
        .toList();
  }

  // ---- what is known afterwards ----------------------------------------------------------------

  /// All decisions by number, oldest first.
  private static Map<Long, JsonNode> decisions(MangruProcess mangru) {
    Map<Long, JsonNode> all = new TreeMap<>();
    for (JsonNode entry : mangru.json("/api/v1/decisions?limit=10000").at("/data/decisions")) {
      assertThat(all.put(entry.get("number").asLong(), entry.get("decision")))
          .as("a second decision %s", entry.get("number"))
          .isNull();
    }
    return all;
  }

  private static List<JsonNode> scaled(MangruProcess mangru, String name, int skip) {
    return decisions(mangru).values().stream()
        .skip(skip)
        .filter(each -> each.get("name").asString().equals(name))
        .filter(each -> each.get("outcome").asString().equals("SCALED"))
        .toList();
  }

  private static List<JsonNode> notifications(MangruProcess mangru) {
    List<JsonNode> all = new ArrayList<>();
    mangru.json("/api/ui/notifications?limit=5000").get("notifications").forEach(all::add);
    return all;
  }

  /// When alerts began to fire and ended, oldest first.
  private static List<JsonNode> transitions(MangruProcess mangru) {
    List<JsonNode> all = new ArrayList<>();
    mangru.json("/api/ui/alerts/history?limit=5000").get("transitions").forEach(all::add);
    return all.reversed();
  }

  // ---- what must hold --------------------------------------------------------------------------

  /// Each change begins where the one before ended, so none is there twice and none is missing; the
  /// last one is where the cluster is.
  private void decisionsAreWholeAndInOrder(MangruProcess mangru) {
    Map<Long, JsonNode> all = decisions(mangru);
    assertThat(shownDecisions).isNotEmpty();
    shownDecisions.forEach((number, decision) ->
        assertThat(all.get(number)).as("decision %d, which was shown", number).isEqualTo(decision));
    for (String name : new String[] {"web", "general"}) {
      int size = 2;
      List<JsonNode> changes = scaled(mangru, name, 0);
      if (name.equals("web")) {
        assertThat(changes).as("changes of %s", name).hasSizeGreaterThan(1);
      }
      for (JsonNode change : changes) {
        assertThat(change.get("current").asInt())
            .as("what %s was before the change at %s: %s", name, change.get("time"), words(changes))
            .isEqualTo(size);
        size = change.get("desired").asInt();
      }
      if (name.equals("web")) {
        assertThat(wanted(mangru)).as("replicas of web after %s", words(changes)).isEqualTo(size);
      }
    }
  }

  private static List<String> words(List<JsonNode> changes) {
    return changes.stream()
        .map(each ->
            each.get("time").asString() + " " + each.get("current") + "→" + each.get("desired"))
        .toList();
  }

  private static int wanted(MangruProcess mangru) {
    for (JsonNode workload : mangru.json("/api/ui/cluster").get("workloads")) {
      if (workload.get("name").asString().equals("web")) {
        return workload.get("wanted").asInt();
      }
    }
    throw new AssertionError("there is no workload web");
  }

  /// What was intended and what arrived are the same messages.
  private static void everyMessageArrived(MangruProcess mangru, WebhookReceiver pager) {
    assertThat(pager.contradictions()).isEmpty();
    Set<String> intended = new HashSet<>();
    Set<String> delivered = new HashSet<>();
    for (JsonNode each : notifications(mangru)) {
      assertThat(intended.add(each.get("id").asString())).as("once: %s", each).isTrue();
      if (each.get("state").asString().equals("DELIVERED")) {
        delivered.add(each.get("id").asString());
      } else {
        // A newer message to the same receiver said all of it and more.
        assertThat(each.get("detail").asString()).as(each.toString()).contains("newer");
      }
    }
    Set<String> arrived =
        pager.messages().stream().map(WebhookReceiver.Message::key).collect(Collectors.toSet());
    assertThat(arrived).as("what arrived").containsAll(delivered);
    assertThat(intended).as("what was intended").containsAll(arrived);
  }

  /// Whatever fired was told while it did, with the time at which it began.
  private static void everyFiringAlertWasTold(MangruProcess mangru, WebhookReceiver pager) {
    int fired = 0;
    for (JsonNode change : transitions(mangru)) {
      Map<String, String> labels = WebhookReceiver.labels(change.get("labels"));
      if (!change.get("to").asString().equals("firing")) {
        continue;
      }
      fired++;
      Instant at = Instant.parse(change.get("at").asString());
      assertThat(pager.messages())
          .as("messages that %s fires since %s", labels, at)
          .anyMatch(message ->
              !message.firstAt().isBefore(at.minusSeconds(1))
                  && message.alerts("firing").contains(labels));
    }
    assertThat(fired).as("alerts that fired").isGreaterThanOrEqualTo(2);
  }

  /// Whoever was told that an alert has ended was told the truth: the alert had ended by its own
  /// history, and that had ended it because its expression, with data, had no result any more.
  private static void nothingWasResolvedFalsely(MangruProcess mangru, WebhookReceiver pager) {
    List<JsonNode> changes = transitions(mangru);
    int resolved = 0;
    for (WebhookReceiver.Message message : pager.messages()) {
      for (Map<String, String> labels : message.alerts("resolved")) {
        resolved++;
        String last = "";
        for (JsonNode change : changes) {
          if (WebhookReceiver.labels(change.get("labels")).equals(labels)
              && !Instant.parse(change.get("at").asString()).isAfter(message.firstAt())) {
            last = change.get("to").asString();
          }
        }
        assertThat(last)
            .as("%s when %s was told as resolved", labels, message.key())
            .isIn("resolved", "inactive");
      }
    }
    assertThat(resolved).as("alerts that were told as resolved").isPositive();
    for (JsonNode change : changes) {
      if (change.at("/labels/alertname").asString().equals(ALERT)
          && change.get("from").asString().equals("firing")) {
        String time = "&time=" + Instant.parse(change.get("at").asString()).toEpochMilli() / 1000.0;
        assertThat(at(mangru, RATIO, time)).as("errors at %s", change).isEmpty();
        assertThat(at(mangru, HAS_DATA, time)).as("requests at %s", change).isNotEmpty();
      }
    }
  }

  private static JsonNode at(MangruProcess mangru, String promql, String time) {
    return mangru
        .json("/api/v1/query?query=" + MangruProcess.encode(promql) + time)
        .at("/data/result");
  }
}
