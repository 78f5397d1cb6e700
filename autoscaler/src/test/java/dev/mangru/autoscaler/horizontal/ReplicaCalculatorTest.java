package dev.mangru.autoscaler.horizontal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.horizontal.ReplicaProposal.CannotTell;
import dev.mangru.autoscaler.horizontal.ReplicaProposal.Cause;
import dev.mangru.autoscaler.horizontal.ReplicaProposal.Replicas;
import dev.mangru.model.testkit.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicaCalculatorTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final PodGroups.Startup STARTUP = PodGroups.Startup.defaults(NOW);

  private static Pod pod(int number, boolean ready, Pod.Phase phase) {
    return new Pod(
        "pod-" + number,
        phase,
        false,
        new Pod.Readiness(
            ready ? Pod.Readiness.Status.TRUE : Pod.Readiness.Status.FALSE,
            NOW.minus(Duration.ofHours(1))),
        NOW.minus(Duration.ofHours(1)),
        null,
        List.of(new Pod.Container("app", 1_000L)));
  }

  private static List<Pod> pods(int count, int... notReady) {
    List<Pod> pods = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      boolean ready = Arrays.stream(notReady).noneMatch(n -> n == number);
      pods.add(pod(number, ready, Pod.Phase.RUNNING));
    }
    return pods;
  }

  private static Map<String, PodSample> usage(long... milli) {
    Map<String, PodSample> samples = new HashMap<>();
    for (int i = 0; i < milli.length; i++) {
      samples.put("pod-" + i, new PodSample(milli[i], NOW, Duration.ofMinutes(1)));
    }
    return samples;
  }

  private static Replicas cpu(
      int current, List<Pod> pods, int targetPercent, Map<String, PodSample> samples) {
    ReplicaProposal proposal =
        ReplicaCalculator.forUtilization(
            current, pods, samples, "cpu", null, targetPercent, Tolerance.DEFAULT, STARTUP);
    assertThat(proposal).isInstanceOf(Replicas.class);
    return (Replicas) proposal;
  }

  @Test
  void half_used_at_a_target_of_thirty_percent_asks_for_five_of_three() {
    Replicas proposal = cpu(3, pods(3), 30, usage(300, 500, 700));
    assertThat(proposal.replicas()).isEqualTo(5);
    assertThat(proposal.utilizationPercent()).isEqualTo(50);
    assertThat(proposal.usageMilli()).isEqualTo(500);
    assertThat(proposal.reason()).isEqualTo("usage ratio 1.6666666666666667 times 3 ready pods");
  }

  @Test
  void going_up_a_pod_that_is_not_ready_counts_as_idle() {
    Replicas proposal = cpu(3, pods(3, 0), 30, usage(300, 500, 700));
    assertThat(proposal.replicas()).isEqualTo(4);
    assertThat(proposal.utilizationPercent()).isEqualTo(60);
  }

  @Test
  void going_down_a_pod_without_a_sample_counts_as_full() {
    assertThat(cpu(4, pods(4), 100, usage(400, 95)).replicas()).isEqualTo(3);
    assertThat(cpu(2, pods(2), 100, usage(600)).replicas()).isEqualTo(2);
  }

  @Test
  void within_tolerance_nothing_moves_both_ends_included() {
    assertThat(cpu(10, pods(2), 50, usage(550, 550)).replicas()).isEqualTo(10);
    assertThat(cpu(10, pods(2), 50, usage(450, 450)).replicas()).isEqualTo(10);
    assertThat(cpu(2, pods(2), 50, usage(560, 560)).replicas()).isEqualTo(3);
  }

  @Test
  void percent_is_truncated_before_it_is_compared() {
    // 55.9 % of requests is 55 %, which is just within a tenth of 50 %.
    assertThat(cpu(2, pods(2), 50, usage(559, 559)).reason())
        .isEqualTo("usage ratio 1.1 is within tolerance");
  }

  @ParameterizedTest(name = "{0} % asks for {1} of 10")
  @CsvSource({"50, 8", "51, 10", "79, 10", "80, 13"})
  void up_above_80_percent_and_down_below_50_is_a_target_of_65_with_wide_tolerance(
      int percent, int expected) {
    long[] milli = new long[10];
    Arrays.fill(milli, percent * 10L);
    ReplicaProposal proposal =
        ReplicaCalculator.forUtilization(
            10, pods(10), usage(milli), "cpu", null, 65, new Tolerance(0.23, 0.23), STARTUP);
    assertThat(proposal)
        .isInstanceOfSatisfying(
            Replicas.class, it -> assertThat(it.replicas()).isEqualTo(expected));
  }

  @Test
  void a_value_target_multiplies_by_ready_pods() {
    List<Pod> oneReady = pods(3, 1, 2);
    assertThat(ReplicaCalculator.forValue(3, oneReady, 8_600, 4_400, Tolerance.DEFAULT))
        .isInstanceOfSatisfying(Replicas.class, it -> assertThat(it.replicas()).isEqualTo(2));
  }

  @Test
  void from_zero_replicas_there_is_no_tolerance() {
    assertThat(ReplicaCalculator.forValue(0, List.of(), 1, 1_000, Tolerance.DEFAULT))
        .isInstanceOfSatisfying(Replicas.class, it -> assertThat(it.replicas()).isOne());
    assertThat(ReplicaCalculator.forSharedValue(0, 2_500, 1_000, Tolerance.DEFAULT))
        .isInstanceOfSatisfying(Replicas.class, it -> assertThat(it.replicas()).isEqualTo(3));
  }

  @Test
  void absurd_metrics_ask_for_as_many_replicas_as_there_can_be() {
    assertThat(ReplicaCalculator.forValue(3, pods(3), Long.MAX_VALUE, 1, Tolerance.DEFAULT))
        .isInstanceOfSatisfying(
            Replicas.class, it -> assertThat(it.replicas()).isEqualTo(Integer.MAX_VALUE));
    assertThat(ReplicaCalculator.sum(List.of(Long.MAX_VALUE, 1L))).isEqualTo(Long.MAX_VALUE);
    assertThat(cpu(3, pods(3), 50, usage(Long.MAX_VALUE, Long.MAX_VALUE, 1)).replicas())
        .isGreaterThan(1_000_000);
  }

  @Test
  void what_cannot_be_told_says_why() {
    assertThat(
            ReplicaCalculator.forUtilization(
                1, pods(1), Map.of(), "cpu", null, 50, Tolerance.DEFAULT, STARTUP))
        .isEqualTo(new CannotTell(Cause.NO_METRICS_RETURNED, "no metrics returned for any pod"));
    assertThat(
            ReplicaCalculator.forUtilization(
                1, List.of(), usage(1), "cpu", null, 50, Tolerance.DEFAULT, STARTUP))
        .isInstanceOfSatisfying(
            CannotTell.class, it -> assertThat(it.cause()).isEqualTo(Cause.NO_PODS));
    assertThat(
            ReplicaCalculator.forUtilization(
                1,
                List.of(pod(0, true, Pod.Phase.PENDING)),
                usage(1),
                "cpu",
                null,
                50,
                Tolerance.DEFAULT,
                STARTUP))
        .isInstanceOfSatisfying(
            CannotTell.class,
            it -> assertThat(it.cause()).isEqualTo(Cause.NO_METRICS_FOR_TARGETED_PODS));
    assertThat(
            ReplicaCalculator.forUtilization(
                1, pods(1), usage(1), "cpu", "sidecar", 50, Tolerance.DEFAULT, STARTUP))
        .isEqualTo(
            new CannotTell(Cause.CONTAINER_NOT_FOUND, "container sidecar not found in Pod pod-0"));
    assertThatThrownBy(() -> ReplicaCalculator.forSharedValue(1, 1, 0, Tolerance.DEFAULT))
        .hasMessage("the target average value must be positive: 0");
  }

  @Seeds(300)
  void guesses_never_move_further_than_the_samples_alone_would(long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(1 + (int) seed / 10);
    List<Pod> pods = new ArrayList<>();
    Map<String, PodSample> samples = new HashMap<>();
    for (int i = 0; i < count; i++) {
      pods.add(pod(i, true, random.nextInt(6) == 0 ? Pod.Phase.PENDING : Pod.Phase.RUNNING));
      if (random.nextInt(5) > 0) {
        samples.put("pod-" + i, new PodSample(random.nextInt(2_000), NOW, Duration.ofMinutes(1)));
      }
    }
    int target = 1 + random.nextInt(120);
    ReplicaProposal proposal =
        ReplicaCalculator.forUtilization(
            count, pods, samples, "cpu", null, target, Tolerance.DEFAULT, STARTUP);
    if (!(proposal instanceof Replicas(int replicas, Integer percent, long _, String reason))) {
      assertThat(samples.keySet())
          .allMatch(name ->
              pods.stream().anyMatch(p -> p.name().equals(name) && p.phase() == Pod.Phase.PENDING));
      return;
    }
    double ratio = (double) percent / target;
    assertThat(reason).isNotBlank();
    if (ratio > 1.1) {
      assertThat(replicas).isBetween(0, (int) Math.ceil(ratio * count));
    } else if (Tolerance.DEFAULT.contains(ratio) && samples.size() == count) {
      boolean allRunning = pods.stream().allMatch(p -> p.phase() == Pod.Phase.RUNNING);
      assertThat(allRunning && replicas != count).isFalse();
    }
    if (ratio < 1) {
      assertThat(replicas).isLessThanOrEqualTo(count);
    }
  }
}
