package dev.mangru.alerts.notify;

import java.time.Duration;

/// Limits and manners of the [Notifier].
///
/// @param externalUrl where people find Mangru; in every payload
/// @param maxAlerts held at once
/// @param maxInFlight attempts under way at once, over all receivers
/// @param maxInFlightPerReceiver attempts under way at once to one receiver, so that one that hangs
///   leaves room for others
/// @param firstBackoff before the second attempt
/// @param maxBackoff between attempts
/// @param maxRetryAfter longest wait that a receiver may ask for
/// @param minTimeout least time for an attempt to a receiver without a timeout of its own, which
///   otherwise has the group interval
/// @param maxTimeout most time for an attempt
/// @param history notifications remembered after they are done
public record NotifyOptions(
    String externalUrl,
    int maxAlerts,
    int maxInFlight,
    int maxInFlightPerReceiver,
    Duration firstBackoff,
    Duration maxBackoff,
    Duration maxRetryAfter,
    Duration minTimeout,
    Duration maxTimeout,
    int history) {

  public NotifyOptions {
    positive("maxAlerts", maxAlerts);
    positive("maxInFlight", maxInFlight);
    positive("maxInFlightPerReceiver", maxInFlightPerReceiver);
    positive("history", history);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }

  /// Backoff as Alertmanager has it (0.5 s to 1 min); the rest is chosen.
  public static NotifyOptions of(String externalUrl) {
    return new NotifyOptions(
        externalUrl,
        100_000,
        256,
        64,
        Duration.ofMillis(500),
        Duration.ofMinutes(1),
        Duration.ofMinutes(10),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        1_000);
  }
}
