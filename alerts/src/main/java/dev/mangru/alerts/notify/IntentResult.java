package dev.mangru.alerts.notify;

import java.time.Instant;

/// What became of an intent.
record IntentResult(String id, State state, Instant at, int attempts, String detail) {

  enum State {
    DELIVERED,
    /// Refused, or nobody is left to be told.
    FAILED,
    /// A newer notification says all of it and more.
    REPLACED
  }
}
