package dev.mangru.model.alert;

import dev.mangru.model.metric.LabelMatcher;
import java.time.Instant;
import java.util.List;

/// Nobody is told of the alerts it matches while it is active.
///
/// @param id given by the book; empty for a new one
/// @param matchers all must match; not empty
/// @param startsAt inclusive
/// @param endsAt exclusive
/// @param createdBy who
/// @param comment why
/// @param updatedAt when it was last changed
public record Silence(
    String id,
    List<LabelMatcher> matchers,
    Instant startsAt,
    Instant endsAt,
    String createdBy,
    String comment,
    Instant updatedAt) {

  public Silence {
    matchers = List.copyOf(matchers);
  }

  /// Where a silence stands.
  public enum State {
    PENDING,
    ACTIVE,
    EXPIRED
  }

  /// Where it stands at `now`.
  public State state(Instant now) {
    if (now.isBefore(startsAt)) {
      return State.PENDING;
    }
    return now.isBefore(endsAt) ? State.ACTIVE : State.EXPIRED;
  }
}
