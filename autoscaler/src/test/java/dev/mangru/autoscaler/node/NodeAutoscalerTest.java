package dev.mangru.autoscaler.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.plan.Eligibility;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class NodeAutoscalerTest {

  private static final Resources TWO_CORES = Resources.ofNode(2_000, 4L << 30, 20);
  private static final Duration PASS = Duration.ofSeconds(10);

  private final SmallCluster cluster = new SmallCluster();
  private final KeptDecisions log = new KeptDecisions();
  private NodeAutoscalerOptions options = NodeAutoscalerOptions.defaults("test");
  private NodeAutoscaler autoscaler = fresh();

  private NodeAutoscaler fresh() {
    return new NodeAutoscaler(cluster, cluster, log, options, Ticker.SYSTEM);
  }

  private void restart() {
    autoscaler = fresh();
  }

  private void run(Duration time) {
    for (Instant end = cluster.now.plus(time); cluster.now.isBefore(end); ) {
      cluster.step(PASS);
      autoscaler.pass(cluster.now);
    }
  }

  private void runUntil(String what, Duration atMost, BooleanSupplier done) {
    for (Instant end = cluster.now.plus(atMost); !done.getAsBoolean(); ) {
      assertThat(cluster.now).describedAs("not within %s: %s", atMost, what).isBefore(end);
      run(PASS);
    }
  }

  private void shopWithOneNode() {
    cluster.group("general", 1, 10, TWO_CORES, 1);
    cluster.workload("web", 3, 500, 1);
  }

  @Test
  void a_whole_life_pods_wait_nodes_come_idle_are_drained_and_go() {
    shopWithOneNode();
    run(Duration.ofMinutes(1));
    assertThat(cluster.pending()).isZero();
    assertThat(cluster.machines).hasSize(1);

    cluster.scale("web", 12);
    run(PASS);
    assertThat(cluster.targetSize("general")).isEqualTo(3);
    Decision grown = log.last("TriggeredScaleUp");
    assertThat(grown.outcome()).isEqualTo(Decision.Outcome.SCALED);
    assertThat(grown.current()).isEqualTo(1);
    assertThat(grown.desired()).isEqualTo(3);
    assertThat(grown.calls()).allMatch(Decision.ApiCall::done);
    assertThat(cluster.events)
        .extracting(ClusterEvent::reason, ClusterEvent::message)
        .contains(tuple("TriggeredScaleUp", "pod triggered scale-up: [{general 1->3 (max: 10)}]"));

    run(Duration.ofMinutes(1));
    assertThat(cluster.pending()).isZero();
    assertThat(cluster.targetSize("general")).describedAs("upcoming nodes count").isEqualTo(3);
    assertThat(log.of("TriggeredScaleUp")).hasSize(1);

    cluster.scale("web", 3);
    Instant idle = cluster.now;
    runUntil("nodes go", Duration.ofMinutes(20), () -> cluster.nodes.size() == 1);
    assertThat(Duration.between(idle, cluster.now)).isGreaterThan(Duration.ofMinutes(10));
    run(Duration.ofMinutes(15));
    assertThat(cluster.targetSize("general")).isEqualTo(1);
    assertThat(cluster.pending()).isZero();
    assertThat(cluster.sins).isEmpty();
    assertThat(cluster.taints()).isEmpty();
    assertThat(log.of("ScaleDown")).hasSize(2);
    assertThat(log.of("DrainStarted")).hasSize(2);
    assertThat(autoscaler.view().failedPasses()).isZero();
  }

  @Test
  void a_process_that_is_new_at_every_pass_comes_to_the_same_end() {
    shopWithOneNode();
    cluster.scale("web", 12);
    for (int i = 0; i < 6 * 45; i++) {
      restart();
      run(PASS);
      if (i == 6 * 15) {
        cluster.scale("web", 3);
      }
    }
    assertThat(cluster.targetSize("general")).isEqualTo(1);
    assertThat(cluster.nodes).hasSize(1);
    assertThat(cluster.taints()).isEmpty();
    assertThat(cluster.sins).isEmpty();
    assertThat(log.of("TriggeredScaleUp")).hasSize(1);
    assertThat(log.of("ScaleDown")).hasSize(2);
  }

  @Test
  void a_node_at_half_its_requests_stays_and_the_record_says_why() {
    cluster.group("general", 0, 10, TWO_CORES, 2);
    cluster.workload("web", 5, 500, 0);
    run(Duration.ofMinutes(30));
    assertThat(cluster.nodes).hasSize(2);
    Decision state = log.last("State");
    assertThat(state.inputs())
        .extracting(Decision.Input::reason)
        .contains(
            "NotUnderutilized: its pods ask for 100.0 % of it, more than 50.0 %",
            "NoPlaceToMovePods: pod shop/web-6 would fit on none of the other nodes:"
                + " 1 Insufficient cpu");
    assertThat(log.of("State")).hasSizeBetween(5, 7);
  }

  @Test
  void evictions_that_a_budget_blocks_for_too_long_give_the_node_back() {
    cluster.group("general", 1, 10, TWO_CORES, 2);
    cluster.workload("web", 4, 500, 0);
    run(Duration.ofSeconds(20));
    cluster.workload("other", 1, 300, 0);
    run(Duration.ofSeconds(20));
    cluster.scale("web", 3);
    cluster.blockEvictions = true;
    runUntil("a drain fails", Duration.ofMinutes(30), () -> !log.of("ScaleDownFailed").isEmpty());
    assertThat(log.last("ScaleDownFailed").summary())
        .contains("could not be removed: pods could not be evicted: shop/other");
    assertThat(cluster.nodes.values()).noneMatch(NodeShape::unschedulable);
    assertThat(cluster.taints()).noneMatch(taint -> taint.endsWith(Eligibility.TO_BE_DELETED));
    assertThat(cluster.events)
        .anyMatch(event -> event.reason().equals("ScaleDownFailed") && event.warning());
    cluster.blockEvictions = false;
    runUntil("the node goes", Duration.ofMinutes(30), () -> cluster.nodes.size() == 1);
    assertThat(cluster.sins).isEmpty();
  }

  @Test
  void the_last_replica_that_a_budget_protects_keeps_its_node() {
    cluster.group("general", 0, 10, TWO_CORES, 2);
    cluster.workload("web", 1, 100, 1);
    run(Duration.ofMinutes(30));
    assertThat(cluster.nodes).hasSize(1);
    assertThat(cluster.pending()).isZero();
    assertThat(log.last("State").inputs())
        .extracting(Decision.Input::reason)
        .anyMatch(reason -> reason.contains("NotEnoughPdb: disruption budget web allows none now"));
  }

  @Test
  void machines_that_fail_are_removed_and_their_group_is_left_alone_for_a_while() {
    shopWithOneNode();
    cluster.machinesFail = true;
    cluster.scale("web", 12);
    run(Duration.ofMinutes(3));
    Decision failed = log.last("FailedCreation");
    assertThat(failed.summary()).contains("STOCKOUT", "no machines are left");
    assertThat(cluster.targetSize("general")).isEqualTo(1);
    assertThat(log.of("TriggeredScaleUp")).hasSize(1);
    assertThat(log.last("NotTriggerScaleUp").summary()).contains("in backoff");
    assertThat(cluster.events)
        .anyMatch(event ->
            event.reason().equals("NotTriggerScaleUp")
                && event.message().contains("in backoff after failed scale-up"));
    cluster.machinesFail = false;
    runUntil("nodes come", Duration.ofMinutes(10), () -> cluster.pending() == 0);
    assertThat(log.of("TriggeredScaleUp")).hasSize(2);
  }

  @Test
  void machines_that_never_become_nodes_are_removed_after_the_provision_time() {
    shopWithOneNode();
    cluster.machinesNeverRegister = true;
    cluster.scale("web", 12);
    run(Duration.ofMinutes(14));
    assertThat(cluster.targetSize("general")).isEqualTo(3);
    run(Duration.ofMinutes(3));
    assertThat(log.last("ScaleUpTimedOut").desired()).isEqualTo(1);
    assertThat(cluster.targetSize("general")).isEqualTo(1);
  }

  @Test
  void the_machine_of_a_node_that_cannot_be_read_is_left_alone() {
    cluster.group("general", 0, 10, TWO_CORES, 3);
    cluster.workload("web", 12, 500, 0);
    run(Duration.ofMinutes(1));
    cluster.unreadable.add("general-2");
    run(Duration.ofMinutes(40));
    assertThat(cluster.machines).containsKey("general-2");
    cluster.unreadable.clear();
    cluster.nodes.remove("general-2");
    run(Duration.ofMinutes(14));
    assertThat(cluster.machines).containsKey("general-2");
    run(Duration.ofMinutes(2));
    assertThat(cluster.machines).doesNotContainKey("general-2");
    assertThat(log.of("ScaleUpTimedOut")).hasSize(1);
  }

  @Test
  void a_pass_over_five_thousand_nodes_and_a_hundred_thousand_pods_sees_all_that_wait() {
    cluster.group("general", 0, 6_000, Resources.ofNode(16_000, 64L << 30, 110), 5_000);
    for (int app = 0; app < 100; app++) {
      for (int i = 0; i < 1_000; i++) {
        String name = "app" + app + "-" + i;
        PodShape pod =
            PodShape.of("shop", name, Resources.ofPod(100 + app * 5, (64L + app) << 20))
                .withLabels(Map.of("app", "app" + app))
                .ownedBy(new PodOwner("apps/v1", "ReplicaSet", "app" + app, "uid-app" + app));
        cluster.pods.put(pod.key(), pod.on("general-" + (app * 1_000 + i) % 5_000));
      }
      cluster.workload("app" + app, 1_000, 100 + app * 5, 0);
    }
    for (int i = 0; i < 500; i++) {
      PodShape pod = PodShape.of("shop", "late" + i, Resources.ofPod(15_000, 60L << 30));
      cluster.pods.put(pod.key(), cluster.unschedulable(pod));
    }
    log.all.clear();
    restart();
    autoscaler.pass(cluster.now.plusSeconds(10));
    assertThat(autoscaler.view().pending()).isEqualTo(500);
    assertThat(autoscaler.view().problem()).isNull();
  }

  @Test
  void a_pod_too_large_for_every_group_is_told_so_once() {
    shopWithOneNode();
    cluster.workload("huge", 1, 5_000, 0);
    run(Duration.ofMinutes(4));
    assertThat(cluster.targetSize("general")).isEqualTo(1);
    assertThat(log.of("NotTriggerScaleUp")).hasSize(1);
    assertThat(log.last("NotTriggerScaleUp").summary()).contains("Insufficient cpu");
    assertThat(cluster.events)
        .filteredOn(event -> event.reason().equals("NotTriggerScaleUp"))
        .singleElement()
        .extracting(ClusterEvent::message)
        .isEqualTo("pod didn't trigger scale-up: 1 Insufficient cpu");
  }

  @Test
  void a_group_at_its_maximum_is_named_as_the_reason() {
    cluster.group("general", 1, 1, TWO_CORES, 1);
    cluster.workload("web", 8, 500, 0);
    run(Duration.ofMinutes(1));
    assertThat(log.last("NotTriggerScaleUp").summary()).contains("max node group size reached");
  }

  @Test
  void a_growth_larger_than_the_room_of_the_group_is_cut_and_says_so() {
    cluster.group("general", 1, 3, TWO_CORES, 1);
    cluster.workload("web", 40, 500, 0);
    run(PASS);
    Decision grown = log.last("TriggeredScaleUp");
    assertThat(grown.desired()).isEqualTo(3);
    assertThat(grown.clamps())
        .contains(
            new Decision.Clamp("group maximum", 9, 2, "2 more nodes until the maximum of general"));
  }

  @Test
  void growth_is_spread_over_groups_whose_nodes_are_alike() {
    cluster.group("a", 0, 10, TWO_CORES, 1);
    cluster.group("b", 0, 10, TWO_CORES, 0);
    cluster.workload("web", 16, 500, 0);
    run(PASS);
    assertThat(cluster.targetSize("a")).isEqualTo(2);
    assertThat(cluster.targetSize("b")).isEqualTo(2);
  }

  @Test
  void the_group_that_wastes_least_is_chosen_and_the_record_compares_them() {
    cluster.group("big", 0, 10, Resources.ofNode(32_000, 64L << 30, 100), 0);
    cluster.group("small", 0, 10, TWO_CORES, 0);
    cluster.workload("web", 4, 500, 0);
    run(PASS);
    assertThat(cluster.targetSize("small")).isEqualTo(1);
    List<Decision.Input> groups =
        log.last("TriggeredScaleUp").inputs().stream()
            .filter(input -> input.name().startsWith("node group"))
            .toList();
    assertThat(groups).extracting(Decision.Input::chosen).containsExactly(false, true);
    assertThat(groups)
        .extracting(Decision.Input::reason)
        .containsExactly("another group is better", "chosen");
    assertThat(groups.getFirst().value()).isGreaterThan(groups.getLast().value());
  }

  @Test
  void with_too_many_unready_nodes_nothing_is_done() {
    cluster.group("general", 0, 20, TWO_CORES, 8);
    cluster.workload("web", 60, 500, 0);
    Instant old = cluster.now.minus(Duration.ofHours(2));
    cluster.nodes.replaceAll((name, node) ->
        name.compareTo("general-4") < 0
            ? new NodeShape(
                name,
                node.labels(),
                Map.of(),
                List.of(),
                false,
                node.capacity(),
                node.allocatable(),
                false,
                old,
                old,
                false,
                name)
            : node);
    run(Duration.ofMinutes(30));
    assertThat(autoscaler.view().healthy()).isFalse();
    assertThat(cluster.targetSize("general")).isEqualTo(8);
    assertThat(log.last("ClusterUnhealthy").summary()).startsWith("4 of 8 nodes are not ready");
  }

  @Test
  void what_is_only_watched_is_recorded_and_not_touched() {
    options = options.acting(false);
    restart();
    cluster.group("general", 0, 10, TWO_CORES, 2);
    cluster.workload("web", 12, 500, 0);
    run(Duration.ofMinutes(2));
    assertThat(cluster.targetSize("general")).isEqualTo(2);
    assertThat(log.last("TriggeredScaleUp").outcome()).isEqualTo(Decision.Outcome.OBSERVED);
    assertThat(log.of("TriggeredScaleUp")).hasSize(1);
    cluster.scale("web", 0);
    run(Duration.ofMinutes(30));
    assertThat(cluster.nodes).hasSize(2);
    assertThat(cluster.events).isEmpty();
    assertThat(log.of("ScaleDown")).isNotEmpty();
    assertThat(log.of("ScaleDown"))
        .allMatch(decision -> decision.outcome() == Decision.Outcome.OBSERVED);
  }

  @Test
  void somebody_who_takes_the_taint_away_stops_the_removal() {
    cluster.group("general", 0, 10, TWO_CORES, 2);
    cluster.workload("web", 1, 100, 0);
    runUntil("a drain", Duration.ofMinutes(30), () -> !autoscaler.view().drains().isEmpty());
    String node = autoscaler.view().drains().keySet().iterator().next();
    cluster.nodes.computeIfPresent(node, (_, n) -> n.withTaints(List.of()));
    run(PASS);
    assertThat(log.last("ScaleDownFailed").summary()).contains("somebody took its taint away");
    assertThat(cluster.nodes.get(node)).matches(n -> !n.unschedulable());
  }

  @Test
  void an_old_taint_found_at_the_start_is_finished_or_taken_away() {
    cluster.group("general", 0, 10, TWO_CORES, 3);
    cluster.workload("web", 3, 500, 0);
    cluster.step(PASS);
    String busy = cluster.pods.values().iterator().next().nodeName();
    Taint taint =
        new Taint(
            Eligibility.TO_BE_DELETED,
            Long.toString(cluster.now.minus(Duration.ofHours(1)).getEpochSecond()),
            "NoSchedule");
    cluster.nodes.replaceAll((_, node) -> node.withTaints(List.of(taint)).cordoned(true));
    run(Duration.ofMinutes(1));
    assertThat(cluster.nodes).containsOnlyKeys(busy);
    assertThat(cluster.nodes.get(busy).taints()).isEmpty();
    assertThat(cluster.sins).isEmpty();
  }

  @Test
  void a_cluster_or_provider_that_cannot_be_reached_is_recorded_and_forgiven() {
    shopWithOneNode();
    cluster.faultRate = 1;
    run(Duration.ofMinutes(1));
    assertThat(autoscaler.view().failedPasses()).isEqualTo(6);
    assertThat(autoscaler.view().problem()).isEqualTo("refresh failed by chance");
    assertThat(log.of("CannotLook")).hasSize(1);
    cluster.faultRate = 0;
    cluster.scale("web", 12);
    run(Duration.ofMinutes(2));
    assertThat(cluster.pending()).isZero();
    assertThat(autoscaler.view().problem()).isNull();
  }

  @Test
  void a_provider_that_refuses_growth_is_recorded_with_its_words() {
    SmallCluster refusing = cluster;
    shopWithOneNode();
    refusing.scale("web", 12);
    refusing.step(PASS);
    NodeAutoscaler once =
        new NodeAutoscaler(refusing, new RefusingProvider(refusing), log, options, Ticker.SYSTEM);
    once.pass(refusing.now);
    Decision failed = log.last("FailedScaleUp");
    assertThat(failed.outcome()).isEqualTo(Decision.Outcome.FAILED);
    assertThat(failed.calls())
        .containsExactly(
            new Decision.ApiCall("increase node group general by 2", false, "quota is used up"));
    assertThat(once.view().failedActions()).isOne();
  }

  @Test
  void metrics_tell_groups_and_counts() {
    shopWithOneNode();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    NodesMetrics metrics = new NodesMetrics(registry, () -> autoscaler.view());
    cluster.scale("web", 12);
    run(Duration.ofSeconds(20));
    metrics.update();
    assertThat(
            registry.get("mangru_node_group_target_nodes").tag("group", "general").gauge().value())
        .isEqualTo(3);
    assertThat(registry.get("mangru_nodes_pending_pods").gauge().value()).isEqualTo(8);
    assertThat(registry.get("mangru_nodes_passes").functionCounter().count()).isEqualTo(2);
  }

  @Test
  void an_unknown_expander_is_refused_by_name() {
    NodeAutoscalerOptions.Growing usual = NodeAutoscalerOptions.Growing.DEFAULT;
    assertThatThrownBy(() ->
            new NodeAutoscalerOptions.Growing(
                -10,
                Duration.ZERO,
                usual.maxNodeProvisionTime(),
                3,
                45,
                List.of("cheapest"),
                Map.of(),
                true,
                Set.of(),
                Set.of(),
                1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                false))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("no such expander: cheapest");
  }

  @Seeds(30)
  void whatever_fails_and_whenever_it_is_killed_the_rules_hold_and_it_comes_to_rest(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    cluster.group("general", 1, 12, TWO_CORES, 2);
    cluster.group("large", 0, 4, Resources.ofNode(8_000, 16L << 30, 40), 0);
    cluster.workload("web", 3, 500, 2);
    cluster.workload("jobs", 2, 900, 0);
    cluster.chance = random.split();
    for (int i = 0; i < 6 * 60; i++) {
      if (random.nextInt(40) == 0) {
        cluster.scale("web", 2 + random.nextInt(20));
        cluster.scale("jobs", random.nextInt(6));
      }
      if (random.nextInt(30) == 0) {
        restart();
      }
      if (random.nextInt(50) == 0) {
        cluster.faultRate = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.3;
        cluster.blockEvictions = random.nextInt(4) == 0;
        cluster.machinesFail = random.nextInt(4) == 0;
      }
      run(PASS);
      assertThat(cluster.sins).isEmpty();
    }
    cluster.faultRate = 0;
    cluster.blockEvictions = false;
    cluster.machinesFail = false;
    cluster.scale("web", 3);
    cluster.scale("jobs", 1);
    run(Duration.ofMinutes(90));
    assertThat(cluster.sins).isEmpty();
    assertThat(cluster.pending()).isZero();
    assertThat(cluster.targetSize("general") + cluster.targetSize("large")).isBetween(2, 3);
    assertThat(cluster.taints()).noneMatch(taint -> taint.endsWith(Eligibility.TO_BE_DELETED));
    assertThat(cluster.nodes.values()).noneMatch(NodeShape::unschedulable);
  }

  @Test
  void a_process_that_lost_the_lease_in_mid_pass_changes_nothing_more() {
    shopWithOneNode();
    run(Duration.ofMinutes(1));
    autoscaler = new NodeAutoscaler(cluster, cluster, log, options, Ticker.SYSTEM, () -> false);
    cluster.scale("web", 12);
    run(Duration.ofMinutes(1));
    assertThat(cluster.targetSize("general")).isEqualTo(1);
    assertThat(cluster.machines).hasSize(1);
    assertThat(log.all)
        .flatExtracting(Decision::calls)
        .extracting(Decision.ApiCall::answer)
        .anySatisfy(answer -> assertThat(answer).contains("is not the leader any more"));
    restart();
    runUntil(
        "the next leader grows it",
        Duration.ofMinutes(1),
        () -> cluster.targetSize("general") == 3);
  }
}
