package dev.mangru.autoscaler.horizontal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.horizontal.ReplicaLimits.Limited;
import dev.mangru.autoscaler.horizontal.ReplicaLimits.Rates;
import dev.mangru.autoscaler.horizontal.ReplicaLimits.Reason;
import dev.mangru.autoscaler.horizontal.ScalingRules.Policy;
import dev.mangru.autoscaler.horizontal.ScalingRules.Select;
import dev.mangru.autoscaler.horizontal.ScalingRules.Unit;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaLimitsTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static ScalingRules percent(int value) {
    return new ScalingRules(
        Duration.ZERO, Select.MAX, List.of(new Policy(Unit.PERCENT, value, Duration.ofMinutes(2))));
  }

  private static ScaleEvents changed(int replicas, int secondsAgo) {
    return new ScaleEvents(
        List.of(new ScaleEvents.Event(replicas, NOW.minusSeconds(secondsAgo), false)));
  }

  @Test
  void a_percentage_is_of_the_replicas_at_the_start_of_the_period() {
    // 15 of the 100 were added within two minutes: 85 x 3.
    Rates rates =
        new Rates(percent(200), ScalingRules.DEFAULT_DOWN, changed(15, 60), ScaleEvents.NONE, NOW);
    assertThat(ReplicaLimits.withRules(100, 500, 1, 1_000, rates))
        .isEqualTo(new Limited(255, Reason.SCALE_UP_LIMIT));
  }

  @Test
  void a_recent_fall_holds_the_next_one() {
    Rates rates =
        new Rates(ScalingRules.DEFAULT_UP, percent(10), ScaleEvents.NONE, changed(30, 60), NOW);
    assertThat(ReplicaLimits.withRules(100, 5, 1, 1_000, rates))
        .isEqualTo(new Limited(100, Reason.SCALE_DOWN_LIMIT));
  }

  @Test
  void disabled_rules_move_nothing() {
    ScalingRules disabled = new ScalingRules(Duration.ZERO, Select.DISABLED, List.of());
    Rates rates = new Rates(disabled, disabled, ScaleEvents.NONE, ScaleEvents.NONE, NOW);
    assertThat(ReplicaLimits.withRules(5, 9, 1, 10, rates))
        .isEqualTo(new Limited(5, Reason.SCALE_UP_LIMIT));
    assertThat(ReplicaLimits.withRules(5, 2, 1, 10, rates))
        .isEqualTo(new Limited(5, Reason.SCALE_DOWN_LIMIT));
  }

  @Test
  void without_rules_replicas_at_most_double_or_reach_four() {
    assertThat(ReplicaLimits.withoutRules(1, 100, 1, 50, 2, 4))
        .isEqualTo(new Limited(4, Reason.SCALE_UP_LIMIT));
    assertThat(ReplicaLimits.withoutRules(10, 100, 1, 50, 2, 4))
        .isEqualTo(new Limited(20, Reason.SCALE_UP_LIMIT));
    assertThat(ReplicaLimits.withoutRules(30, 100, 1, 50, 2, 4))
        .isEqualTo(new Limited(50, Reason.TOO_MANY_REPLICAS));
    assertThat(ReplicaLimits.withoutRules(Integer.MAX_VALUE, 7, 9, Integer.MAX_VALUE, 2, 4))
        .isEqualTo(new Limited(9, Reason.TOO_FEW_REPLICAS));
  }

  @Test
  void an_event_at_the_very_start_of_a_period_is_outside() {
    assertThat(changed(3, 60).changeWithin(Duration.ofSeconds(60), NOW)).isZero();
    assertThat(changed(3, 59).changeWithin(Duration.ofSeconds(60), NOW)).isEqualTo(3);
  }

  @Test
  void an_outdated_slot_is_used_again() {
    ScaleEvents events = changed(3, 121).plus(5, percent(10), NOW);
    assertThat(events.events()).containsExactly(new ScaleEvents.Event(5, NOW, false));
    assertThat(changed(3, 120).plus(5, percent(10), NOW).events()).hasSize(2);
  }

  @Test
  void stabilization_remembers_the_highest_recommendation_of_the_window() {
    List<Recommendation> memory =
        List.of(
            new Recommendation(9, NOW.minusSeconds(301)),
            new Recommendation(7, NOW.minusSeconds(300)));
    Stabilization.Stabilized result =
        Stabilization.downscaleOnly(memory, 3, Duration.ofMinutes(5), NOW);
    assertThat(result.replicas()).isEqualTo(7);
    assertThat(result.memory())
        .containsExactly(new Recommendation(3, NOW), new Recommendation(7, NOW.minusSeconds(300)));
  }

  @Test
  void stabilization_goes_up_only_as_far_as_all_agree() {
    List<Recommendation> memory = List.of(new Recommendation(4, NOW.minusSeconds(10)));
    assertThat(
            Stabilization.bothWays(memory, 2, 9, Duration.ofMinutes(1), Duration.ZERO, NOW)
                .replicas())
        .isEqualTo(4);
    assertThat(
            Stabilization.bothWays(memory, 8, 1, Duration.ZERO, Duration.ofMinutes(1), NOW)
                .replicas())
        .isEqualTo(4);
  }

  @Test
  void rules_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> new ScalingRules(null, Select.MAX, List.of()))
        .hasMessage("scaling rules need a policy unless they are disabled");
    assertThatThrownBy(() -> new Policy(Unit.PODS, 1, Duration.ZERO))
        .hasMessage("a policy needs a value from 0 and a positive period: 1 in PT0S");
    assertThatThrownBy(() -> new Tolerance(-0.1, 0))
        .hasMessage("tolerances must not be negative: down -0.1, up 0.0");
  }
}
