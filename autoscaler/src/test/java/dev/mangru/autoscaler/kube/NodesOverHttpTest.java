package dev.mangru.autoscaler.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.node.NodeAutoscaler;
import dev.mangru.autoscaler.node.NodeAutoscalerOptions;
import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.act.ClusterSnapshot;
import dev.mangru.autoscaler.node.act.NodeChange;
import dev.mangru.autoscaler.node.act.NodeCluster;
import dev.mangru.autoscaler.node.plan.Eligibility;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.autoscaler.playground.Playground;
import dev.mangru.autoscaler.playground.PlaygroundOptions;
import dev.mangru.autoscaler.playground.api.Faults;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.model.time.Ticker;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The node autoscaler against the playground, over its HTTP API.
class NodesOverHttpTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final JsonMapper JSON = new JsonMapper();

  private final List<Decision> decisions = new ArrayList<>();
  private Instant now = START;
  private Playground playground;
  private KubernetesClient client;
  private KubeRest rest;
  private KubeNodeCluster cluster;
  private NodeAutoscaler autoscaler;

  @BeforeEach
  void open() throws IOException {
    playground = Playground.open(PlaygroundOptions.inMemory("constant", 7), () -> now);
    client = KubeClients.fromKubeconfig(playground.kubeconfig());
    rest = new KubeRest(client, Duration.ofSeconds(10));
    cluster = new KubeNodeCluster(client, () -> now);
    restart();
    playground.step(now);
    run(40);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    playground.close();
  }

  private void restart() {
    autoscaler =
        new NodeAutoscaler(
            cluster,
            playground.nodeGroups(),
            new Kept(decisions),
            NodeAutoscalerOptions.playground(),
            Ticker.SYSTEM);
  }

  private void run(int seconds) {
    for (int i = 0; i < seconds; i++) {
      now = now.plusSeconds(1);
      playground.step(now);
      if (now.getEpochSecond() % 5 == 0) {
        autoscaler.pass(now);
      }
    }
  }

  private void runUntil(String what, int atMostSeconds, BooleanSupplier done) {
    for (int i = 0; !done.getAsBoolean(); i++) {
      assertThat(i).describedAs("%s: %s", what, decisions).isLessThan(atMostSeconds);
      run(1);
    }
  }

  private void scale(String deployment, int replicas) {
    KubeRest.Response answer =
        rest.write(
            "PATCH",
            "/apis/apps/v1/namespaces/shop/deployments/" + deployment,
            KubeRest.MERGE_PATCH,
            JSON.readTree("{\"spec\":{\"replicas\":" + replicas + "}}"));
    assertThat(answer.ok()).describedAs(answer.message()).isTrue();
  }

  private List<PodShape> pending() {
    return cluster.read().pods().stream().filter(pod -> pod.nodeName() == null).toList();
  }

  private List<String> events(String reason) {
    List<String> messages = new ArrayList<>();
    for (JsonNode each : rest.get("/api/v1/events").body().path("items")) {
      if (each.path("reason").asString("").equals(reason)) {
        messages.add(each.path("message").asString(""));
      }
    }
    return messages;
  }

  private List<Decision> of(String reason) {
    return decisions.stream().filter(each -> each.reason().equals(reason)).toList();
  }

  @Test
  void pods_that_wait_bring_nodes_and_nodes_that_idle_are_drained_and_go() {
    assertThat(cluster.read().nodes()).hasSize(2);
    assertThat(pending()).isEmpty();

    scale("catalog", 26);
    runUntil("nodes are asked for", 60, () -> playground.nodeGroups().targetSize("general") > 2);
    runUntil("pods run", 120, () -> pending().isEmpty() && cluster.read().nodes().size() > 2);
    int grown = cluster.read().nodes().size();
    assertThat(of("TriggeredScaleUp")).hasSize(1);
    assertThat(events("TriggeredScaleUp"))
        .contains("pod triggered scale-up: [{general 2->" + grown + " (max: 8)}]");

    scale("catalog", 3);
    runUntil("nodes go", 300, () -> cluster.read().nodes().size() == 2);
    run(20);
    ClusterSnapshot end = cluster.read();
    assertThat(end.problems()).isEmpty();
    assertThat(end.nodes()).hasSize(2).noneMatch(NodeShape::unschedulable);
    assertThat(end.nodes()).allMatch(node -> node.taint(Eligibility.TO_BE_DELETED) == null);
    assertThat(pending()).isEmpty();
    assertThat(of("ScaleDown")).hasSize(grown - 2);
    assertThat(events("ScaleDown"))
        .contains(
            "marked the node as toBeDeleted/unschedulable", "node removed by cluster autoscaler");
  }

  @Test
  void a_process_killed_at_any_moment_is_followed_by_one_that_goes_on() {
    scale("catalog", 26);
    for (int i = 0; i < 30; i++) {
      restart();
      run(4);
    }
    assertThat(pending()).isEmpty();
    assertThat(of("TriggeredScaleUp")).hasSize(1);
    scale("catalog", 3);
    for (int i = 0; i < 80; i++) {
      restart();
      run(5);
    }
    assertThat(cluster.read().nodes()).hasSize(2).noneMatch(NodeShape::unschedulable);
    assertThat(pending()).isEmpty();
  }

  @Test
  void a_server_that_goes_away_errs_and_comes_back_costs_time_and_nothing_else() {
    playground.apiServer().faults().away(true);
    run(10);
    assertThat(autoscaler.view().problem()).contains("no answer from the API server");
    assertThat(of("CannotLook")).isNotEmpty();
    playground.apiServer().faults().away(false);
    scale("catalog", 26);
    Faults faults = playground.apiServer().faults();
    faults.add("patch", "nodes", Faults.Effect.conflict(), 3);
    faults.add("create", "pods/eviction", Faults.Effect.internalError(), 4);
    faults.add("create", "events", Faults.Effect.internalError(), 3);
    faults.add("list", "pods", Faults.Effect.internalError(), 3);
    runUntil("pods run", 180, () -> autoscaler.view().passes() > 20 && pending().isEmpty());
    assertThat(autoscaler.view().problem()).isNull();
    scale("catalog", 3);
    runUntil("nodes go", 400, () -> playground.store().count("nodes") == 2);
    run(20);
    assertThat(cluster.read().nodes()).noneMatch(NodeShape::unschedulable);
  }

  @Test
  void a_node_is_changed_in_one_write_and_back() {
    String name = cluster.read().nodes().getFirst().name();
    Taint taint = new Taint("a", "b", "NoSchedule");
    cluster.change(
        name, new NodeChange(List.of(taint), Set.of(), true, Map.of("x/y", "z"), Set.of()));
    NodeShape changed = node(name);
    assertThat(changed.taint("a")).isEqualTo(taint);
    assertThat(changed.unschedulable()).isTrue();
    assertThat(changed.annotations()).containsEntry("x/y", "z");
    cluster.change(name, new NodeChange(List.of(), Set.of("a"), false, Map.of(), Set.of("x/y")));
    NodeShape back = node(name);
    assertThat(back.taint("a")).isNull();
    assertThat(back.unschedulable()).isFalse();
    assertThat(back.annotations()).doesNotContainKey("x/y");
    assertThatThrownBy(() -> cluster.change("nobody", NodeChange.taint(taint)))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("404");
  }

  private NodeShape node(String name) {
    return cluster.read().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void an_eviction_that_a_budget_forbids_is_blocked_in_kubernetes_words() {
    List<PodShape> dns =
        cluster.read().pods().stream().filter(pod -> pod.name().startsWith("coredns")).toList();
    assertThat(dns).hasSize(2);
    assertThat(cluster.evict(dns.getFirst(), 5)).isInstanceOf(NodeCluster.Eviction.Accepted.class);
    assertThat(cluster.evict(dns.getLast(), 5))
        .isInstanceOfSatisfying(
            NodeCluster.Eviction.Blocked.class,
            blocked -> assertThat(blocked.message()).contains("disruption budget"));
    assertThat(cluster.evict(dns.getLast().named("nobody"), 5))
        .isInstanceOf(NodeCluster.Eviction.Gone.class);
  }

  @Test
  void what_the_snapshot_holds_is_what_planning_needs() {
    ClusterSnapshot snapshot = cluster.read();
    assertThat(snapshot.daemonSets())
        .singleElement()
        .satisfies(pod -> {
          assertThat(pod.ofDaemonSet()).isTrue();
          assertThat(pod.requests().cpuMilli()).isEqualTo(100);
        });
    assertThat(snapshot.budgets()).extracting("name").contains("coredns", "web");
    assertThat(snapshot.controllers().replicas()).containsKey("DaemonSet kube-system/node-agent");
    assertThat(snapshot.namespaces()).containsKey("shop");
    assertThat(snapshot.problems()).isEmpty();
  }

  @Test
  void an_event_told_again_is_counted() {
    PodShape pod = cluster.read().pods().getFirst();
    ClusterEvent event = ClusterEvent.ofPod(pod, "Probe", "said twice");
    cluster.event(event);
    cluster.event(event);
    assertThat(events("Probe")).containsExactly("said twice");
    for (JsonNode each : rest.get("/api/v1/events").body().path("items")) {
      if (each.path("reason").asString("").equals("Probe")) {
        assertThat(each.path("count").asInt(0)).isEqualTo(2);
      }
    }
  }

  /// Decisions in memory.
  private record Kept(List<Decision> all) implements DecisionLog {

    @Override
    public long append(Decision decision) {
      all.add(decision);
      return all.size();
    }

    @Override
    public List<Entry> find(Query query) {
      return List.of();
    }

    @Override
    public Entry get(long number) {
      return new Entry(number, all.get((int) number - 1));
    }
  }
}
