package dev.mangru.model.alert;

import dev.mangru.model.metric.Labels;
import java.time.Instant;
import java.util.List;

/// Takes alerts that fire or have stopped, again and again while they do, and tells people.
/// Thread-safe.
///
/// What Prometheus posts to Alertmanager's `/api/v2/alerts`: an alert that is not sent again before
/// `endsAt` counts as resolved.
public interface AlertSink {

  /// Takes alerts. When this returns, firing ones are not forgotten by a crash: their sender sends
  /// them again.
  void send(List<Posted> alerts, Instant now);

  /// An alert as it is sent.
  ///
  /// @param labels its identity
  /// @param startsAt when it began to fire
  /// @param endsAt when it stopped, or when it counts as resolved unless sent again
  /// @param generatorUrl a page that shows its expression; may be empty
  record Posted(
      Labels labels, Labels annotations, Instant startsAt, Instant endsAt, String generatorUrl) {

    /// Whether it has stopped.
    public boolean resolved(Instant now) {
      return !endsAt.isAfter(now);
    }
  }
}
