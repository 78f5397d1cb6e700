package dev.mangru.bench;

import dev.mangru.autoscaler.control.Decide;
import dev.mangru.autoscaler.control.Hpa;
import dev.mangru.autoscaler.control.HpaInput;
import dev.mangru.autoscaler.control.HpaMemory;
import dev.mangru.autoscaler.control.HpaSettings;
import dev.mangru.autoscaler.control.HpaSpec;
import dev.mangru.autoscaler.control.HpaStatus;
import dev.mangru.autoscaler.control.MetricReading;
import dev.mangru.autoscaler.control.MetricSpec;
import dev.mangru.autoscaler.control.PodFacts;
import dev.mangru.autoscaler.control.Scale;
import dev.mangru.autoscaler.control.ScaleReading;
import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.horizontal.Pod;
import dev.mangru.autoscaler.horizontal.PodSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// How long it takes to decide over 1,000 horizontal autoscalers of ten pods each, explanation
/// included and inputs in memory. The goal is a 99th percentile below 20 ms on two quiet cores.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 3, time = 5)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class HpaDecisionBenchmark {

  private static final int AUTOSCALERS = 1_000;
  private static final int PODS = 10;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final TargetRef WEB = new TargetRef("apps/v1", "Deployment", "web");

  private List<HpaInput> inputs;

  /// Makes the inputs: every autoscaler sees another load.
  @Setup
  public void inputs() {
    inputs = new ArrayList<>();
    for (int i = 0; i < AUTOSCALERS; i++) {
      inputs.add(input(i));
    }
  }

  private static HpaInput input(int number) {
    Instant started = NOW.minus(Duration.ofDays(1));
    List<PodFacts> pods = new ArrayList<>();
    Map<String, PodSample> samples = new HashMap<>();
    for (int i = 0; i < PODS; i++) {
      String name = "web-" + i;
      pods.add(
          new PodFacts(
              name,
              Map.of("app", "web"),
              Pod.Phase.RUNNING,
              false,
              new Pod.Readiness(Pod.Readiness.Status.TRUE, started),
              started,
              Map.of(),
              List.of(new PodFacts.Container("app", Map.of("cpu", 1_000L)))));
      samples.put(name, new PodSample(100 + number, NOW, Duration.ofMinutes(1)));
    }
    HpaSpec spec =
        new HpaSpec(
            WEB,
            1,
            50,
            List.of(new MetricSpec.Resource("cpu", MetricSpec.Target.utilization(50))),
            null);
    Hpa hpa =
        new Hpa(
            "shop",
            "web",
            "uid-" + number,
            "1",
            1,
            1L,
            spec,
            new HpaStatus(null, PODS, PODS, List.of(), List.of()),
            List.of());
    return new HpaInput(
        hpa,
        new ScaleReading.Known(new Scale(PODS, PODS, "app=web", "7")),
        pods,
        List.of(new MetricReading.PerPod(samples)),
        List.of(),
        HpaMemory.NONE,
        HpaSettings.defaults(),
        NOW);
  }

  /// One pass of decisions.
  @Benchmark
  public long decideOnAll() {
    long wanted = 0;
    for (HpaInput input : inputs) {
      wanted += Decide.decide(input).wanted();
    }
    return wanted;
  }
}
