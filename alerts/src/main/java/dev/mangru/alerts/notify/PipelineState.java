package dev.mangru.alerts.notify;

import dev.mangru.model.alert.NotificationBook.Notification;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Everything that the journal remembers. The journal's records and the running pipeline change it
/// through the same methods. Guarded by the notifier's lock.
final class PipelineState {

  private final int maxHistory;

  final Map<String, Held> alerts = new LinkedHashMap<>();
  final Map<LogKey, LogEntry> log = new LinkedHashMap<>();
  final Map<LogKey, Intent> pending = new LinkedHashMap<>();

  /// Done, oldest first.
  final Deque<Notification> history = new ArrayDeque<>();

  long nextSequence = 1;

  PipelineState(int maxHistory) {
    this.maxHistory = maxHistory;
  }

  void add(Intent intent) {
    pending.put(intent.key, intent);
    nextSequence = Math.max(nextSequence, intent.sequence + 1);
  }

  /// The intent is over; a delivered one is what its receiver was told last.
  void finish(Intent intent, IntentResult result) {
    pending.remove(intent.key, intent);
    intent.attempts = result.attempts();
    intent.detail = result.detail();
    intent.nextAttempt = null;
    boolean delivered = result.state() == IntentResult.State.DELIVERED;
    if (delivered) {
      told(intent.key, intent.firing, intent.resolved, result.at(), intent.repeat);
    }
    remember(
        intent.notification(
            delivered ? Notification.State.DELIVERED : Notification.State.FAILED, result.at()));
  }

  /// Somebody has been told of these.
  LogEntry told(LogKey key, Set<String> firing, Set<String> resolved, Instant at, Duration repeat) {
    LogEntry after =
        LogEntry.after(log.get(key), firing, resolved, at, repeat).keepingOnly(alerts.keySet());
    log.put(key, after);
    return after;
  }

  void remember(Notification notification) {
    history.addLast(notification);
    if (history.size() > maxHistory) {
      history.removeFirst();
    }
  }

  @Nullable Intent intent(String id) {
    for (Intent intent : pending.values()) {
      if (intent.id.equals(id)) {
        return intent;
      }
    }
    return null;
  }

  /// How many records would say all of it.
  int size() {
    return alerts.size() + log.size() + pending.size() + history.size() + 1;
  }
}
