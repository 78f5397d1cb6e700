package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.ScaleEvents;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What must not be forgotten between passes, or when the process or the leader changes.
///
/// @param recommendations for stabilization; null if the autoscaler was never looked at
/// @param added replicas added lately, for rates
/// @param removed replicas removed lately
/// @param contest whether others change the replicas too
public record HpaMemory(
    @Nullable List<Recommendation> recommendations,
    ScaleEvents added,
    ScaleEvents removed,
    Contest contest) {

  /// Of an autoscaler that was never looked at.
  public static final HpaMemory NONE =
      new HpaMemory(null, ScaleEvents.NONE, ScaleEvents.NONE, Contest.NONE);

  public HpaMemory {
    recommendations = recommendations == null ? null : List.copyOf(recommendations);
  }

  /// The same with other recommendations.
  public HpaMemory recommending(List<Recommendation> next) {
    return new HpaMemory(next, added, removed, contest);
  }

  HpaMemory with(Contest next) {
    return new HpaMemory(recommendations, added, removed, next);
  }
}
