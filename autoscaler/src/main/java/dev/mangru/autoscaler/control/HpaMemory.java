package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.ScaleEvents;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import java.time.Instant;
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

  /// The same for a clock that was set back: nothing in it is later than `now`, so that it ages
  /// again and is forgotten in its time.
  HpaMemory notAfter(Instant now) {
    boolean future =
        contest.later(now)
            || added.events().stream().anyMatch(each -> each.time().isAfter(now))
            || removed.events().stream().anyMatch(each -> each.time().isAfter(now))
            || (recommendations != null
                && recommendations.stream().anyMatch(each -> each.time().isAfter(now)));
    if (!future) {
      return this;
    }
    return new HpaMemory(
        recommendations == null
            ? null
            : recommendations.stream()
                .map(each -> new Recommendation(each.replicas(), earlier(each.time(), now)))
                .toList(),
        notAfter(added, now),
        notAfter(removed, now),
        contest.notAfter(now));
  }

  private static ScaleEvents notAfter(ScaleEvents events, Instant now) {
    return new ScaleEvents(
        events.events().stream()
            .map(each ->
                new ScaleEvents.Event(each.change(), earlier(each.time(), now), each.outdated()))
            .toList());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  HpaMemory with(Contest next) {
    return new HpaMemory(recommendations, added, removed, next);
  }
}
