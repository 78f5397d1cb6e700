package dev.mangru.alerts.notify;

import java.util.concurrent.atomic.LongAdder;

/// What the notifier has counted since it was opened. Thread-safe.
final class NotifyCounters {

  private final LongAdder received = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder intended = new LongAdder();
  private final LongAdder attempted = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder waited = new LongAdder();

  void received(long alerts) {
    received.add(alerts);
  }

  void refused(long alerts) {
    refused.add(alerts);
  }

  void intended() {
    intended.increment();
  }

  void attempted() {
    attempted.increment();
  }

  void delivered() {
    delivered.increment();
  }

  void failed() {
    failed.increment();
  }

  void retried() {
    retried.increment();
  }

  void waited() {
    waited.increment();
  }

  long receivedAlerts() {
    return received.sum();
  }

  long refusedAlerts() {
    return refused.sum();
  }

  long intents() {
    return intended.sum();
  }

  long attempts() {
    return attempted.sum();
  }

  long deliveries() {
    return delivered.sum();
  }

  long failures() {
    return failed.sum();
  }

  long retries() {
    return retried.sum();
  }

  long waits() {
    return waited.sum();
  }
}
