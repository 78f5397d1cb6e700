package dev.mangru.autoscaler.control;

import static dev.mangru.autoscaler.control.HpaFixtures.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.control.HorizontalAutoscaler.Mode;
import dev.mangru.autoscaler.horizontal.PodSample;
import dev.mangru.autoscaler.journal.DecisionJournal;
import dev.mangru.autoscaler.journal.JournalOptions;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Thousands of autoscalers in one namespace: what a whole pass takes when nothing changes, journal
/// included, the API server not. Tells the time and only refuses what no noise explains, which is
/// work that grows with pairs of autoscalers.
class PassSpeedTest {

  private static final int PODS = 10;

  /// Every pod at its target.
  private record AtTarget(Instant now) implements UsageSource, UsageSource.Usage {

    @Override
    public Usage at(Instant time) {
      return new AtTarget(time);
    }

    @Override
    public MetricReading resource(
        String namespace, String resource, @Nullable String container, List<PodFacts> pods) {
      Map<String, PodSample> samples = new HashMap<>();
      pods.forEach(pod -> samples.put(pod.name(), new PodSample(500, now, Duration.ofMinutes(1))));
      return new MetricReading.PerPod(samples);
    }

    @Override
    public MetricReading pods(String namespace, MetricSpec.Metric metric, List<PodFacts> pods) {
      return new MetricReading.Failed("not here");
    }

    @Override
    public MetricReading object(String namespace, MetricSpec.Metric metric, TargetRef object) {
      return new MetricReading.Failed("not here");
    }

    @Override
    public MetricReading external(String namespace, MetricSpec.Metric metric) {
      return new MetricReading.Failed("not here");
    }
  }

  @Test
  void a_pass_over_a_thousand_autoscalers_of_ten_pods() throws IOException {
    FakeCluster cluster = new FakeCluster();
    List<PodFacts> pods = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String app = "app-" + i;
      TargetRef target = new TargetRef("apps/v1", "Deployment", app);
      cluster.scale(target, PODS);
      HpaSpec spec =
          new HpaSpec(
              target,
              1,
              50,
              List.of(new MetricSpec.Resource("cpu", MetricSpec.Target.utilization(50))),
              null);
      cluster.add(HpaFixtures.hpa(app, spec, HpaStatus.EMPTY));
      for (int j = 0; j < PODS; j++) {
        PodFacts like = HpaFixtures.pod(j);
        pods.add(
            new PodFacts(
                app + "-" + j,
                Map.of("app", app),
                like.phase(),
                false,
                like.readiness(),
                like.started(),
                Map.of(),
                like.containers()));
      }
    }
    cluster.pods = pods;
    CrashDisk disk = new CrashDisk(1);
    try (DecisionJournal journal =
        DecisionJournal.open(disk, disk.root().resolve("journal"), JournalOptions.defaults())) {
      HorizontalAutoscaler autoscaler =
          new HorizontalAutoscaler(
              cluster,
              new AtTarget(NOW),
              journal,
              new AutoscalerMetrics(new SimpleMeterRegistry()),
              HpaSettings.defaults(),
              Mode.REPLACE,
              "test",
              Ticker.SYSTEM,
              () -> true);
      long[] nanos = new long[40];
      for (int pass = 0; pass < nanos.length; pass++) {
        long start = System.nanoTime();
        HorizontalAutoscaler.PassSummary summary = autoscaler.pass(NOW.plusSeconds(pass));
        nanos[pass] = System.nanoTime() - start;
        assertThat(summary.problem()).isNull();
        assertThat(summary.failed()).isZero();
      }
      long[] warm = Arrays.copyOfRange(nanos, 10, nanos.length);
      Arrays.sort(warm);
      System.out.printf(
          "whole pass, 1,000 autoscalers of 10 pods: median %.1f ms, slowest %.1f ms, first %.0f"
              + " ms%n",
          warm[warm.length / 2] / 1e6, warm[warm.length - 1] / 1e6, nanos[0] / 1e6);
      assertThat(warm[warm.length / 2]).isLessThan(5_000_000_000L);
    }
  }
}
