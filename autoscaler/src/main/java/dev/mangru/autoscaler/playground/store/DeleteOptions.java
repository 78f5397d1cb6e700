package dev.mangru.autoscaler.playground.store;

import org.jspecify.annotations.Nullable;

/// How to delete an object.
///
/// @param gracePeriodSeconds for pods: how long the kubelet lets it live on; 0 removes at once;
///   null for the pod's own
/// @param propagation what becomes of the dependents; null for background
/// @param uid only if the object still has this uid; null if it does not matter
/// @param resourceVersion only if the object still has this revision; null if it does not matter
/// @param dryRun answer as if, and leave everything as it is
public record DeleteOptions(
    @Nullable Long gracePeriodSeconds,
    @Nullable Propagation propagation,
    @Nullable String uid,
    @Nullable String resourceVersion,
    boolean dryRun) {

  /// What becomes of objects that the deleted one owns.
  public enum Propagation {
    /// They are deleted after it.
    BACKGROUND,
    /// They are deleted before it.
    FOREGROUND,
    /// They stay and forget their owner.
    ORPHAN
  }

  /// As the object itself wants it.
  public static DeleteOptions defaults() {
    return new DeleteOptions(null, null, null, null, false);
  }

  /// Without grace.
  public static DeleteOptions immediate() {
    return new DeleteOptions(0L, null, null, null, false);
  }

  /// The same with a grace period.
  public DeleteOptions withGracePeriodSeconds(long seconds) {
    return new DeleteOptions(seconds, propagation, uid, resourceVersion, dryRun);
  }

  /// The same with a propagation.
  public DeleteOptions withPropagation(Propagation chosen) {
    return new DeleteOptions(gracePeriodSeconds, chosen, uid, resourceVersion, dryRun);
  }

  /// The same for the object with this uid only.
  public DeleteOptions withUid(String expected) {
    return new DeleteOptions(gracePeriodSeconds, propagation, expected, resourceVersion, dryRun);
  }
}
