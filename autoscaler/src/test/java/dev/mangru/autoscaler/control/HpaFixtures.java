package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.Pod;
import dev.mangru.autoscaler.horizontal.PodSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A shop with one deployment, in the shapes that tests of autoscaling need.
public final class HpaFixtures {

  public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  public static final TargetRef WEB = new TargetRef("apps/v1", "Deployment", "web");

  private HpaFixtures() {}

  /// CPU at `percent` of requests.
  public static HpaSpec cpu(int min, int max, int percent, @Nullable Behavior behavior) {
    return new HpaSpec(
        WEB,
        min,
        max,
        List.of(new MetricSpec.Resource("cpu", MetricSpec.Target.utilization(percent))),
        behavior);
  }

  public static Hpa hpa(String name, HpaSpec spec, HpaStatus status) {
    return new Hpa("shop", name, "uid-" + name, "1", 1, 1L, spec, status, List.of());
  }

  /// A pod of `app=web` that is long ready and asks for one core.
  public static PodFacts pod(int number) {
    Instant long_ago = NOW.minus(Duration.ofDays(1));
    return new PodFacts(
        "web-" + number,
        Map.of("app", "web"),
        Pod.Phase.RUNNING,
        false,
        new Pod.Readiness(Pod.Readiness.Status.TRUE, long_ago),
        long_ago,
        Map.of(),
        List.of(new PodFacts.Container("app", Map.of("cpu", 1_000L, "memory", 1_000_000L))));
  }

  public static List<PodFacts> pods(int count) {
    List<PodFacts> pods = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pods.add(pod(i));
    }
    return pods;
  }

  /// Every pod uses this.
  public static MetricReading usage(int pods, long milli, Instant now) {
    Map<String, PodSample> samples = new LinkedHashMap<>();
    for (int i = 0; i < pods; i++) {
      samples.put("web-" + i, new PodSample(milli, now, Duration.ofMinutes(1)));
    }
    return new MetricReading.PerPod(samples);
  }

  public static ScaleReading scale(int replicas) {
    return new ScaleReading.Known(new Scale(replicas, replicas, "app=web", "7"));
  }

  /// `replicas` pods that each use `milli` of a core.
  public static HpaInput input(
      HpaSpec spec, int replicas, long milli, HpaMemory memory, Instant now) {
    return new HpaInput(
        hpa("web", spec, new HpaStatus(null, replicas, replicas, List.of(), List.of())),
        scale(replicas),
        pods(replicas),
        List.of(usage(replicas, milli, now)),
        List.of(),
        memory,
        HpaSettings.defaults(),
        now);
  }
}
