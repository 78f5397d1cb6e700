package dev.mangru.alerts.state;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The alerts of one rule, resolved ones included while they are still told of. Confined to its
/// group's lock.
final class ActiveAlerts {

  /// An alert, and what its receivers know of it.
  private static final class Entry {
    Alert alert;
    @Nullable Instant sentAt;
    boolean sentResolved;

    /// It was read from the journal or lived through a standstill, and no evaluation since has had
    /// its element.
    boolean unconfirmed;

    Entry(Alert alert) {
      this.alert = alert;
    }
  }

  /// One element of a rule's result, its templates expanded.
  record Element(Labels labels, Labels annotations, double value) {}

  /// What an evaluation may do to alerts whose element is missing.
  ///
  /// @param resolveUnconfirmed whether those restored after a start may go: too early, and their
  ///   data has not been gathered again
  record Policy(
      Duration hold, Duration keepFiring, Duration retention, boolean resolveUnconfirmed) {}

  private final RuleKey rule;
  private final Map<Labels, Entry> entries = new TreeMap<>();

  ActiveAlerts(RuleKey rule) {
    this.rule = rule;
  }

  /// Takes an alert as the journal has it.
  void restore(Alert alert) {
    Entry entry = new Entry(alert);
    entry.unconfirmed = true;
    entries.put(alert.labels(), entry);
  }

  /// Lets no alert be resolved before its data had time to come in again.
  void doubt() {
    entries.values().forEach(entry -> entry.unconfirmed = true);
  }

  /// Takes over all alerts of another book, for a rule that was loaded again.
  void takeFrom(ActiveAlerts other) {
    entries.putAll(other.entries);
  }

  /// What the elements of an evaluation at `at` change. Changes nothing yet.
  List<AlertChange> decide(Map<Labels, Element> elements, Instant at, Policy policy) {
    List<AlertChange> changes = new ArrayList<>();
    elements.forEach((labels, element) -> {
      Entry entry = entries.get(labels);
      Alert before = entry == null ? null : entry.alert;
      Alert after =
          AlertLife.present(
              before, labels, element.annotations(), element.value(), at, policy.hold());
      AlertState from = before == null ? AlertState.INACTIVE : before.state();
      boolean keepingEnds = before != null && before.keepFiringSince() != null;
      if (from != after.state() || keepingEnds) {
        changes.add(new AlertChange(rule, at, from, after.state(), after));
      }
    });
    entries.forEach((labels, entry) -> {
      boolean held =
          entry.unconfirmed
              && !policy.resolveUnconfirmed()
              && entry.alert.state() != AlertState.RESOLVED;
      if (elements.containsKey(labels) || held) {
        return;
      }
      Alert before = entry.alert;
      Alert after = AlertLife.absent(before, at, policy.keepFiring(), policy.retention());
      if (after == null) {
        changes.add(new AlertChange(rule, at, before.state(), AlertState.INACTIVE, before));
      } else if (!after.equals(before)) {
        changes.add(new AlertChange(rule, at, before.state(), after.state(), after));
      }
    });
    return changes;
  }

  /// Carries out what [#decide] gave, and takes the new values and annotations.
  void apply(List<AlertChange> changes, Map<Labels, Element> elements) {
    for (AlertChange change : changes) {
      Labels labels = change.alert().labels();
      if (change.to() == AlertState.INACTIVE) {
        entries.remove(labels);
        continue;
      }
      Entry entry = entries.get(labels);
      boolean again = change.from() == AlertState.RESOLVED && change.to() != AlertState.RESOLVED;
      if (entry == null || again) {
        entries.put(labels, new Entry(change.alert()));
      } else {
        entry.alert = change.alert();
      }
    }
    elements.forEach((labels, element) -> {
      Entry entry = entries.get(labels);
      if (entry != null) {
        Alert alert = entry.alert;
        entry.unconfirmed = false;
        entry.alert =
            new Alert(
                labels,
                element.annotations(),
                alert.state(),
                element.value(),
                alert.activeAt(),
                alert.firedAt(),
                alert.keepFiringSince(),
                alert.resolvedAt());
      }
    });
  }

  /// The end of every alert at `at`, for a rule that is no more: what fired is resolved, and goes
  /// once its receivers had time to hear of it.
  List<AlertChange> end(Instant at, Duration retention) {
    List<AlertChange> changes = new ArrayList<>();
    entries
        .values()
        .forEach(entry -> {
          Alert before = entry.alert;
          switch (before.state()) {
            case INACTIVE, PENDING ->
                changes.add(new AlertChange(rule, at, before.state(), AlertState.INACTIVE, before));
            case FIRING ->
                changes.add(
                    new AlertChange(
                        rule,
                        at,
                        before.state(),
                        AlertState.RESOLVED,
                        AlertLife.resolved(before, at)));
            case RESOLVED -> {
              if (AlertLife.absent(before, at, Duration.ZERO, retention) == null) {
                changes.add(new AlertChange(rule, at, before.state(), AlertState.INACTIVE, before));
              }
            }
          }
        });
    return changes;
  }

  /// The end of every alert at once, without a resolution.
  List<AlertChange> drop(Instant at) {
    return entries.values().stream()
        .map(entry ->
            new AlertChange(rule, at, entry.alert.state(), AlertState.INACTIVE, entry.alert))
        .toList();
  }

  /// Alerts to send at `now`: those whose state their receivers do not know, and those who must
  /// hear it again. They count as sent.
  ///
  /// @param post makes what is sent of an alert
  List<AlertSink.Posted> due(
      Instant now, Duration resendDelay, Function<Alert, AlertSink.Posted> post) {
    List<AlertSink.Posted> due = new ArrayList<>();
    for (Entry entry : entries.values()) {
      AlertState state = entry.alert.state();
      if (state != AlertState.FIRING && state != AlertState.RESOLVED) {
        continue;
      }
      boolean resolved = state == AlertState.RESOLVED;
      if (entry.sentAt == null
          || entry.sentResolved != resolved
          || !entry.sentAt.plus(resendDelay).isAfter(now)
          || entry.sentAt.isAfter(now)) {
        entry.sentAt = now;
        entry.sentResolved = resolved;
        due.add(post.apply(entry.alert));
      }
    }
    return due;
  }

  /// Lets everything be sent again: the last time did not work.
  void unsent() {
    entries.values().forEach(entry -> entry.sentAt = null);
  }

  /// Pending and firing alerts.
  List<Alert> pendingAndFiring() {
    return entries.values().stream()
        .map(entry -> entry.alert)
        .filter(alert -> alert.state() == AlertState.PENDING || alert.state() == AlertState.FIRING)
        .toList();
  }

  /// Whether there is none, resolved ones included.
  boolean isEmpty() {
    return entries.isEmpty();
  }

  /// Whether one of them was restored and has not been confirmed.
  boolean hasUnconfirmed() {
    return entries.values().stream().anyMatch(entry -> entry.unconfirmed);
  }
}
