package dev.mangru.autoscaler.node.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.node.shape.PodCondition;
import dev.mangru.autoscaler.node.shape.PodLife;
import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PendingPodsTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static PodShape pod(String name) {
    PodCondition unschedulable =
        new PodCondition("PodScheduled", "False", "Unschedulable", "", NOW);
    return PodShape.of("shop", name, Resources.ofPod(1, 1))
        .withLife(
            new PodLife(
                null,
                "Pending",
                "Always",
                NOW.minusSeconds(60),
                null,
                30L,
                List.of(unschedulable)));
  }

  private static PendingPods of(PodShape... pods) {
    return PendingPods.of(List.of(pods), -10, Duration.ZERO, NOW);
  }

  @Test
  void who_waits_for_a_node_wants_one_and_the_others_are_left_out_with_the_reason() {
    PodShape wants = pod("wants");
    PodShape cheap = pod("cheap").withPriority(-11);
    PodShape daemon = pod("daemon").ownedBy(new PodOwner("apps/v1", "DaemonSet", "d", ""));
    PodShape fresh = PodShape.of("shop", "fresh", Resources.ofPod(1, 1));
    PodShape patient = pod("patient").withAnnotations(Map.of(PendingPods.DELAY, "2m"));
    PendingPods pending =
        of(
            wants,
            cheap,
            daemon,
            fresh,
            patient,
            pod("bound").on("node"),
            pod("low").withPriority(-10));
    assertThat(pending.wanting()).extracting(PodShape::name).containsExactly("wants", "low");
    assertThat(pending.leftOut())
        .containsOnly(
            Map.entry("expendable: priority below -10", List.of("shop/cheap")),
            Map.entry("of a DaemonSet", List.of("shop/daemon")),
            Map.entry("not yet looked at by the scheduler", List.of("shop/fresh")),
            Map.entry("younger than the delay for new pods", List.of("shop/patient")));
  }

  @Test
  void equal_pods_of_one_controller_are_one_group_and_bare_pods_stand_alone() {
    PodOwner owner = new PodOwner("apps/v1", "ReplicaSet", "web", "1");
    List<PodGroup> groups =
        PodGroup.of(
            List.of(
                pod("a").ownedBy(owner),
                pod("bare"),
                pod("b").ownedBy(owner),
                pod("bare2"),
                pod("c").ownedBy(owner).withLabels(Map.of("x", "y"))));
    assertThat(groups)
        .extracting(group -> group.pods().stream().map(PodShape::name).toList())
        .containsExactly(List.of("a", "b"), List.of("bare"), List.of("bare2"), List.of("c"));
  }

  @ParameterizedTest
  @CsvSource({"10m,600000", "1h30m,5400000", "1.5s,1500", "250ms,250", "0,0", "2us,0"})
  void durations_in_go_notation_are_read(String text, long millis) {
    assertThat(GoDuration.parse(text))
        .hasValueSatisfying(duration -> assertThat(duration.toMillis()).isEqualTo(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "m", "-5m", "1..2s", "five", "9999999999999999999h", "5 m"})
  void what_is_no_duration_is_not_read(String text) {
    assertThat(GoDuration.parse(text)).isEmpty();
  }
}
