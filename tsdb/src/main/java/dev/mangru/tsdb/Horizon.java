package dev.mangru.tsdb;

import java.util.concurrent.atomic.AtomicLong;

/// The time from which on the series table tells all there is: every readable sample after [#ms] is
/// of a series in the table and not after its newest sample there. Before it there may be samples
/// that the table does not know: those in files from before the start or from an import, of series
/// that were dropped; and the newest samples it knows may be gone, deleted or with their file.
///
/// Thread-safe. Whoever changes what is readable raises it first and publishes the change then;
/// whoever reads takes view and table first and asks then.
final class Horizon {

  private final AtomicLong ms = new AtomicLong(Long.MIN_VALUE);

  /// Time in milliseconds; [Long#MIN_VALUE] if the table tells everything.
  long ms() {
    return ms.get();
  }

  /// Says that up to this time the table does not tell everything.
  void raise(long toMs) {
    ms.accumulateAndGet(toMs, Math::max);
  }
}
