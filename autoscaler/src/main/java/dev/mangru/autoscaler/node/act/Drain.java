package dev.mangru.autoscaler.node.act;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far the removal of a node has come. Immutable: each step makes the next one.
///
/// @param since when it was tainted
/// @param hadPods whether it had pods to evict when it was chosen
/// @param cordoned whether it was us who cordoned it
/// @param evictingSince when the first eviction was asked for; null before
/// @param emptySince when nothing was left to wait for; null before
/// @param deletedAt when the provider was asked to remove it; null before
/// @param giveUp why it is given back and not removed; null while it is to be removed
/// @param waitsFor in words, what the last step found
public record Drain(
    String node,
    String group,
    Instant since,
    boolean hadPods,
    boolean cordoned,
    @Nullable Instant evictingSince,
    @Nullable Instant emptySince,
    @Nullable Instant deletedAt,
    @Nullable String giveUp,
    String waitsFor) {

  /// A removal that begins.
  static Drain begin(String node, String group, Instant since, boolean hadPods, boolean cordoned) {
    return new Drain(
        node, group, since, hadPods, cordoned, null, null, null, null, "its taint to be seen");
  }

  Drain evicting(Instant at, String waits) {
    return new Drain(
        node,
        group,
        since,
        hadPods,
        cordoned,
        evictingSince == null ? at : evictingSince,
        emptySince,
        deletedAt,
        giveUp,
        waits);
  }

  Drain empty(Instant at, String waits) {
    return new Drain(
        node,
        group,
        since,
        hadPods,
        cordoned,
        evictingSince,
        emptySince == null ? at : emptySince,
        deletedAt,
        giveUp,
        waits);
  }

  Drain deleted(Instant at) {
    return new Drain(
        node,
        group,
        since,
        hadPods,
        cordoned,
        evictingSince,
        emptySince,
        at,
        giveUp,
        "the provider to remove it");
  }

  Drain givenUp(String why) {
    return new Drain(
        node,
        group,
        since,
        hadPods,
        cordoned,
        evictingSince,
        emptySince,
        deletedAt,
        why,
        "its taint to be taken away");
  }
}
