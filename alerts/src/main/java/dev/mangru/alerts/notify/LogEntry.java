package dev.mangru.alerts.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a receiver was told last. Sets hold fingerprints.
///
/// @param repeat after which it is told again though nothing has changed
record LogEntry(Set<String> firing, Set<String> resolved, Instant at, Duration repeat) {

  LogEntry {
    firing = Set.copyOf(firing);
    resolved = Set.copyOf(resolved);
  }

  /// What a receiver knows who knew `before` and has now been told more. It goes on believing that
  /// those fire of which it was told nothing, because they are muted.
  static LogEntry after(
      @Nullable LogEntry before,
      Set<String> firing,
      Set<String> resolved,
      Instant at,
      Duration repeat) {
    Set<String> fire = new HashSet<>(before == null ? Set.of() : before.firing);
    fire.removeAll(resolved);
    fire.addAll(firing);
    Set<String> over = new HashSet<>(before == null ? Set.of() : before.resolved);
    over.addAll(resolved);
    over.removeAll(fire);
    return new LogEntry(fire, over, at, repeat);
  }

  /// This without resolved alerts that are no longer held.
  LogEntry keepingOnly(Set<String> held) {
    if (held.containsAll(resolved)) {
      return this;
    }
    Set<String> kept = new HashSet<>(resolved);
    kept.retainAll(held);
    return new LogEntry(firing, kept, at, repeat);
  }

  /// Why a receiver who was told `before` must be told that these fire and those have stopped; null
  /// if that is no news. Source: Alertmanager's `DedupStage.needsUpdate`.
  static @Nullable Reason news(
      @Nullable LogEntry before,
      Set<String> firing,
      Set<String> resolved,
      boolean sendResolved,
      Duration repeat,
      Instant now) {
    if (before == null || before.firing.isEmpty()) {
      return firing.isEmpty() ? null : before == null ? Reason.FIRST : Reason.ADDED;
    }
    if (!before.firing.containsAll(firing)) {
      return Reason.ADDED;
    }
    if (firing.isEmpty()) {
      return Collections.disjoint(before.firing, resolved) ? null : Reason.ALL_RESOLVED;
    }
    if (sendResolved && !before.resolved.containsAll(resolved)) {
      return Reason.SOME_RESOLVED;
    }
    return before.at.isBefore(now.minus(repeat)) ? Reason.REPEAT : null;
  }
}
