package dev.mangru.alerts.notify;

import dev.mangru.alerts.mute.Silences;
import dev.mangru.model.alert.Silence;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// Everything that notifications tell about themselves.
///
/// | metric | labels | says |
/// | --- | --- | --- |
/// | `mangru_notify_received_alerts_total` | | alerts sent here, repeats included |
/// | `mangru_notify_refused_alerts_total` | | alerts over the limit of alerts held |
/// | `mangru_notify_intents_total` | | notifications decided on |
/// | `mangru_notify_attempts_total` | | calls of receivers |
/// | `mangru_notify_delivered_total` | | notifications delivered |
/// | `mangru_notify_failed_total` | | notifications refused for good |
/// | `mangru_notify_retries_total` | | attempts that will be made again |
/// | `mangru_notify_waits_total` | | attempts put off because too many were under way |
/// | `mangru_notify_journal_failures_total` | | records that the journal did not take |
/// | `mangru_notify_pending` | | notifications decided on and not delivered |
/// | `mangru_notify_busy_receivers` | | receivers with attempts under way |
/// | `mangru_notify_alerts` | | alerts held |
/// | `mangru_notify_groups` | | groups of alerts |
/// | `mangru_notify_silences` | state | silences kept |
public final class NotifyMetrics implements MeterBinder {

  private final Notifier notifier;
  private final Silences silences;
  private final InstantSource clock;

  /// Of these.
  public NotifyMetrics(Notifier notifier, Silences silences, InstantSource clock) {
    this.notifier = notifier;
    this.silences = silences;
    this.clock = clock;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    count(registry, "received.alerts", "Alerts sent here", NotifyCounters::receivedAlerts);
    count(registry, "refused.alerts", "Alerts over the limit", NotifyCounters::refusedAlerts);
    count(registry, "intents", "Notifications decided on", NotifyCounters::intents);
    count(registry, "attempts", "Calls of receivers", NotifyCounters::attempts);
    count(registry, "delivered", "Notifications delivered", NotifyCounters::deliveries);
    count(registry, "failed", "Notifications refused for good", NotifyCounters::failures);
    count(registry, "retries", "Attempts that will be made again", NotifyCounters::retries);
    count(registry, "waits", "Attempts put off as too many were under way", NotifyCounters::waits);
    FunctionCounter.builder("mangru.notify.journal.failures", notifier, Notifier::journalFailures)
        .description("Records that the journal did not take")
        .register(registry);
    gauge(registry, "pending", "Notifications not yet delivered", NotifySizes::pending);
    gauge(registry, "busy.receivers", "Receivers being called", NotifySizes::busyReceivers);
    gauge(registry, "alerts", "Alerts held", NotifySizes::alerts);
    gauge(registry, "groups", "Groups of alerts", NotifySizes::groups);
    for (Silence.State state : Silence.State.values()) {
      Gauge.builder("mangru.notify.silences", () -> count(state))
          .description("Silences kept")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  private long count(Silence.State state) {
    return silences.silences().stream()
        .filter(silence -> silence.state(clock.instant()) == state)
        .count();
  }

  private void count(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<NotifyCounters> value) {
    FunctionCounter.builder("mangru.notify." + name, notifier.counters(), value)
        .description(description)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<NotifySizes> value) {
    Gauge.builder("mangru.notify." + name, () -> value.applyAsDouble(notifier.sizes()))
        .description(description)
        .register(registry);
  }
}
