package dev.mangru.autoscaler.horizontal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Pods by how far their samples can be trusted.
///
/// @param ready counted as they are
/// @param unready starting up: their usage says nothing yet
/// @param missing running, without a sample
/// @param ignored going away or failed
public record PodGroups(
    Set<String> ready, Set<String> unready, Set<String> missing, Set<String> ignored) {

  public PodGroups {
    ready = Set.copyOf(ready);
    unready = Set.copyOf(unready);
    missing = Set.copyOf(missing);
    ignored = Set.copyOf(ignored);
  }

  /// When a pod's CPU usage can be believed.
  ///
  /// @param initializationPeriod after its start, during which a pod counts only from its first
  ///   full window of samples while ready
  /// @param readinessDelay after its start, within which becoming unready means never having been
  ///   ready
  /// @param now the time of the decision
  public record Startup(Duration initializationPeriod, Duration readinessDelay, Instant now) {

    /// Kubernetes' defaults: five minutes, and 30 seconds.
    public static Startup defaults(Instant now) {
      return new Startup(Duration.ofMinutes(5), Duration.ofSeconds(30), now);
    }
  }

  /// Sorts pods into the four groups, by the first rule that applies.
  ///
  /// @param samples by pod name
  /// @param cpu whether the samples are of CPU: only then does starting up distort them
  public static PodGroups of(
      List<Pod> pods, Map<String, PodSample> samples, boolean cpu, Startup startup) {
    Set<String> ready = new TreeSet<>();
    Set<String> unready = new TreeSet<>();
    Set<String> missing = new TreeSet<>();
    Set<String> ignored = new TreeSet<>();
    for (Pod pod : pods) {
      PodSample sample = samples.get(pod.name());
      Set<String> group;
      if (pod.deleting() || pod.phase() == Pod.Phase.FAILED) {
        group = ignored;
      } else if (pod.phase() == Pod.Phase.PENDING) {
        group = unready;
      } else if (sample == null) {
        group = missing;
      } else {
        group = cpu && stillStarting(pod, sample, startup) ? unready : ready;
      }
      group.add(pod.name());
    }
    return new PodGroups(ready, unready, missing, ignored);
  }

  private static boolean stillStarting(Pod pod, PodSample sample, Startup startup) {
    Pod.Readiness readiness = pod.readiness();
    Instant started = pod.started();
    if (readiness == null || started == null) {
      return true;
    }
    boolean notReady = readiness.status() == Pod.Readiness.Status.FALSE;
    if (started.plus(startup.initializationPeriod()).isAfter(startup.now())) {
      return notReady || sample.timestamp().isBefore(readiness.since().plus(sample.window()));
    }
    return notReady && started.plus(startup.readinessDelay()).isAfter(readiness.since());
  }
}
