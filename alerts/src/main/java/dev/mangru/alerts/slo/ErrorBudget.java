package dev.mangru.alerts.slo;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Computes the error budget. Pure functions of good, total and the target; nothing is kept here.
///
/// A target of 0.999 allows an error ratio of 0.001: 43.2 minutes in 30 days, 8.76 hours in a year
/// of 365 days. *Events* below are requests for a ratio and seconds for a time slice.
public final class ErrorBudget {

  private ErrorBudget() {}

  /// Bad events over all events, from 0 to 1; null when there were none. A good count above the
  /// total, which two counters read at different moments can give, is no error.
  public static @Nullable Double errorRatio(double good, double total) {
    return total > 0 ? Math.clamp((total - good) / total, 0, 1) : null;
  }

  /// The error ratio that the target allows, above 0 and below 1.
  public static double allowed(double target) {
    return 1 - target;
  }

  /// How many times faster than allowed the budget is being spent; 1 spends it exactly.
  public static double burnRate(double errorRatio, double target) {
    return errorRatio / allowed(target);
  }

  /// The share of a window's budget that is left: 1 untouched, 0 spent, below 0 overspent.
  ///
  /// Time not measured has spent nothing. So one bad hour after a fresh start leaves most of a
  /// year's budget, and a window measured throughout gives the usual `1 - burnRate`.
  ///
  /// @param measured how much of the window was measured
  /// @param window how long the window is, positive
  public static double left(double errorRatio, double target, Duration measured, Duration window) {
    double measuredShare = Math.min(1, (double) measured.toMillis() / window.toMillis());
    return 1 - burnRate(errorRatio, target) * measuredShare;
  }

  /// The same as time without availability that may still pass, to the millisecond; zero when
  /// overspent.
  public static Duration leftTime(double left, double target, Duration window) {
    return Duration.ofMillis(Math.round(allowed(target) * window.toMillis() * Math.max(0, left)));
  }
}
