package dev.mangru.autoscaler.control;

import static dev.mangru.autoscaler.control.HpaFixtures.NOW;
import static dev.mangru.autoscaler.control.HpaFixtures.WEB;
import static dev.mangru.autoscaler.control.HpaFixtures.cpu;
import static dev.mangru.autoscaler.control.HpaFixtures.hpa;
import static dev.mangru.autoscaler.control.HpaFixtures.input;
import static dev.mangru.autoscaler.control.HpaFixtures.pods;
import static dev.mangru.autoscaler.control.HpaFixtures.scale;
import static dev.mangru.autoscaler.control.HpaFixtures.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.control.HpaOutcome.Rescale;
import dev.mangru.autoscaler.horizontal.ScaleEvents;
import dev.mangru.autoscaler.horizontal.ScalingRules;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.testkit.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DecideTest {

  private static final List<ScalingRules.Select> SELECTS = List.of(ScalingRules.Select.values());

  private static final HpaMemory EMPTY = HpaMemory.NONE.recommending(List.of());

  private static String condition(HpaStatus status, String type) {
    return status.conditions().stream()
        .filter(each -> each.type().equals(type))
        .map(each -> each.status().text() + " " + each.reason() + ": " + each.message())
        .findFirst()
        .orElse("none");
  }

  private static HpaInput with(HpaInput input, Hpa hpa, List<OtherHpa> others) {
    return new HpaInput(
        hpa,
        input.scale(),
        input.pods(),
        input.readings(),
        others,
        input.memory(),
        input.settings(),
        input.now());
  }

  @Test
  void load_above_target_scales_up_and_says_so_as_kubernetes_does() {
    HpaInput input = input(cpu(1, 10, 50, null), 3, 900, EMPTY, NOW);
    HpaOutcome outcome = Decide.decide(input);
    assertThat(outcome.rescale())
        .isEqualTo(
            new Rescale(3, 6, "cpu resource utilization (percentage of request) above target"));
    HpaOutcome.Settled settled = Decide.written(input, outcome);
    assertThat(settled.event().message())
        .isEqualTo(
            "New size: 6; reason: cpu resource utilization (percentage of request) above target");
    assertThat(settled.status().desiredReplicas()).isEqualTo(6);
    assertThat(settled.status().lastScaleTime()).isEqualTo(NOW);
    assertThat(condition(settled.status(), Condition.ABLE_TO_SCALE))
        .isEqualTo(
            "True SucceededRescale: the HPA controller was able to update the target scale to 6");
    assertThat(condition(settled.status(), Condition.SCALING_ACTIVE))
        .isEqualTo(
            "True ValidMetricFound: the HPA was able to successfully calculate a replica count"
                + " from cpu resource utilization (percentage of request)");
    assertThat(outcome.summary())
        .isEqualTo(
            "From 3 to 6 replicas: cpu resource utilization (percentage of request) above target,"
                + " cpu resource utilization (percentage of request) is 90 % of 50 % and asks for"
                + " 6.");
  }

  @Test
  void a_write_that_is_refused_keeps_the_old_desired_replicas() {
    HpaInput input = input(cpu(1, 10, 50, null), 3, 900, EMPTY, NOW);
    HpaOutcome.Settled settled = Decide.notWritten(input, Decide.decide(input), "quota");
    assertThat(settled.status().desiredReplicas()).isEqualTo(3);
    assertThat(settled.event().message()).endsWith("above target; error: quota");
    assertThat(condition(settled.status(), Condition.ABLE_TO_SCALE))
        .isEqualTo(
            "False FailedUpdateScale: the HPA controller was unable to update the target scale:"
                + " quota");
  }

  @Test
  void a_minimum_above_the_maximum_scales_nothing_and_says_so() {
    HpaOutcome outcome = Decide.decide(input(cpu(5, 2, 50, null), 3, 900, EMPTY, NOW));
    assertThat(outcome.rescale()).isNull();
    assertThat(outcome.verdict()).isEqualTo(Decision.Outcome.CANNOT_TELL);
    assertThat(condition(outcome.status(), Condition.SCALING_ACTIVE))
        .isEqualTo(
            "False InvalidReplicaRange: minReplicas 5 is above maxReplicas 2: nothing is scaled"
                + " until one of them changes");
    assertThat(outcome.events()).extracting(HpaEvent::reason).contains("InvalidReplicaRange");
  }

  @Test
  void a_target_without_requests_is_named() {
    HpaInput input = input(cpu(1, 10, 50, null), 1, 900, EMPTY, NOW);
    PodFacts bare = HpaFixtures.pod(0);
    HpaInput without =
        new HpaInput(
            input.hpa(),
            input.scale(),
            List.of(
                new PodFacts(
                    bare.name(),
                    bare.labels(),
                    bare.phase(),
                    false,
                    bare.readiness(),
                    bare.started(),
                    Map.of(),
                    List.of(new PodFacts.Container("app", Map.of())))),
            input.readings(),
            List.of(),
            EMPTY,
            input.settings(),
            NOW);
    assertThat(condition(Decide.decide(without).status(), Condition.SCALING_ACTIVE))
        .isEqualTo(
            "False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed"
                + " to get cpu utilization: missing request for cpu in container app of Pod web-0");
  }

  @Test
  void two_autoscalers_of_one_target_are_ambiguous_even_without_pods() {
    HpaInput input = input(cpu(0, 10, 50, null), 2, 900, EMPTY, NOW);
    HpaInput rivals =
        new HpaInput(
            input.hpa(),
            input.scale(),
            List.of(),
            List.of(),
            List.of(new OtherHpa("other", "", new TargetRef("apps/v1beta1", "Deployment", "web"))),
            EMPTY,
            input.settings(),
            NOW);
    assertThat(condition(Decide.decide(rivals).status(), Condition.SCALING_ACTIVE))
        .isEqualTo(
            "False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs:"
                + " [shop/web shop/other]");
    HpaInput disjoint = with(input, input.hpa(), List.of(new OtherHpa("other", "app=db", null)));
    assertThat(condition(Decide.decide(disjoint).status(), Condition.SCALING_ACTIVE))
        .startsWith("True ValidMetricFound");
  }

  @Test
  void without_a_metric_that_works_at_zero_the_last_pod_stays() {
    HpaOutcome outcome = Decide.decide(input(cpu(0, 10, 50, null), 2, 0, EMPTY, NOW));
    Rescale rescale = outcome.rescale();
    assertThat(rescale).isNotNull();
    assertThat(rescale.to()).isEqualTo(1);
    assertThat(outcome.events()).extracting(HpaEvent::reason).containsExactly("InvalidMinReplicas");
  }

  @Test
  void an_unknown_metric_and_a_missing_one_are_named_in_order() {
    HpaSpec spec =
        new HpaSpec(
            WEB,
            1,
            10,
            List.of(
                new MetricSpec.External(
                    new MetricSpec.Metric(
                        "queue", new MetricSelector(Map.of("app", "web"), List.of())),
                    MetricSpec.Target.value(1_000)),
                new MetricSpec.Unknown("CheddarCheese")),
            null);
    HpaInput input =
        new HpaInput(
            hpa("web", spec, HpaStatus.EMPTY),
            scale(2),
            pods(2),
            List.of(new MetricReading.Failed("no such series"), new MetricReading.Failed("")),
            List.of(),
            EMPTY,
            HpaSettings.defaults(),
            NOW);
    HpaOutcome outcome = Decide.decide(input);
    assertThat(condition(outcome.status(), Condition.SCALING_ACTIVE))
        .isEqualTo(
            "False FailedGetExternalMetric: the HPA was unable to compute the replica count: unable"
                + " to get external metric shop/queue/&LabelSelector{MatchLabels:map[string]string{"
                + "app: web,},MatchExpressions:[]LabelSelectorRequirement{},}: no such series");
    assertThat(outcome.events())
        .extracting(HpaEvent::reason)
        .containsExactly(
            "FailedGetExternalMetric", "InvalidMetricSourceType", "FailedComputeMetricsReplicas");
    assertThat(outcome.events().getLast().message())
        .startsWith(
            "invalid metrics (2 invalid out of 2), first error is: failed to get queue external"
                + " metric value: ");
  }

  @Test
  void a_condition_keeps_its_time_while_its_status_stays() {
    HpaInput first = input(cpu(1, 10, 50, null), 3, 500, EMPTY, NOW);
    HpaStatus status = Decide.decide(first).status();
    Instant later = NOW.plusSeconds(15);
    HpaInput second =
        new HpaInput(
            hpa("web", first.hpa().spec(), status),
            first.scale(),
            first.pods(),
            List.of(usage(3, 500, later)),
            List.of(),
            Decide.decide(first).memory(),
            first.settings(),
            later);
    assertThat(Decide.decide(second).status()).isEqualTo(status);
  }

  @Test
  void one_change_by_a_person_is_normal_life_and_three_in_five_minutes_are_a_fight() {
    HpaMemory memory =
        new HpaMemory(
            List.of(), ScaleEvents.NONE, ScaleEvents.NONE, new Contest(3, List.of(), 0, null));
    Instant time = NOW;
    int replicas = 3;
    HpaOutcome outcome = null;
    for (int change = 1; change <= 3; change++) {
      replicas = replicas == 3 ? 2 : 3;
      outcome = Decide.decide(input(cpu(1, 10, 50, null), replicas, 900, memory, time));
      memory = outcome.memory();
      if (change < 3) {
        assertThat(outcome.rescale()).describedAs("change %d", change).isNotNull();
        assertThat(condition(outcome.status(), Condition.CONTESTED_REPLICAS)).isEqualTo("none");
      }
      time = time.plusSeconds(15);
    }
    assertThat(outcome.rescale()).isNull();
    assertThat(condition(outcome.status(), Condition.CONTESTED_REPLICAS))
        .startsWith("True ReplicasKeepChanging: someone else keeps changing");
    assertThat(outcome.clamps().getLast().rule()).isEqualTo("contested replicas");
    // After a minute we try again; the next fight holds for two.
    Instant after = time.plusSeconds(60);
    HpaOutcome free = Decide.decide(input(cpu(1, 10, 50, null), replicas, 900, memory, after));
    assertThat(free.rescale()).isNotNull();
    Contest contest = free.memory().contest();
    for (int change = 0; change < 3; change++) {
      contest = contest.wrote(9).seeing(change, after);
    }
    assertThat(contest.heldUntil()).isEqualTo(after.plusSeconds(120));
  }

  @Test
  void zero_by_a_person_stays_zero_where_the_condition_decides() {
    MetricSpec queue =
        new MetricSpec.External(
            new MetricSpec.Metric("queue", null), MetricSpec.Target.value(1_000));
    HpaSpec spec = new HpaSpec(WEB, 0, 10, List.of(queue), null);
    HpaSettings base = HpaSettings.defaults();
    HpaSettings settings =
        new HpaSettings(
            base.tolerance(),
            base.downscaleStabilization(),
            base.cpuInitialization(),
            base.initialReadinessDelay(),
            2,
            4,
            HpaSettings.FromZero.CONDITION);
    HpaInput empty =
        new HpaInput(
            hpa("web", spec, HpaStatus.EMPTY),
            scale(1),
            pods(1),
            List.of(new MetricReading.Values(List.of(0L), NOW)),
            List.of(),
            EMPTY,
            settings,
            NOW);
    HpaStatus asleep = Decide.written(empty, Decide.decide(empty)).status();
    assertThat(condition(asleep, Condition.SCALED_TO_ZERO)).startsWith("True ScaledToZero");
    HpaInput woken =
        new HpaInput(
            hpa("web", spec, asleep),
            scale(0),
            List.of(),
            List.of(new MetricReading.Values(List.of(2_000L), NOW)),
            List.of(),
            EMPTY,
            settings,
            NOW);
    assertThat(Decide.decide(woken).rescale())
        .isEqualTo(new Rescale(0, 2, "external metric queue(nil) above target"));
    HpaInput byHand = with(woken, hpa("web", spec, HpaStatus.EMPTY), List.of());
    assertThat(condition(Decide.decide(byHand).status(), Condition.SCALING_ACTIVE))
        .startsWith("False ScalingDisabled");
  }

  private static @Nullable Behavior behavior(Random random) {
    if (random.nextBoolean()) {
      return null;
    }
    ScalingRules up =
        new ScalingRules(
            Duration.ofSeconds(random.nextInt(120)),
            SELECTS.get(random.nextInt(3)),
            List.of(
                new ScalingRules.Policy(
                    ScalingRules.Unit.PODS, 1 + random.nextInt(9), Duration.ofSeconds(60))));
    ScalingRules down =
        new ScalingRules(
            random.nextBoolean() ? null : Duration.ofSeconds(random.nextInt(600)),
            SELECTS.get(random.nextInt(3)),
            List.of(
                new ScalingRules.Policy(
                    ScalingRules.Unit.PERCENT, 1 + random.nextInt(100), Duration.ofSeconds(60))));
    return new Behavior(up, down, null, random.nextInt(3) == 0 ? 0.3 : null);
  }

  @Seeds(200)
  void a_walk_of_decisions_stays_in_bounds_and_can_be_taken_again_from_records(long seed) {
    Random random = new Random(seed);
    int min = 1 + random.nextInt(4);
    int max = min + random.nextInt(2 + (int) seed);
    HpaSpec spec = cpu(min, max, 20 + random.nextInt(80), behavior(random));
    int replicas = 1 + random.nextInt(max + 3);
    HpaMemory memory = HpaMemory.NONE;
    Instant now = NOW;
    for (int step = 0; step < 20; step++) {
      HpaInput input = input(spec, replicas, random.nextInt(1_500), memory, now);
      HpaOutcome outcome = Decide.decide(input);
      Decision record =
          Replay.keep(
              new Decision(
                  now,
                  Decision.Kind.WORKLOAD,
                  "test",
                  "shop",
                  "web",
                  "Deployment/web",
                  outcome.verdict(),
                  replicas,
                  replicas,
                  outcome.summary(),
                  outcome.reason(),
                  outcome.inputs(),
                  outcome.clamps(),
                  List.of(),
                  Duration.ZERO),
              input);
      assertThat(Replay.input(record)).isEqualTo(input);
      assertThat(Replay.again(record)).isEqualTo(outcome);
      assertThat(outcome.summary()).isNotBlank();
      memory = outcome.memory();
      Rescale rescale = outcome.rescale();
      if (rescale != null) {
        assertThat(rescale.to()).isBetween(min, max).isNotEqualTo(replicas);
        memory = Decide.memoryIfWritten(input, outcome);
        replicas = rescale.to();
      }
      now = now.plusSeconds(15);
    }
    assertThat(memory.recommendations()).hasSizeLessThanOrEqualTo(42);
  }

  @Seeds(200)
  void more_load_never_asks_for_fewer_replicas(long seed) {
    Random random = new Random(seed);
    HpaSpec spec = cpu(1, 50, 20 + random.nextInt(80), behavior(random));
    int replicas = 1 + random.nextInt(20);
    List<Recommendation> past = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      past.add(new Recommendation(random.nextInt(50), NOW.minusSeconds(random.nextInt(900))));
    }
    HpaMemory memory = HpaMemory.NONE.recommending(past);
    int least = 0;
    for (long milli = 0; milli <= 3_000; milli += 100) {
      Rescale rescale = Decide.decide(input(spec, replicas, milli, memory, NOW)).rescale();
      int wanted = rescale == null ? replicas : rescale.to();
      assertThat(wanted).describedAs("at %d milli", milli).isGreaterThanOrEqualTo(least);
      least = wanted;
    }
  }

  @Seeds(100)
  void steady_load_comes_to_rest(long seed) {
    Random random = new Random(seed);
    HpaSpec spec = cpu(1, 1_000, 30 + random.nextInt(60), null);
    long load = 1L + random.nextInt(1 + 200 * (int) (seed + 1));
    int replicas = 1 + random.nextInt(50);
    HpaMemory memory = HpaMemory.NONE;
    Instant now = NOW;
    int lastChange = 0;
    for (int step = 0; step < 80; step++) {
      HpaInput input = input(spec, replicas, load / replicas, memory, now);
      HpaOutcome outcome = Decide.decide(input);
      memory = outcome.memory();
      Rescale rescale = outcome.rescale();
      if (rescale != null) {
        replicas = rescale.to();
        memory = Decide.memoryIfWritten(input, outcome);
        lastChange = step;
      }
      now = now.plusSeconds(15);
    }
    assertThat(lastChange).isLessThan(50);
  }
}
