package dev.mangru.alerts.notify;

import dev.mangru.model.alert.AlertSink.Posted;
import dev.mangru.model.metric.Labels;
import java.time.Instant;

/// An alert that is held until everybody knows that it is over.
///
/// @param receivedAt when it first came
/// @param updatedAt when it last came
/// @param firing whether the journal says that it fires
record Held(
    String fingerprint, Posted alert, Instant receivedAt, Instant updatedAt, boolean firing) {

  Labels labels() {
    return alert.labels();
  }

  boolean resolved(Instant now) {
    return alert.resolved(now);
  }

  Held firing(boolean yes) {
    return new Held(fingerprint, alert, receivedAt, updatedAt, yes);
  }

  Held until(Instant endsAt) {
    return new Held(
        fingerprint,
        new Posted(
            alert.labels(), alert.annotations(), alert.startsAt(), endsAt, alert.generatorUrl()),
        receivedAt,
        updatedAt,
        firing);
  }

  /// This alert after it came again. Overlapping activity is one: the earliest start counts, and an
  /// end that was announced later than the new one unless the new one says that it is over. Source:
  /// Alertmanager's `types.Alert.Merge`.
  Held merge(Posted next, Instant now) {
    Posted old = alert;
    boolean overlap =
        (next.endsAt().isAfter(old.startsAt()) && next.endsAt().isBefore(old.endsAt()))
            || (next.startsAt().isAfter(old.startsAt()) && next.startsAt().isBefore(old.endsAt()));
    Instant startsAt = next.startsAt();
    Instant endsAt = next.endsAt();
    if (overlap) {
      startsAt = old.startsAt().isBefore(startsAt) ? old.startsAt() : startsAt;
      boolean laterEndCounts =
          next.resolved(now) == old.resolved(now) && old.endsAt().isAfter(endsAt);
      endsAt = laterEndCounts ? old.endsAt() : endsAt;
    }
    return new Held(
        fingerprint,
        new Posted(next.labels(), next.annotations(), startsAt, endsAt, next.generatorUrl()),
        receivedAt,
        now,
        firing);
  }
}
