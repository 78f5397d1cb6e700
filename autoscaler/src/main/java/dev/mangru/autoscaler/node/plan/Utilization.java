package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// How much of a node its pods ask for, as shares from 0; more than 1 is possible. Immutable.
///
/// @param cpu the share of CPU
/// @param memory the share of memory
/// @param gpu the share of GPUs on a GPU node; null elsewhere
public record Utilization(double cpu, double memory, @Nullable Double gpu) {

  /// What counts.
  ///
  /// @param skipDaemonSetPods whether DaemonSet pods count on neither side
  /// @param skipMirrorPods whether mirror pods count on neither side
  /// @param gpuResource the extended resource of GPU nodes; null on other nodes
  public record Rules(
      boolean skipDaemonSetPods, boolean skipMirrorPods, @Nullable String gpuResource) {}

  /// The share that decides: the GPUs' on a GPU node, elsewhere the larger of both.
  public double share() {
    return gpu == null ? Math.max(cpu, memory) : gpu;
  }

  /// The utilization of a node; empty when it does not say what it can hold.
  ///
  /// Pods that should long be gone do not count. GPUs that are not there yet count as unused.
  public static Optional<Utilization> of(
      NodeShape node, Collection<PodShape> pods, Rules rules, Instant now) {
    Resources all = node.allocatable();
    String gpuResource = rules.gpuResource();
    if (gpuResource != null) {
      double gpu =
          all.extended(gpuResource) == 0
              ? 0
              : share(all, pods, rules, now, resources -> resources.extended(gpuResource));
      return Optional.of(new Utilization(0, 0, gpu));
    }
    if (all.cpuMilli() <= 0 || all.memoryBytes() <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Utilization(
            share(all, pods, rules, now, Resources::cpuMilli),
            share(all, pods, rules, now, Resources::memoryBytes),
            null));
  }

  private static double share(
      Resources all,
      Collection<PodShape> pods,
      Rules rules,
      Instant now,
      ToLongFunction<Resources> amount) {
    long asked = 0;
    long aside = 0;
    for (PodShape pod : pods) {
      long request = amount.applyAsLong(pod.requests());
      if ((rules.skipDaemonSetPods() && pod.ofDaemonSet())
          || (rules.skipMirrorPods() && pod.isMirror())) {
        aside += request;
      } else if (!DrainRules.isLongTerminating(pod, now)) {
        asked += request;
      }
    }
    long offered = amount.applyAsLong(all) - aside;
    if (offered <= 0) {
      return asked == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    return (double) asked / offered;
  }
}
