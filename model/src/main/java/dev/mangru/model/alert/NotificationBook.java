package dev.mangru.model.alert;

import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who was told what, and who is about to be. Thread-safe; answers from memory.
public interface NotificationBook {

  /// Names of the receivers, in configuration order.
  List<String> receivers();

  /// Notifications between two times, newest first.
  ///
  /// @param from inclusive
  /// @param to exclusive
  List<Notification> notifications(Instant from, Instant to, int limit);

  /// Alerts that are active or were lately, with what keeps people from hearing of them.
  List<Received> alerts();

  /// Alerts as they are told together, by receiver and group.
  List<Group> groups();

  /// The configuration in force, as written but for secrets; empty if there is none.
  String configuration();

  /// What is known of a receiver; its name at least.
  default Labels receiverLabels(String receiver) {
    return Labels.of("name", receiver);
  }

  /// How long an alert that is posted without an end counts as firing.
  default Duration resolveTimeout() {
    return Duration.ofMinutes(5);
  }

  /// Alerts that one receiver is told of in one message.
  ///
  /// @param key names the route and the group
  /// @param labels what they have in common by configuration
  record Group(String key, Labels labels, String receiver, List<Received> alerts) {
    public Group {
      alerts = List.copyOf(alerts);
    }
  }

  /// One message to one receiver.
  ///
  /// @param id stable over retries and restarts; receivers can drop repeats by it
  /// @param receiver its name
  /// @param groupKey which group of alerts
  /// @param groupLabels what its alerts have in common by configuration
  /// @param firing labels of the alerts that fire
  /// @param resolved labels of those that have stopped
  /// @param intendedAt when it was decided on
  /// @param state what became of it
  /// @param attempts so far
  /// @param detail the last answer or failure, in words
  /// @param finishedAt when it was delivered or given up; null before
  /// @param nextAttempt when it is tried again; null if it is not
  record Notification(
      String id,
      String receiver,
      String groupKey,
      Labels groupLabels,
      List<Labels> firing,
      List<Labels> resolved,
      Instant intendedAt,
      State state,
      int attempts,
      String detail,
      @Nullable Instant finishedAt,
      @Nullable Instant nextAttempt) {
    public Notification {
      firing = List.copyOf(firing);
      resolved = List.copyOf(resolved);
    }

    /// What became of a notification.
    public enum State {
      /// Decided on, not yet delivered.
      PENDING,
      DELIVERED,
      /// Refused in a way that trying again cannot help.
      FAILED
    }
  }

  /// An alert that was sent here, as Alertmanager's API shows it.
  ///
  /// @param fingerprint of its labels, as Prometheus computes it
  /// @param receivers whom its routes name
  /// @param silencedBy ids of silences
  /// @param inhibitedBy fingerprints of alerts
  /// @param mutedBy names of time intervals
  record Received(
      String fingerprint,
      AlertSink.Posted alert,
      Instant updatedAt,
      List<String> receivers,
      List<String> silencedBy,
      List<String> inhibitedBy,
      List<String> mutedBy) {
    public Received {
      receivers = List.copyOf(receivers);
      silencedBy = List.copyOf(silencedBy);
      inhibitedBy = List.copyOf(inhibitedBy);
      mutedBy = List.copyOf(mutedBy);
    }
  }
}
