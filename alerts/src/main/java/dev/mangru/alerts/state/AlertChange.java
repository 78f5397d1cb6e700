package dev.mangru.alerts.state;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertState;
import java.time.Instant;

/// One step of an alert that a crash must not undo.
///
/// @param rule whose alert it is
/// @param at of the evaluation
/// @param from the state before; `INACTIVE` if there was no alert
/// @param to the state after; `INACTIVE` if nothing of the alert is left
/// @param alert as it is after, or was before it went
record AlertChange(RuleKey rule, Instant at, AlertState from, AlertState to, Alert alert) {

  /// Whether the timeline shows it; a resolved alert that is forgotten is no news, and neither is
  /// one whose element went while it keeps firing.
  boolean isNews() {
    return from != to && !(from == AlertState.RESOLVED && to == AlertState.INACTIVE);
  }

  /// As the timeline shows it.
  AlertBook.Transition transition() {
    return new AlertBook.Transition(
        at, alert.labels(), alert.annotations(), from, to, alert.value());
  }
}
