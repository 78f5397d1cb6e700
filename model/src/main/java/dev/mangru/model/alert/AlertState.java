package dev.mangru.model.alert;

import java.util.Locale;

/// Where an alert stands.
public enum AlertState {
  /// Its expression has no result.
  INACTIVE,
  /// Its expression has a result, and has not had it for long enough.
  PENDING,
  /// It fires.
  FIRING,
  /// It fired, and does no more.
  RESOLVED;

  /// As Prometheus spells it: `firing`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
