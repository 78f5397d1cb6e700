package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.store.Change;
import dev.mangru.collector.kube.KubeObjects;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.server.config.BuiltInObjectives;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The whole story in fast time: a sale, errors, a page, pods, nodes, recovery, and everything back
/// to what it was. Between the playground and the pager is what the product has there.
class FlashSaleTest {

  /// Until the fast page has ended, and before the next sale, which begins 10 min after the first.
  private static final int SECONDS = 540;

  private static final int SALE = 45;
  private static final int SALE_ENDS = SALE + 15 + 90;
  private static final int MIN_WEB = 2;
  private static final int MIN_NODES = 2;
  private static final String AVAILABILITY = BuiltInObjectives.ofPlayground().getFirst().name();
  private static final String SHOP = "{cluster=\"playground\",namespace=\"shop\",job=\"web\"";
  private static final String RATE = "sum(rate(http_requests_total" + SHOP + "}[30s]))";
  private static final String ERRORS =
      "sum(rate(http_requests_total" + SHOP + ",code=~\"5..\"}[30s])) or vector(0)";
  private static final String LATENCY =
      "histogram_quantile(0.9, sum by (le)"
          + " (rate(http_request_duration_seconds_bucket"
          + SHOP
          + "}[30s])))";

  @TempDir Path folder;

  /// What could be seen in one second.
  private record Moment(
      double rate,
      double errorShare,
      double latency,
      int web,
      int webReady,
      int unschedulable,
      int nodesReady,
      int nodesWanted,
      boolean paging) {}

  /// A number that changed.
  private record Step(Instant at, int from, int to) {}

  private double rate;
  private double errorShare;
  private double latency;
  private final List<Moment> moments = new ArrayList<>();
  private final List<String> story = new ArrayList<>();
  private final List<Step> replicas = new ArrayList<>();
  private final List<Step> machines = new ArrayList<>();

  @Test
  @Timeout(300)
  void a_sale_pages_somebody_brings_pods_and_nodes_and_leaves_everything_as_it_was()
      throws Exception {
    long began = System.nanoTime();
    AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);
    try (WebhookReceiver pager = WebhookReceiver.willing(time::get);
        PlaygroundRig rig = new PlaygroundRig(folder, "flash-sale", 1, pager.url())) {
      long revision = 1;
      while (rig.elapsed() < SECONDS) {
        int wantedBefore = rig.playground.nodeGroups().targetSize("general");
        rig.second(time::set);
        revision = note(rig, revision, wantedBefore);
      }
      double took = (System.nanoTime() - began) / 1e9;
      trafficRisesAndRequestsFail();
      somebodyIsPaged(rig, pager);
      podsFollow(rig);
      nodesFollow(rig);
      serviceRecoversDuringTheSale();
      everythingIsAsItWas(rig);
      everyChangeHasItsDecision(rig);
      System.out.printf(
          "flash sale: %d simulated seconds in %.1f s: %s%n",
          SECONDS, took, String.join(", ", story));
    }
  }

  // ---- looking ---------------------------------------------------------------------------------

  private long note(PlaygroundRig rig, long after, int wantedBefore) {
    long revision = after;
    for (Change change : rig.playground.store().changesSince(null, after, Integer.MAX_VALUE)) {
      revision = change.revision();
      JsonNode before = change.before();
      if (before != null
          && change.type() == Change.Type.MODIFIED
          && change.key().toString().equals("apps/deployments shop/web")) {
        int from = before.at("/spec/replicas").asInt();
        int to = change.object().at("/spec/replicas").asInt();
        if (from != to) {
          replicas.add(new Step(rig.now(), from, to));
        }
      }
    }
    int wanted = rig.playground.nodeGroups().targetSize("general");
    if (wanted != wantedBefore && rig.elapsed() > 1) { // the first second makes the first nodes
      machines.add(new Step(rig.now(), wantedBefore, wanted));
    }
    if (rig.elapsed() % 5 == 1) { // after each scrape
      rate = rig.value(RATE).orElse(0);
      errorShare = rate == 0 ? 0 : rig.value(ERRORS).orElse(0) / rate;
      latency = rig.value(LATENCY).orElse(0);
    }
    KubeObjects seen = rig.seen();
    List<Pod> web =
        seen.pods().stream()
            .filter(
                pod -> "web".equals(pod.getMetadata().getLabels().get("app.kubernetes.io/name")))
            .toList();
    moments.add(
        new Moment(
            rate,
            errorShare,
            latency,
            seen.deployments().stream()
                .filter(each -> each.getMetadata().getName().equals("web"))
                .mapToInt(each -> each.getSpec().getReplicas())
                .sum(),
            count(web, pod -> has(pod, "Ready", "True", null)),
            count(web, pod -> has(pod, "PodScheduled", "False", "Unschedulable")),
            count(seen.nodes(), FlashSaleTest::ready),
            wanted,
            rig.rules.groups().stream()
                .flatMap(group -> group.rules().stream())
                .anyMatch(FlashSaleTest::pages)));
    return revision;
  }

  private static boolean pages(RuleStatus rule) {
    return rule instanceof RuleStatus.Alerting alerting
        && alerting.name().equals("SloBurnRatePage")
        && alerting.alerts().stream().anyMatch(alert -> alert.state() == AlertState.FIRING);
  }

  private static boolean has(Pod pod, String type, String status, @Nullable String reason) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(condition ->
            condition.getType().equals(type)
                && condition.getStatus().equals(status)
                && (reason == null || reason.equals(condition.getReason())));
  }

  private static boolean ready(Node node) {
    return node.getStatus().getConditions().stream()
        .anyMatch(each -> each.getType().equals("Ready") && each.getStatus().equals("True"));
  }

  private static <T> int count(List<T> all, Predicate<T> which) {
    return (int) all.stream().filter(which).count();
  }

  private OptionalInt first(int from, Predicate<Moment> what) {
    IntPredicate holds = second -> what.test(at(second));
    return IntStream.rangeClosed(from, SECONDS).filter(holds).findFirst();
  }

  private int when(String what, int from, int to, Predicate<Moment> condition) {
    OptionalInt second = first(from, condition);
    assertThat(second).as("%s, from %d s on", what, from).isPresent();
    assertThat(second.getAsInt()).as("%s (s)", what).isBetween(from, to);
    story.add(what + " at " + second.getAsInt() + " s");
    return second.getAsInt();
  }

  private Moment at(int second) {
    return moments.get(second - 1);
  }

  private static List<DecisionLog.Entry> decisions(PlaygroundRig rig, Decision.Kind kind) {
    return rig.decisions
        .find(
            new DecisionLog.Query(
                kind, null, null, Instant.EPOCH, Instant.MAX, false, Long.MAX_VALUE, 10_000))
        .reversed();
  }

  // ---- the story -------------------------------------------------------------------------------

  private void trafficRisesAndRequestsFail() {
    assertThat(at(SALE).rate()).as("requests a second before the sale").isBetween(35.0, 65.0);
    assertThat(at(SALE).errorShare()).as("errors before the sale").isLessThan(0.005);
    when("traffic has risen", SALE, SALE + 60, moment -> moment.rate() > 300);
    when(
        "availability is below its objective",
        SALE,
        SALE + 30,
        moment -> moment.errorShare() > 0.001);
    when("every tenth request fails", SALE, SALE + 60, moment -> moment.errorShare() > 0.1);
    when("requests are slow", SALE, SALE + 60, moment -> moment.latency() > 0.5);
  }

  private void somebodyIsPaged(PlaygroundRig rig, WebhookReceiver pager) {
    int fires = when("a page fires", SALE, SALE + 60, Moment::paging);
    assertThat(pager.contradictions()).isEmpty();
    assertThat(pager.repeats()).as("messages sent again to one who took them").isZero();
    List<WebhookReceiver.Message> told =
        pager.messages().stream()
            .filter(message -> message.groupKey().contains("SloBurnRatePage"))
            .filter(message -> message.groupKey().contains(AVAILABILITY))
            .toList();
    assertThat(told).isNotEmpty();
    Instant fired = rig.now().minusSeconds(SECONDS - fires);
    assertThat(Duration.between(fired, told.getFirst().firstAt()))
        .as("from the alert to the pager")
        .isLessThanOrEqualTo(Duration.ofSeconds(10));
    // The 5 min of its short window after the last error, and 2 min that it is kept: the fast page
    // ends. The one over 30 min does not within this test.
    Map<String, List<AlertBook.Transition>> changes = transitions(rig);
    assertThat(changes).containsKey("1h");
    assertThat(changes.get("1h"))
        .extracting(AlertBook.Transition::to)
        .containsExactly(AlertState.FIRING, AlertState.RESOLVED);
    assertThat(told.stream().filter(message -> has(message, "resolved", "1h")))
        .as("messages that say that the fast page is over")
        .hasSize(1);
    assertThat(told.stream().filter(message -> has(message, "resolved", "6h"))).isEmpty();
    assertThat(told.getLast().alerts("firing"))
        .as("what still fires by the last message")
        .extracting(labels -> labels.get("long_window"))
        .containsExactly("6h");
  }

  private static boolean has(WebhookReceiver.Message message, String status, String window) {
    return message.alerts(status).stream()
        .anyMatch(labels -> window.equals(labels.get("long_window")));
  }

  /// What became of the pages for availability, by long window, oldest first.
  private static Map<String, List<AlertBook.Transition>> transitions(PlaygroundRig rig) {
    return rig.rules.transitions(Instant.EPOCH, Instant.MAX, 10_000).reversed().stream()
        .filter(each -> each.labels().get("alertname").equals("SloBurnRatePage"))
        .filter(each -> each.labels().get("slo").equals(AVAILABILITY))
        .collect(Collectors.groupingBy(each -> each.labels().get("long_window")));
  }

  private void podsFollow(PlaygroundRig rig) {
    when("the autoscaler asks for more pods", SALE, SALE + 45, moment -> moment.web() > MIN_WEB);
    when("it asks for more than ten", SALE, SALE_ENDS, moment -> moment.web() > 10);
    when("more than ten serve", SALE, SALE_ENDS + 20, moment -> moment.webReady() > 10);
    List<Event> events =
        rig.client.v1().events().inNamespace("shop").list().getItems().stream()
            .filter(event -> event.getReason().equals("SuccessfulRescale"))
            .toList();
    assertThat(events)
        .isNotEmpty()
        .allSatisfy(event -> {
          assertThat(event.getInvolvedObject().getKind()).isEqualTo("HorizontalPodAutoscaler");
          assertThat(event.getInvolvedObject().getName()).isEqualTo("web");
          assertThat(event.getMessage()).startsWith("New size: ");
        });
    var status =
        rig.client
            .autoscaling()
            .v2()
            .horizontalPodAutoscalers()
            .inNamespace("shop")
            .withName("web")
            .get()
            .getStatus();
    assertThat(status.getDesiredReplicas()).isEqualTo(MIN_WEB);
    assertThat(status.getLastScaleTime()).isNotNull();
    assertThat(status.getConditions())
        .extracting(each -> each.getType() + " " + each.getStatus())
        .contains("AbleToScale True", "ScalingActive True");
  }

  private void nodesFollow(PlaygroundRig rig) {
    int waiting = when("pods find no node", SALE, SALE_ENDS, moment -> moment.unschedulable() > 0);
    when("a node is asked for", waiting, waiting + 10, moment -> moment.nodesWanted() > MIN_NODES);
    when("it is ready", waiting, waiting + 60, moment -> moment.nodesReady() > MIN_NODES);
    when("no pod waits any more", waiting + 1, waiting + 75, moment -> moment.unschedulable() == 0);
    assertThat(decisions(rig, Decision.Kind.NODES))
        .filteredOn(entry -> entry.decision().outcome() == Decision.Outcome.SCALED)
        .filteredOn(entry -> entry.decision().desired() > entry.decision().current())
        .isNotEmpty()
        .allSatisfy(entry -> {
          assertThat(entry.decision().reason()).isEqualTo("TriggeredScaleUp");
          assertThat(entry.decision().inputs()).isNotEmpty();
        });
  }

  private void serviceRecoversDuringTheSale() {
    for (int second = SALE_ENDS - 15; second <= SALE_ENDS; second++) {
      assertThat(at(second).rate()).as("rate at %d s", second).isGreaterThan(300);
      assertThat(at(second).errorShare()).as("errors at %d s", second).isLessThan(0.005);
      assertThat(at(second).latency()).as("latency at %d s", second).isLessThan(0.5);
    }
  }

  private void everythingIsAsItWas(PlaygroundRig rig) {
    int fewer = when("pods go", SALE_ENDS, SALE_ENDS + 120, moment -> moment.web() == MIN_WEB);
    int gone =
        when(
            "nodes go",
            SALE_ENDS,
            SALE_ENDS + 300,
            moment -> moment.nodesReady() == MIN_NODES && moment.nodesWanted() == MIN_NODES);
    for (int second = fewer; second <= SECONDS; second++) {
      assertThat(at(second).web()).as("pods at %d s", second).isEqualTo(MIN_WEB);
      assertThat(at(second).errorShare()).as("errors at %d s", second).isLessThan(0.005);
    }
    for (int second = gone; second <= SECONDS; second++) {
      assertThat(at(second).nodesWanted()).as("nodes at %d s", second).isEqualTo(MIN_NODES);
    }
    assertThat(rig.playground.nodeGroups().targetSize("spot")).isZero();
  }

  private void everyChangeHasItsDecision(PlaygroundRig rig) {
    List<DecisionLog.Entry> all = decisions(rig, null);
    assertThat(all).extracting(DecisionLog.Entry::number).isSorted().doesNotHaveDuplicates();
    assertThat(replicas).isNotEmpty();
    assertThat(scaled(rig, Decision.Kind.WORKLOAD))
        .as("decisions that changed replicas, and changes of replicas")
        .isEqualTo(replicas);
    assertThat(machines).isNotEmpty();
    assertThat(scaled(rig, Decision.Kind.NODES))
        .as("decisions that changed nodes, and changes of nodes")
        .isEqualTo(machines);
  }

  private static List<Step> scaled(PlaygroundRig rig, Decision.Kind kind) {
    return decisions(rig, kind).stream()
        .map(DecisionLog.Entry::decision)
        .filter(decision -> decision.outcome() == Decision.Outcome.SCALED)
        .map(decision -> new Step(decision.time(), decision.current(), decision.desired()))
        .toList();
  }
}
