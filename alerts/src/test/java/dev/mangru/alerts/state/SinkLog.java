package dev.mangru.alerts.state;

import dev.mangru.model.alert.AlertSink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Remembers what was sent. Thread-safe.
final class SinkLog implements AlertSink {

  private final List<Posted> sent = new ArrayList<>();
  private boolean broken;

  synchronized void broken(boolean now) {
    broken = now;
  }

  @Override
  public synchronized void send(List<Posted> alerts, Instant now) {
    if (broken) {
      throw new IllegalStateException("nobody listens");
    }
    sent.addAll(alerts);
  }

  /// What was sent since this was asked last.
  synchronized List<Posted> take() {
    List<Posted> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }
}
