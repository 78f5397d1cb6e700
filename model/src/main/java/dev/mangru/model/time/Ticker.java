package dev.mangru.model.time;

/// Elapsed time. The value means nothing by itself; differences are nanoseconds. Never goes back.
@FunctionalInterface
public interface Ticker {

  /// The machine's monotonic clock.
  Ticker SYSTEM = System::nanoTime;

  /// Nanoseconds since an arbitrary instant.
  long read();
}
