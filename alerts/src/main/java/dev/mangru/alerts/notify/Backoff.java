package dev.mangru.alerts.notify;

import java.time.Duration;
import java.util.SplittableRandom;

/// How long to wait before the next attempt: half as long again each time, between half and one and
/// a half of that. Source: the parameters of `cenkalti/backoff`, which Alertmanager uses.
final class Backoff {

  private static final double FACTOR = 1.5;

  /// The waits reach any sensible maximum long before this attempt.
  private static final int ENOUGH = 60;

  private final Duration first;
  private final Duration max;
  private final SplittableRandom random;

  Backoff(Duration first, Duration max, SplittableRandom random) {
    this.first = first;
    this.max = max;
    this.random = random;
  }

  /// After `attempts` attempts, from 1.
  Duration after(int attempts) {
    double base = (double) first.toMillis() * Math.pow(FACTOR, Math.min(attempts, ENOUGH) - 1);
    double capped = Math.min(base, (double) max.toMillis());
    return Duration.ofMillis(Math.max(1, Math.round(capped * (0.5 + random.nextDouble()))));
  }
}
