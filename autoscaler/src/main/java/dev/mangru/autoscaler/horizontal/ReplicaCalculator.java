package dev.mangru.autoscaler.horizontal;

import dev.mangru.autoscaler.horizontal.ReplicaProposal.CannotTell;
import dev.mangru.autoscaler.horizontal.ReplicaProposal.Cause;
import dev.mangru.autoscaler.horizontal.ReplicaProposal.Replicas;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// How many replicas one metric asks for: the arithmetic of `autoscaling/v2`, number for number,
/// its oddities included (utilization is truncated to whole percents; a Value target multiplies by
/// ready pods instead of replicas).
///
/// Pure functions. Values ending in `Milli` are thousandths. Counts are 32 bits wide and stop at
/// 2,147,483,647.
public final class ReplicaCalculator {

  private ReplicaCalculator() {}

  /// A Resource or ContainerResource metric with a target utilization.
  ///
  /// @param currentReplicas what the target's spec says
  /// @param samples usage by pod name
  /// @param resource `cpu` is believed only once a pod has started up
  /// @param container only this container's requests; null for whole pods
  /// @param targetPercent of requests, positive
  public static ReplicaProposal forUtilization(
      int currentReplicas,
      List<Pod> pods,
      Map<String, PodSample> samples,
      String resource,
      @Nullable String container,
      int targetPercent,
      Tolerance tolerance,
      PodGroups.Startup startup) {
    requirePositive("target utilization", targetPercent);
    if (samples.isEmpty()) {
      return noSamples();
    }
    if (pods.isEmpty()) {
      return noPods();
    }
    PodGroups groups = PodGroups.of(pods, samples, resource.equals("cpu"), startup);
    Map<String, Long> usage = believable(samples, groups);
    if (usage.isEmpty()) {
      return noneTargeted();
    }
    return switch (PodRequests.of(pods, resource, container)) {
      case PodRequests.Unknown(CannotTell why) -> why;
      case PodRequests.Known(Map<String, Long> requests) ->
          rebalanced(
              currentReplicas,
              groups,
              usage,
              values -> UsageRatio.ofUtilization(values, requests, targetPercent),
              pod ->
                  Saturating.multiply(requests.getOrDefault(pod, 0L), Math.max(100, targetPercent))
                      / 100,
              tolerance);
    };
  }

  /// A Pods metric, or a Resource metric with a target average value.
  ///
  /// @param currentReplicas what the target's spec says
  /// @param samples by pod name
  /// @param cpu whether the samples are of CPU, which is believed only once a pod has started up
  /// @param targetMilli positive
  public static ReplicaProposal forAverageValue(
      int currentReplicas,
      List<Pod> pods,
      Map<String, PodSample> samples,
      boolean cpu,
      long targetMilli,
      Tolerance tolerance,
      PodGroups.Startup startup) {
    requirePositive("target average value", targetMilli);
    if (samples.isEmpty()) {
      return noSamples();
    }
    if (pods.isEmpty()) {
      return noPods();
    }
    PodGroups groups = PodGroups.of(pods, samples, cpu, startup);
    Map<String, Long> usage = believable(samples, groups);
    if (usage.isEmpty()) {
      return noneTargeted();
    }
    return rebalanced(
        currentReplicas,
        groups,
        usage,
        values -> UsageRatio.ofAverage(values, targetMilli),
        _ -> targetMilli,
        tolerance);
  }

  /// An Object or External metric with a target Value: one number for the whole workload.
  ///
  /// @param currentReplicas what the target's spec says
  /// @param valueMilli the metric; of several external series their sum, see [#sum]
  /// @param targetMilli positive
  public static ReplicaProposal forValue(
      int currentReplicas, List<Pod> pods, long valueMilli, long targetMilli, Tolerance tolerance) {
    requirePositive("target value", targetMilli);
    double ratio = (double) valueMilli / targetMilli;
    if (currentReplicas == 0) {
      return new Replicas(
          Saturating.ceilToReplicas(ratio),
          null,
          valueMilli,
          "from zero replicas: the metric over its target is " + ratio);
    }
    if (tolerance.contains(ratio)) {
      return hold(currentReplicas, null, valueMilli, ratio);
    }
    if (pods.isEmpty()) {
      return noPods();
    }
    long ready = pods.stream().filter(Pod::runningAndReady).count();
    return new Replicas(
        Saturating.ceilToReplicas(ratio * ready),
        null,
        valueMilli,
        "usage ratio " + ratio + " times " + ready + " ready pods");
  }

  /// An Object or External metric with a target AverageValue: the metric shared by all replicas.
  ///
  /// @param statusReplicas what the target's status says
  /// @param valueMilli the metric; of several external series their sum, see [#sum]
  /// @param targetMilli positive
  public static ReplicaProposal forSharedValue(
      int statusReplicas, long valueMilli, long targetMilli, Tolerance tolerance) {
    requirePositive("target average value", targetMilli);
    long average =
        statusReplicas == 0 ? valueMilli : (long) Math.ceil((double) valueMilli / statusReplicas);
    double ratio = valueMilli / ((double) targetMilli * statusReplicas);
    if (tolerance.contains(ratio)) {
      return hold(statusReplicas, null, average, ratio);
    }
    return new Replicas(
        Saturating.ceilToReplicas((double) valueMilli / targetMilli),
        null,
        average,
        "the metric holds its target this many times");
  }

  /// The sum of an external metric's series; stops at the ends of a long.
  public static long sum(List<Long> valuesMilli) {
    long sum = 0;
    for (long value : valuesMilli) {
      sum = Saturating.add(sum, value);
    }
    return sum;
  }

  /// Guesses for pods without a believable sample, always against the direction of the move: going
  /// down they are taken to use their fill, going up to use nothing. If that turns the direction
  /// round, nothing moves.
  private static ReplicaProposal rebalanced(
      int current,
      PodGroups groups,
      Map<String, Long> usage,
      Function<Map<String, Long>, @Nullable UsageRatio> compare,
      ToLongFunction<String> fill,
      Tolerance tolerance) {
    UsageRatio first = compare.apply(usage);
    if (first == null) {
      return new CannotTell(Cause.NO_METRICS_MATCH_PODS, "no metrics returned matched known pods");
    }
    double ratio = first.ratio();
    boolean upWithUnready = !groups.unready().isEmpty() && ratio > 1;
    if (!upWithUnready && groups.missing().isEmpty()) {
      if (tolerance.contains(ratio)) {
        return hold(current, first.utilizationPercent(), first.averageMilli(), ratio);
      }
      return proposal(
          Saturating.ceilToReplicas(ratio * groups.ready().size()),
          first,
          "usage ratio " + ratio + " times " + groups.ready().size() + " ready pods");
    }
    Map<String, Long> guessed = new HashMap<>(usage);
    for (String pod : groups.missing()) {
      if (ratio < 1) {
        guessed.put(pod, fill.applyAsLong(pod));
      } else if (ratio > 1) {
        guessed.put(pod, 0L);
      }
    }
    if (upWithUnready) {
      groups.unready().forEach(pod -> guessed.put(pod, 0L));
    }
    UsageRatio second = compare.apply(guessed);
    double careful = second == null ? ratio : second.ratio();
    String guess =
        "usage ratio %s, and %s when %d missing and %d unready pods are guessed"
            .formatted(ratio, careful, groups.missing().size(), groups.unready().size());
    if (tolerance.contains(careful)) {
      return proposal(current, first, guess + ", is within tolerance");
    }
    if ((ratio < 1 && careful > 1) || (ratio > 1 && careful < 1)) {
      return proposal(current, first, guess + ", turns the direction round");
    }
    int replicas = Saturating.ceilToReplicas(careful * guessed.size());
    if ((careful < 1 && replicas > current) || (careful > 1 && replicas < current)) {
      return proposal(current, first, guess + ", would move against the usage");
    }
    return proposal(replicas, first, guess);
  }

  private static Map<String, Long> believable(Map<String, PodSample> samples, PodGroups groups) {
    Map<String, Long> usage = HashMap.newHashMap(samples.size());
    samples.forEach((pod, sample) -> {
      if (!groups.ignored().contains(pod) && !groups.unready().contains(pod)) {
        usage.put(pod, sample.valueMilli());
      }
    });
    return usage;
  }

  private static Replicas proposal(int replicas, UsageRatio usage, String reason) {
    return new Replicas(replicas, usage.utilizationPercent(), usage.averageMilli(), reason);
  }

  private static Replicas hold(
      int replicas, @Nullable Integer percent, long usageMilli, double ratio) {
    return new Replicas(
        replicas, percent, usageMilli, "usage ratio " + ratio + " is within tolerance");
  }

  private static CannotTell noPods() {
    return new CannotTell(
        Cause.NO_PODS, "no pods returned by selector while calculating replica count");
  }

  private static CannotTell noSamples() {
    return new CannotTell(Cause.NO_METRICS_RETURNED, "no metrics returned for any pod");
  }

  private static CannotTell noneTargeted() {
    return new CannotTell(
        Cause.NO_METRICS_FOR_TARGETED_PODS,
        "did not receive metrics for targeted pods (pods might be unready)");
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("the " + name + " must be positive: " + value);
    }
  }
}
