package dev.mangru.autoscaler.node.shape;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a pod is in its life. Immutable.
///
/// @param nodeName the node it is bound to; null while it waits for one
/// @param phase Pending, Running, Succeeded, Failed or Unknown; empty when not told
/// @param restartPolicy Always, OnFailure or Never; empty when not told
/// @param created when the API server made it; null when not told
/// @param deletionTimestamp when it is due to be gone; null while nobody deletes it
/// @param gracePeriodSeconds how long it may take to end; null when not told
public record PodLife(
    @Nullable String nodeName,
    String phase,
    String restartPolicy,
    @Nullable Instant created,
    @Nullable Instant deletionTimestamp,
    @Nullable Long gracePeriodSeconds,
    List<PodCondition> conditions) {

  /// A pod that nothing is known about yet.
  public static final PodLife NEW = new PodLife(null, "", "", null, null, null, List.of());

  public PodLife {
    conditions = List.copyOf(conditions);
  }

  /// The condition of a type; null when there is none.
  public @Nullable PodCondition condition(String type) {
    for (PodCondition each : conditions) {
      if (each.type().equals(type)) {
        return each;
      }
    }
    return null;
  }
}
