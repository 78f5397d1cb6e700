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
/// @param problem why it is not being measured right now, for people; null while all is well
public record SloStatus(
    Objective objective,
    List<Window> windows,
    @Nullable Double burnRate1h,
    @Nullable String problem) {

  public SloStatus {
    windows = List.copyOf(windows);
  }

  /// A status without a problem.
  public SloStatus(Objective objective, List<Window> windows, @Nullable Double burnRate1h) {
    this(objective, windows, burnRate1h, null);
  }

  /// An objective over one window that ends now.
  ///
  /// @param name `1h`, `1d`, `30d` or `1y`
  /// @param length how long the window is
  /// @param measured how much of it has been measured so far
  /// @param availability good over total, 0 to 1; null while nothing has been measured
  /// @param budgetLeft share of the window's error budget left, 1 untouched, below 0 overspent;
  ///   time not measured has spent nothing; null likewise
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
