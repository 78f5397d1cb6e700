package dev.mangru.alerts.state;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The life of one alert, as pure steps from evaluation to evaluation.
///
/// ```
///              element              at − activeAt ≥ for
///   (nothing) ─────────▶ PENDING ───────────────────────▶ FIRING ◀──┐ element, or
///       ▲                   │ no element                     │ │     │ at − keepFiringSince
///       └───────────────────┘                                │ └─────┘   < keep_firing_for
///       ▲                              at − resolvedAt       ▼ no element any more
///       └───────────────────────────── > retention ────── RESOLVED ──▶ PENDING on an element
/// ```
///
/// Source: prometheus `rules/alerting.go`, `Eval`.
final class AlertLife {

  private AlertLife() {}

  /// The alert after an evaluation at `at` that has its element.
  ///
  /// @param before null if there was none
  static Alert present(
      @Nullable Alert before,
      Labels labels,
      Labels annotations,
      double value,
      Instant at,
      Duration hold) {
    Alert active = before == null || before.state() == AlertState.RESOLVED ? null : before;
    Instant activeAt = active == null ? at : active.activeAt();
    boolean fires =
        (active != null && active.state() == AlertState.FIRING)
            || Duration.between(activeAt, at).compareTo(hold) >= 0;
    Instant firedAt = active == null || active.firedAt() == null ? at : active.firedAt();
    return new Alert(
        labels,
        annotations,
        fires ? AlertState.FIRING : AlertState.PENDING,
        value,
        activeAt,
        fires ? firedAt : null,
        null,
        null);
  }

  /// The alert after an evaluation at `at` that does not have its element; null if nothing of it is
  /// left.
  static @Nullable Alert absent(Alert before, Instant at, Duration keepFiring, Duration retention) {
    return switch (before.state()) {
      case INACTIVE, PENDING -> null;
      case FIRING -> {
        Instant since = before.keepFiringSince() == null ? at : before.keepFiringSince();
        boolean keep = Duration.between(since, at).compareTo(keepFiring) < 0;
        yield keep ? keeping(before, since) : resolved(before, at);
      }
      case RESOLVED ->
          before.resolvedAt() != null
                  && Duration.between(before.resolvedAt(), at).compareTo(retention) > 0
              ? null
              : before;
    };
  }

  private static Alert keeping(Alert before, Instant since) {
    return new Alert(
        before.labels(),
        before.annotations(),
        AlertState.FIRING,
        before.value(),
        before.activeAt(),
        before.firedAt(),
        since,
        null);
  }

  /// The same alert, stopped at `at`.
  static Alert resolved(Alert before, Instant at) {
    return new Alert(
        before.labels(),
        before.annotations(),
        AlertState.RESOLVED,
        before.value(),
        before.activeAt(),
        before.firedAt(),
        before.keepFiringSince(),
        at);
  }
}
