package dev.mangru.model.alert;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
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
/// @param annotations further words about it
public record Silence(
    String id,
    List<LabelMatcher> matchers,
    Instant startsAt,
    Instant endsAt,
    String createdBy,
    String comment,
    Instant updatedAt,
    Labels annotations) {

  public Silence {
    matchers = List.copyOf(matchers);
  }

  /// One without annotations.
  public Silence(
      String id,
      List<LabelMatcher> matchers,
      Instant startsAt,
      Instant endsAt,
      String createdBy,
      String comment,
      Instant updatedAt) {
    this(id, matchers, startsAt, endsAt, createdBy, comment, updatedAt, Labels.empty());
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
