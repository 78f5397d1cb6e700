package dev.mangru.autoscaler.control;

import static dev.mangru.autoscaler.control.HpaFixtures.NOW;
import static dev.mangru.autoscaler.control.HpaFixtures.WEB;
import static dev.mangru.autoscaler.control.HpaFixtures.cpu;
import static dev.mangru.autoscaler.control.HpaFixtures.hpa;
import static dev.mangru.autoscaler.control.HpaFixtures.pods;
import static dev.mangru.autoscaler.control.HpaFixtures.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.control.HorizontalAutoscaler.Mode;
import dev.mangru.autoscaler.control.HorizontalAutoscaler.PassSummary;
import dev.mangru.autoscaler.journal.DecisionJournal;
import dev.mangru.autoscaler.journal.JournalOptions;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.model.testkit.CrashDisk;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HorizontalAutoscalerTest {

  private final FakeCluster cluster = new FakeCluster();
  private final AtomicLong milli = new AtomicLong(500);
  private CrashDisk disk = new CrashDisk(1);
  private DecisionJournal journal;
  private boolean leader = true;

  @BeforeEach
  void open() throws IOException {
    journal = DecisionJournal.open(disk, disk.root().resolve("journal"), JournalOptions.defaults());
    cluster.pods = pods(40);
    cluster.scale(WEB, 3);
  }

  @AfterEach
  void close() {
    journal.close();
  }

  private void restart() throws IOException {
    disk = disk.reboot();
    journal.close();
    journal = DecisionJournal.open(disk, disk.root().resolve("journal"), JournalOptions.defaults());
  }

  /// Every running pod uses the same.
  private final class Samples implements UsageSource, UsageSource.Usage {
    private final Instant now;

    Samples(Instant now) {
      this.now = now;
    }

    @Override
    public Usage at(Instant time) {
      return new Samples(time);
    }

    @Override
    public MetricReading resource(
        String namespace, String resource, @Nullable String container, List<PodFacts> pods) {
      return usage(pods.size(), milli.get(), now);
    }

    @Override
    public MetricReading pods(String namespace, MetricSpec.Metric metric, List<PodFacts> pods) {
      return new MetricReading.Failed("no such metric");
    }

    @Override
    public MetricReading object(String namespace, MetricSpec.Metric metric, TargetRef object) {
      return new MetricReading.Failed("no such metric");
    }

    @Override
    public MetricReading external(String namespace, MetricSpec.Metric metric) {
      return new MetricReading.Failed("no such metric");
    }
  }

  private HorizontalAutoscaler autoscaler(Mode mode) {
    return new HorizontalAutoscaler(
        cluster,
        new Samples(NOW),
        journal,
        new AutoscalerMetrics(new SimpleMeterRegistry()),
        HpaSettings.defaults(),
        mode,
        "test",
        () -> 0,
        () -> leader);
  }

  private PassSummary pass(HorizontalAutoscaler autoscaler, Instant now) {
    cluster.pods = pods(cluster.scale(WEB) == null ? 0 : cluster.scale(WEB).specReplicas());
    return autoscaler.pass(now);
  }

  /// Whole records, with what it takes to decide again.
  private List<Decision> decisions() {
    return journal
        .find(
            new DecisionLog.Query(
                null, null, null, Instant.MIN, Instant.MAX, false, Long.MAX_VALUE, 1_000))
        .stream()
        .map(entry -> journal.get(entry.number()).decision())
        .toList()
        .reversed();
  }

  @Test
  void load_that_rises_is_followed_written_told_and_recorded() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    HorizontalAutoscaler autoscaler = autoscaler(Mode.REPLACE);
    milli.set(900);
    PassSummary summary = pass(autoscaler, NOW);
    assertThat(summary.scaled()).isOne();
    assertThat(summary.problem()).isNull();
    assertThat(cluster.scale(WEB).specReplicas()).isEqualTo(6);
    assertThat(cluster.hpa("web").status().desiredReplicas()).isEqualTo(6);
    assertThat(cluster.events).containsExactly("web SuccessfulRescale");
    assertThat(decisions()).hasSize(1);
    Decision decision = decisions().getFirst();
    assertThat(decision.outcome()).isEqualTo(Decision.Outcome.SCALED);
    assertThat(decision.calls())
        .extracting(Decision.ApiCall::call)
        .containsExactly("PUT Deployment/web/scale", "PUT horizontalpodautoscalers/web/status");
    assertThat(Replay.again(decision).rescale().to()).isEqualTo(6);
    assertThat(Explain.whyNot(decision)).startsWith("shop/web did move: From 3 to 6 replicas");
  }

  @Test
  void what_does_not_change_is_written_once_and_recorded_every_five_minutes() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    HorizontalAutoscaler autoscaler = autoscaler(Mode.REPLACE);
    for (int second = 0; second <= 600; second += 15) {
      pass(autoscaler, NOW.plusSeconds(second));
    }
    assertThat(cluster.writes).containsExactly("status web");
    assertThat(decisions())
        .extracting(Decision::time)
        .containsExactly(NOW, NOW.plusSeconds(300), NOW.plusSeconds(600));
  }

  @Test
  void an_observer_writes_nothing_and_says_what_it_would_do() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    milli.set(900);
    HorizontalAutoscaler autoscaler = autoscaler(Mode.OBSERVE);
    for (int second = 0; second < 60; second += 15) {
      pass(autoscaler, NOW.plusSeconds(second));
    }
    assertThat(cluster.writes).isEmpty();
    assertThat(cluster.events).isEmpty();
    assertThat(decisions()).hasSize(1);
    assertThat(decisions().getFirst().outcome()).isEqualTo(Decision.Outcome.OBSERVED);
    assertThat(decisions().getFirst().desired()).isEqualTo(6);
  }

  @Test
  void whoever_is_not_the_leader_any_more_writes_nothing() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    milli.set(900);
    leader = false;
    pass(autoscaler(Mode.REPLACE), NOW);
    assertThat(cluster.writes).isEmpty();
  }

  @Test
  void one_bad_autoscaler_harms_no_other() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    HpaSpec lost =
        new HpaSpec(new TargetRef("example.com/v1", "Ghost", "g"), 1, 5, List.of(), null);
    cluster.add(hpa("lost", lost, HpaStatus.EMPTY));
    milli.set(900);
    PassSummary summary = pass(autoscaler(Mode.REPLACE), NOW);
    assertThat(summary.scaled()).isOne();
    assertThat(cluster.events).contains("lost FailedGetScale", "web SuccessfulRescale");
    assertThat(cluster.hpa("lost").status().conditions())
        .extracting(Condition::reason)
        .containsExactly("FailedGetScale");
  }

  @Test
  void two_autoscalers_of_one_target_are_both_told() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    cluster.add(hpa("web2", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    milli.set(900);
    pass(autoscaler(Mode.REPLACE), NOW);
    assertThat(cluster.scale(WEB).specReplicas()).isEqualTo(3);
    for (String name : List.of("web", "web2")) {
      assertThat(cluster.hpa(name).status().conditions())
          .extracting(Condition::reason)
          .contains("AmbiguousSelector");
    }
  }

  @Test
  void a_cluster_that_falls_silent_changes_nothing_and_goes_on_when_it_is_back() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    HorizontalAutoscaler autoscaler = autoscaler(Mode.REPLACE);
    pass(autoscaler, NOW);
    HpaStatus before = cluster.hpa("web").status();
    cluster.silent = true;
    PassSummary summary = pass(autoscaler, NOW.plusSeconds(15));
    assertThat(summary.problem()).contains("no answer from the API server");
    assertThat(autoscaler.problem()).isEqualTo(summary.problem());
    cluster.problem = "the pods of the cluster are not watched";
    assertThat(pass(autoscaler, NOW.plusSeconds(30)).problem()).contains("not watched");
    cluster.silent = false;
    cluster.problem = null;
    assertThat(pass(autoscaler, NOW.plusSeconds(45)).problem()).isNull();
    assertThat(cluster.hpa("web").status()).isEqualTo(before);
    assertThat(cluster.events).isEmpty();
  }

  @Test
  void another_writer_of_the_status_keeps_us_away() {
    Hpa plain = hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY);
    cluster.add(
        new Hpa(
            "shop",
            "web",
            plain.uid(),
            "1",
            1,
            1L,
            plain.spec(),
            plain.status(),
            List.of(new Hpa.StatusWriter("kube-controller-manager", NOW.minusSeconds(20)))));
    milli.set(900);
    HorizontalAutoscaler autoscaler = autoscaler(Mode.REPLACE);
    pass(autoscaler, NOW);
    assertThat(cluster.writes).isEmpty();
    assertThat(autoscaler.contested().get("shop/web")).contains("kube-controller-manager");
    assertThat(decisions().getFirst().reason()).isEqualTo(Condition.CONTESTED_REPLICAS);
    // It was switched off: after two minutes of rest the workload is ours.
    pass(autoscaler, NOW.plusSeconds(120));
    assertThat(cluster.scale(WEB).specReplicas()).isEqualTo(6);
    assertThat(autoscaler.contested()).isEmpty();
  }

  @Test
  void a_refused_write_is_a_condition_and_an_event() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    cluster.refuse = "exceeded quota";
    milli.set(900);
    pass(autoscaler(Mode.REPLACE), NOW);
    assertThat(cluster.events).containsExactly("web FailedRescale");
    assertThat(cluster.hpa("web").status().conditions().getFirst().reason())
        .isEqualTo("FailedUpdateScale");
    assertThat(decisions().getFirst().outcome()).isEqualTo(Decision.Outcome.FAILED);
    assertThat(Explain.whyNot(decisions().getFirst())).contains("exceeded quota");
    assertThat(journal.unsettled()).isEmpty();
  }

  @Test
  void a_write_without_an_answer_is_looked_up_and_not_repeated() throws IOException {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    milli.set(900);
    cluster.loseAnswers = true;
    pass(autoscaler(Mode.REPLACE), NOW);
    cluster.loseAnswers = false;
    assertThat(journal.unsettled()).hasSize(1);
    restart();
    milli.set(450); // what the new pods use
    pass(autoscaler(Mode.REPLACE), NOW.plusSeconds(15));
    assertThat(cluster.writes.stream().filter(each -> each.startsWith("Deployment")))
        .containsExactly("Deployment/web=6");
    assertThat(decisions().getFirst().outcome()).isEqualTo(Decision.Outcome.SCALED);
    assertThat(decisions().getFirst().calls().getLast().answer()).contains("found done later");
    assertThat(journal.unsettled()).isEmpty();
    assertThat(journal.memory("uid-web").contest().lastSeen()).isEqualTo(6);
  }

  @Test
  void stabilization_is_not_forgotten_when_the_process_is_killed() throws IOException {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    milli.set(900);
    pass(autoscaler(Mode.REPLACE), NOW);
    restart();
    milli.set(10);
    for (int second = 15; second <= 300; second += 15) {
      pass(autoscaler(Mode.REPLACE), NOW.plusSeconds(second));
      restart();
      assertThat(cluster.scale(WEB).specReplicas()).describedAs("after %d s", second).isEqualTo(6);
    }
    pass(autoscaler(Mode.REPLACE), NOW.plusSeconds(315));
    assertThat(cluster.scale(WEB).specReplicas()).isOne();
  }

  @Test
  void bounds_of_two_autoscalers_that_exclude_each_other_do_not_flap() {
    cluster.add(hpa("low", cpu(1, 2, 50, null), HpaStatus.EMPTY));
    cluster.add(hpa("high", cpu(5, 10, 50, null), HpaStatus.EMPTY));
    HorizontalAutoscaler autoscaler = autoscaler(Mode.REPLACE);
    for (int i = 0; i < 10; i++) {
      pass(autoscaler, NOW.plusSeconds(15L * i));
      assertThat(cluster.scale(WEB).specReplicas()).isEqualTo(3);
    }
    for (String name : List.of("low", "high")) {
      assertThat(cluster.hpa(name).status().conditions())
          .anySatisfy(each -> {
            assertThat(each.reason()).isEqualTo("AmbiguousSelector");
            assertThat(each.message()).contains("shop/low").contains("shop/high");
          });
    }
  }

  @Test
  void a_spec_that_cannot_be_used_is_a_condition_and_an_event_and_a_decision() {
    Hpa good = hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY);
    cluster.add(
        new Hpa(
            good.namespace(),
            good.name(),
            good.uid(),
            good.resourceVersion(),
            1,
            1L,
            good.spec(),
            good.status(),
            List.of(),
            "there is no selectPolicy 'Most'"));
    milli.set(900);
    pass(autoscaler(Mode.REPLACE), NOW);
    assertThat(cluster.scale(WEB).specReplicas()).isEqualTo(3);
    assertThat(cluster.events).containsExactly("web InvalidSpec");
    assertThat(cluster.hpa("web").status().conditions())
        .anySatisfy(each -> {
          assertThat(each.type()).isEqualTo(Condition.SCALING_ACTIVE);
          assertThat(each.status()).isEqualTo(Condition.Status.FALSE);
          assertThat(each.message()).contains("selectPolicy 'Most'");
        });
    assertThat(decisions().getFirst().summary()).contains("selectPolicy 'Most'");
    assertThat(Replay.again(decisions().getFirst()).reason()).isEqualTo("InvalidSpec");
  }

  @Test
  void a_clock_set_back_neither_blocks_scaling_down_nor_lets_memory_grow() {
    cluster.add(hpa("web", cpu(1, 10, 50, null), HpaStatus.EMPTY));
    HorizontalAutoscaler autoscaler = autoscaler(Mode.REPLACE);
    pass(autoscaler, NOW.plus(Duration.ofDays(3650)));
    milli.set(100);
    int most = 0;
    for (int i = 0; i < 60; i++) {
      pass(autoscaler, NOW.plusSeconds(15L * i));
      most = Math.max(most, journal.memory("uid-web").recommendations().size());
    }
    assertThat(cluster.scale(WEB).specReplicas()).isOne();
    assertThat(most).isLessThan(30);
  }

  @Test
  void a_cluster_that_hangs_is_not_waited_for_by_each_autoscaler() {
    AtomicLong nanos = new AtomicLong();
    for (int i = 0; i < 200; i++) {
      cluster.add(hpa("web-" + i, cpu(1, 10, 50, null), HpaStatus.EMPTY));
    }
    cluster.silent = true;
    cluster.onCall = () -> nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    HorizontalAutoscaler autoscaler =
        new HorizontalAutoscaler(
            cluster,
            new Samples(NOW),
            journal,
            new AutoscalerMetrics(new SimpleMeterRegistry()),
            HpaSettings.defaults(),
            Mode.REPLACE,
            "test",
            nanos::get,
            () -> true);
    PassSummary summary = autoscaler.pass(NOW);
    assertThat(summary.failed()).isEqualTo(200);
    assertThat(summary.problem()).isNotNull();
    assertThat(nanos.get()).isLessThan(Duration.ofSeconds(10L * 20).toNanos());
    cluster.silent = false;
    cluster.onCall = () -> {};
    assertThat(autoscaler.pass(NOW.plusSeconds(15)).problem()).isNull();
  }
}
