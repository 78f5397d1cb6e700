package dev.mangru.model.slo;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How one objective fares.
///
/// @param objective the objective
/// @param windows the windows it is judged over, shortest first
/// @param burnRate1h how many times faster than allowed the budget was spent in the last hour; 1
///   spends it exactly; null while nothing has been measured
public record SloStatus(Objective objective, List<Window> windows, @Nullable Double burnRate1h) {

  public SloStatus {
    windows = List.copyOf(windows);
  }

  /// An objective over one window that ends now.
  ///
  /// @param name `1h`, `1d`, `30d` or `1y`
  /// @param length how long the window is
  /// @param measured how much of it has been measured so far
  /// @param availability good over total, 0 to 1; null while nothing has been measured
  /// @param budgetLeft share of the error budget left, 1 untouched, below 0 overspent; null
  ///   likewise
  /// @param budgetLeftTime the same as time without availability that may still pass, zero when
  ///   overspent; null likewise
  public record Window(
      String name,
      Duration length,
      Duration measured,
      @Nullable Double availability,
      @Nullable Double budgetLeft,
      @Nullable Duration budgetLeftTime) {}
}
