package dev.mangru.dashboard.slo;

import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.SloStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Everything a reader is told about one objective, in words. Pure.
///
/// @param name the objective's name
/// @param description one line from its configuration
/// @param health how worried to be
/// @param window name of the window that the summary speaks of: `30d` if there is one
/// @param actual the measured availability
/// @param target the wanted availability, in percent
/// @param targetRatio the same as a ratio, 0 to 1
/// @param budgetLeft the budget left, as a share
/// @param budgetLeftTime the same as time
/// @param budgetFill 0 to 1, how much of the budget bar is full; null while unknown
/// @param burn the burn rate of the last hour
/// @param exhaustion when the budget is gone at this pace, or empty
/// @param coverage how much of the window has been measured, or empty once it is whole
/// @param promise what the target allows per year, month and day
/// @param problem why it is not being measured right now, or empty
/// @param rows one line for each window, shortest first
public record SloSummary(
    String name,
    String description,
    SloHealth health,
    String window,
    String actual,
    String target,
    double targetRatio,
    String budgetLeft,
    String budgetLeftTime,
    @Nullable Double budgetFill,
    String burn,
    String exhaustion,
    String coverage,
    String promise,
    String problem,
    List<Row> rows) {

  private static final String BUDGET_WINDOW = "30d";

  /// Below this share a window counts as partly measured; the rest is rounding. Chosen here.
  private static final double WHOLE = 0.995;

  public SloSummary {
    rows = List.copyOf(rows);
  }

  /// One window of an objective.
  ///
  /// @param window `1h`, `1d`, `30d` or `1y`
  /// @param health how this window alone looks
  /// @param availability measured
  /// @param allowed what the target allows in this window, as time
  /// @param budgetLeft the budget left, as a share
  /// @param budgetLeftTime the same as time
  /// @param budgetFill 0 to 1; null while unknown
  /// @param coverage how much of the window has been measured, or empty once it is whole
  public record Row(
      String window,
      SloHealth health,
      String availability,
      String allowed,
      String budgetLeft,
      String budgetLeftTime,
      @Nullable Double budgetFill,
      String coverage) {}

  /// Puts one status into words.
  public static SloSummary of(SloStatus status) {
    Objective objective = status.objective();
    double target = objective.target();
    List<Row> rows =
        status.windows().stream().map(window -> row(window, target, status.burnRate1h())).toList();
    SloStatus.@Nullable Window main = mainWindow(status.windows());
    if (main == null) {
      return new SloSummary(
          objective.name(),
          objective.description(),
          SloHealth.UNKNOWN,
          BUDGET_WINDOW,
          SloText.UNKNOWN,
          SloText.target(target),
          target,
          SloText.UNKNOWN,
          SloText.UNKNOWN,
          null,
          SloText.burnRate(status.burnRate1h()),
          "",
          "",
          SloText.promise(target),
          Objects.requireNonNullElse(status.problem(), ""),
          rows);
    }
    Row mainRow = row(main, target, status.burnRate1h());
    return new SloSummary(
        objective.name(),
        objective.description(),
        mainRow.health(),
        main.name(),
        mainRow.availability(),
        SloText.target(target),
        target,
        mainRow.budgetLeft(),
        mainRow.budgetLeftTime(),
        mainRow.budgetFill(),
        SloText.burnRate(status.burnRate1h()),
        SloText.exhaustion(main.budgetLeft(), status.burnRate1h(), main.length()),
        mainRow.coverage(),
        SloText.promise(target),
        Objects.requireNonNullElse(status.problem(), ""),
        rows);
  }

  private static SloStatus.@Nullable Window mainWindow(List<SloStatus.Window> windows) {
    return windows.stream()
        .filter(window -> window.name().equals(BUDGET_WINDOW))
        .findFirst()
        .or(() -> windows.stream().max(Comparator.comparing(SloStatus.Window::length)))
        .orElse(null);
  }

  private static Row row(SloStatus.Window window, double target, @Nullable Double burnRate1h) {
    return new Row(
        window.name(),
        SloHealth.of(window, burnRate1h),
        SloText.availability(window.availability(), target),
        SloText.allowance(target, window.length()),
        SloText.budgetLeft(window.budgetLeft()),
        SloText.duration(window.budgetLeftTime()),
        window.budgetLeft() == null ? null : Math.clamp(window.budgetLeft(), 0.0, 1.0),
        coverage(window.measured(), window.length()));
  }

  private static String coverage(Duration measured, Duration length) {
    if (measured.toMillis() >= WHOLE * length.toMillis()) {
      return "";
    }
    return "measured for %s of %s".formatted(SloText.duration(measured), SloText.duration(length));
  }
}
