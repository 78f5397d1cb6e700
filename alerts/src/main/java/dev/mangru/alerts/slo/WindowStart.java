package dev.mangru.alerts.slo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Finds the point at which a sliding window begins, with few reads: it remembers where it stands
/// and reads the next ten minutes of points at a time. Confined to the thread that ticks.
final class WindowStart {

  /// Sixty points at the usual tick: one read of the store in ten minutes.
  private static final long BLOCK_MS = Duration.ofMinutes(10).toMillis();

  private final SloLedger ledger;
  private final Deque<SloPoint> ahead = new ArrayDeque<>();
  private @Nullable SloPoint base;
  private long readUntilMs;

  WindowStart(SloLedger ledger) {
    this.ledger = ledger;
  }

  /// The newest point at or before `startMs`, or the oldest of all when history begins later (or
  /// retention has taken what was before).
  ///
  /// @param startMs never less than in the call before
  /// @param newest the newest point of the objective, for one that has no other
  SloPoint at(long startMs, SloPoint newest) {
    SloPoint found = base;
    if (found == null) {
      found = ledger.lastAtOrBefore(startMs);
      if (found == null) {
        found = ledger.firstAfter(startMs, newest.timestampMs());
      }
      if (found == null) {
        return newest;
      }
      readUntilMs = found.timestampMs();
    }
    while (true) {
      while (!ahead.isEmpty() && ahead.getFirst().timestampMs() <= startMs) {
        found = ahead.removeFirst();
      }
      if (!ahead.isEmpty() || readUntilMs >= startMs) {
        base = found;
        return found;
      }
      long until = Math.min(startMs + BLOCK_MS, newest.timestampMs());
      ahead.addAll(ledger.read(readUntilMs + 1, until));
      readUntilMs = until;
    }
  }
}
