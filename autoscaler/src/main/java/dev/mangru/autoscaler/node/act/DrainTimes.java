package dev.mangru.autoscaler.node.act;

import java.time.Duration;

/// How long each step of a removal takes or may take. The defaults are the cluster-autoscaler's.
///
/// @param afterTaint evictions begin so long after the taint, so that schedulers have seen it
/// @param eviction evictions that a budget blocks are tried again for so long
/// @param gracefulTermination the longest grace period that a pod is given
/// @param headroom a pod may take so much longer than its grace period
/// @param delayedDeletion how long annotations may delay the deletion of an empty node
/// @param deletion the provider may take so long to remove a machine
public record DrainTimes(
    Duration afterTaint,
    Duration eviction,
    Duration gracefulTermination,
    Duration headroom,
    Duration delayedDeletion,
    Duration deletion) {

  /// The cluster-autoscaler's.
  public static final DrainTimes DEFAULT =
      new DrainTimes(
          Duration.ofSeconds(5),
          Duration.ofMinutes(2),
          Duration.ofSeconds(600),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5));
}
