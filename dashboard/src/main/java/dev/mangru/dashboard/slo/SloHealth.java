package dev.mangru.dashboard.slo;

import dev.mangru.model.slo.SloStatus;
import org.jspecify.annotations.Nullable;

/// How worried to be about an objective: a word, an icon and a colour, never a colour alone.
public enum SloHealth {
  /// Nothing has been measured.
  UNKNOWN("No data", "unknown"),
  /// Within budget, at a pace that keeps it so.
  OK("OK", "ok"),
  /// The budget goes too fast, or little of it is left.
  AT_RISK("At risk", "warn"),
  /// At this pace the budget of a month is gone within two days.
  BURNING("Burning fast", "crit"),
  /// The budget is spent.
  BREACHED("Breached", "crit");

  /// Spends 2 % of a 30 day budget in an hour: the pace at which to page. Source: Google, “The Site
  /// Reliability Workbook”, chapter 5, table 5-8.
  static final double PAGE_BURN_RATE = 14.4;

  /// Spends 5 % of a 30 day budget in six hours. Source: as above.
  static final double WARN_BURN_RATE = 6;

  /// Below a quarter of the budget a single bad hour can end it. Chosen here.
  static final double LOW_BUDGET = 0.25;

  private final String word;
  private final String style;

  SloHealth(String word, String style) {
    this.word = word;
    this.style = style;
  }

  /// The state in a word or two.
  public String word() {
    return word;
  }

  /// The suffix of its CSS class and the name of its icon: `ok`, `warn`, `crit` or `unknown`.
  public String style() {
    return style;
  }

  /// Judges one objective over one window.
  ///
  /// @param window the window whose budget counts
  /// @param burnRate1h the pace of the last hour, null while unknown
  public static SloHealth of(SloStatus.Window window, @Nullable Double burnRate1h) {
    Double left = window.budgetLeft();
    if (left == null) {
      return UNKNOWN;
    }
    double burn = burnRate1h == null ? 0 : burnRate1h;
    if (left <= 0) {
      return BREACHED;
    }
    if (burn >= PAGE_BURN_RATE) {
      return BURNING;
    }
    if (left < LOW_BUDGET || burn >= WARN_BURN_RATE) {
      return AT_RISK;
    }
    return OK;
  }
}
