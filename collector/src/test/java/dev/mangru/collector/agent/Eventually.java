package dev.mangru.collector.agent;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what other threads do.
final class Eventually {

  private Eventually() {}

  /// Whether `condition` became true in time; looked at every few milliseconds.
  static boolean within(Duration most, BooleanSupplier condition) {
    long end = System.nanoTime() + most.toNanos();
    while (System.nanoTime() - end < 0) {
      if (condition.getAsBoolean()) {
        return true;
      }
      LockSupport.parkNanos(5_000_000);
    }
    return condition.getAsBoolean();
  }
}
