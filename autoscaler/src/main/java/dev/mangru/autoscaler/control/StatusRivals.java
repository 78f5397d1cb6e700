package dev.mangru.autoscaler.control;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether another controller writes the status of an autoscaler: then two of them would scale one
/// target, and we leave it alone. Pure.
final class StatusRivals {

  /// A foreign write younger than this keeps us away: the stock controller writes at every change
  /// of a metric. Chosen, eight of its periods.
  private static final Duration FRESH = Duration.ofMinutes(2);

  /// A foreign write after ours keeps us away for this long. Chosen.
  private static final Duration AFTER_OURS = Duration.ofMinutes(10);

  private StatusRivals() {}

  /// Who else writes the status, in words; null if nobody does.
  static @Nullable String of(Hpa hpa, Instant now) {
    Instant ours = Instant.MIN;
    for (Hpa.StatusWriter writer : hpa.statusWriters()) {
      if (writer.manager().equals(ScalingCluster.FIELD_MANAGER)) {
        ours = writer.time();
      }
    }
    for (Hpa.StatusWriter writer : hpa.statusWriters()) {
      if (writer.manager().equals(ScalingCluster.FIELD_MANAGER)) {
        continue;
      }
      Instant theirs = writer.time();
      boolean afterOurs = !ours.equals(Instant.MIN) && theirs.isAfter(ours);
      if (theirs.isAfter(now.minus(FRESH))
          || (afterOurs && theirs.isAfter(now.minus(AFTER_OURS)))) {
        return "%s wrote the status at %s: switch that controller off, or let Mangru only watch"
            .formatted(writer.manager(), theirs);
      }
    }
    return null;
  }
}
