package dev.mangru.alerts.burn;

import java.math.BigDecimal;
import java.time.Duration;

/// One pair of windows: the long one says that it matters, the short one that it still goes on.
///
/// Source: SRE workbook, chapter 5, table 5-8: 14.4 times faster for an hour spends 2 % of the
/// budget of 30 days, 6 times for six hours 5 %, 3 times for a day 10 %, once for three days 10 %.
enum BurnWindow {
  /// 2 % of the budget of 30 days in an hour.
  PAGE_FAST("14.4", "1h", "5m", true, Duration.ofMinutes(2)),
  /// 5 % in 6 hours.
  PAGE_SLOW("6", "6h", "30m", true, Duration.ofMinutes(2)),
  /// 10 % in a day.
  TICKET_FAST("3", "1d", "2h", false, Duration.ofMinutes(15)),
  /// 10 % in 3 days.
  TICKET_SLOW("1", "3d", "6h", false, Duration.ofMinutes(15));

  private final BigDecimal factor;
  private final String longWindow;
  private final String shortWindow;
  private final boolean page;
  private final Duration keepFiring;

  BurnWindow(
      String factor, String longWindow, String shortWindow, boolean page, Duration keepFiring) {
    this.factor = new BigDecimal(factor);
    this.longWindow = longWindow;
    this.shortWindow = shortWindow;
    this.page = page;
    this.keepFiring = keepFiring;
  }

  BigDecimal factor() {
    return factor;
  }

  String longWindow() {
    return longWindow;
  }

  String shortWindow() {
    return shortWindow;
  }

  boolean page() {
    return page;
  }

  Duration keepFiring() {
    return keepFiring;
  }
}
