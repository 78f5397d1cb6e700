package dev.mangru.alerts.burn;

import java.time.Duration;

/// How burn rates are watched.
///
/// @param pageInterval between evaluations of what pages
/// @param ticketInterval between evaluations of what opens tickets; their windows are long, and so
///   dearer to read
/// @param minBadEvents bad events in the long window below which nothing fires; with little traffic
///   one failure is a large ratio. Only for objectives that count events
public record BurnRateOptions(Duration pageInterval, Duration ticketInterval, int minBadEvents) {

  public BurnRateOptions {
    if (!pageInterval.isPositive() || !ticketInterval.isPositive()) {
      throw new IllegalArgumentException(
          "intervals must be positive: " + pageInterval + ", " + ticketInterval);
    }
    if (minBadEvents < 0) {
      throw new IllegalArgumentException("minBadEvents must not be negative: " + minBadEvents);
    }
  }

  /// Every 15 s and every minute; five bad events at least.
  public static BurnRateOptions defaults() {
    return new BurnRateOptions(Duration.ofSeconds(15), Duration.ofMinutes(1), 5);
  }
}
