package dev.mangru.autoscaler.horizontal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was changed in one direction lately, so that rates can be held. Immutable.
///
/// @param events in slot order; a slot that is outdated is used again
public record ScaleEvents(List<Event> events) {

  /// Nothing was changed yet.
  public static final ScaleEvents NONE = new ScaleEvents(List.of());

  public ScaleEvents {
    events = List.copyOf(events);
  }

  /// One change.
  ///
  /// @param change how many replicas, positive
  /// @param outdated older than any policy looks back
  public record Event(int change, Instant time, boolean outdated) {}

  /// Replicas changed within `period` before `now`; the beginning of the period is outside.
  public int changeWithin(Duration period, Instant now) {
    Instant cutoff = now.minus(period);
    long sum = 0;
    for (Event event : events) {
      sum += event.time().isAfter(cutoff) ? event.change() : 0;
    }
    return Saturating.toInt(sum);
  }

  /// These events and one more, in the last outdated slot if there is one.
  ///
  /// @param rules of this direction; null if the autoscaler has none, then nothing is remembered,
  ///   since no rate is held
  public ScaleEvents plus(int change, @Nullable ScalingRules rules, Instant now) {
    if (rules == null) {
      return this;
    }
    Instant cutoff = now.minus(rules.longestPeriod());
    List<Event> slots = new ArrayList<>(events.size() + 1);
    int free = -1;
    for (Event event : events) {
      boolean outdated = event.outdated() || event.time().isBefore(cutoff);
      free = outdated ? slots.size() : free;
      slots.add(new Event(event.change(), event.time(), outdated));
    }
    Event added = new Event(change, now, false);
    if (free >= 0) {
      slots.set(free, added);
    } else {
      slots.add(added);
    }
    return new ScaleEvents(slots);
  }
}
