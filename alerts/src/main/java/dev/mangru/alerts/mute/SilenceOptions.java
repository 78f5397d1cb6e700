package dev.mangru.alerts.mute;

import java.time.Duration;

/// Limits of [Silences].
///
/// @param maxSilences kept at once, expired ones included
/// @param maxBytes of one silence as it is written down
/// @param retention how long an expired silence is kept
public record SilenceOptions(int maxSilences, int maxBytes, Duration retention) {

  /// Retention is Alertmanager's default, 120 hours; it has no limits, ours are chosen.
  public static final SilenceOptions DEFAULT =
      new SilenceOptions(10_000, 65_536, Duration.ofDays(5));

  public SilenceOptions {
    if (maxSilences < 1) {
      throw new IllegalArgumentException("at least one silence must be allowed: " + maxSilences);
    }
    if (maxBytes < 1) {
      throw new IllegalArgumentException("a silence must be allowed some bytes: " + maxBytes);
    }
    if (retention.isNegative()) {
      throw new IllegalArgumentException("retention must not be negative: " + retention);
    }
  }
}
