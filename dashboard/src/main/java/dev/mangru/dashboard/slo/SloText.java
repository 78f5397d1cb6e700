package dev.mangru.dashboard.slo;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Availability, budget and burn rate as people read them. Pure; all text is English.
public final class SloText {

  /// What is written where nothing has been measured; never a zero.
  public static final String UNKNOWN = "no data";

  /// A common year, the one that budgets are quoted for: 8,760 h.
  public static final Duration YEAR = Duration.ofDays(365);

  private static final double SECONDS_PER_MINUTE = 60;
  private static final double SECONDS_PER_HOUR = 3_600;
  private static final double SECONDS_PER_DAY = 86_400;

  private SloText() {}

  /// An objective's target in percent, with every digit that was configured: `99.9 %`.
  public static String target(double ratio) {
    return BigDecimal.valueOf(ratio).movePointRight(2).stripTrailingZeros().toPlainString() + " %";
  }

  /// A measured availability in percent, rounded down so that it never claims more than was
  /// reached: 0.99996 at target 0.999 is `99.996 %`, and only exactly 1 is `100 %`.
  ///
  /// @param ratio good over total, 0 to 1, or null while nothing has been measured
  /// @param target decides the digits: two more than the target has
  public static String availability(@Nullable Double ratio, double target) {
    if (ratio == null) {
      return UNKNOWN;
    }
    if (ratio >= 1) {
      return "100 %";
    }
    int targetDigits =
        Math.max(0, BigDecimal.valueOf(target).movePointRight(2).stripTrailingZeros().scale());
    int digits = Math.min(targetDigits + 2, 7);
    return new BigDecimal(ratio)
            .movePointRight(2)
            .setScale(digits, RoundingMode.FLOOR)
            .toPlainString()
        + " %";
  }

  /// The budget left as a share: `53 % left`, or `overspent by 20 %`.
  public static String budgetLeft(@Nullable Double left) {
    if (left == null) {
      return UNKNOWN;
    }
    double percent = left * 100;
    if (percent < 0) {
      return "overspent by " + significant(-percent) + " %";
    }
    return significant(percent) + " % left";
  }

  /// How fast the budget goes, against the pace that would spend it exactly: `6.2×`.
  public static String burnRate(@Nullable Double rate) {
    if (rate == null) {
      return UNKNOWN;
    }
    return significant(rate) + "×";
  }

  /// The time without availability that a target allows in a window: 0.999 over a year is `8.76 h`.
  public static String allowance(double target, Duration window) {
    BigDecimal share = BigDecimal.ONE.subtract(BigDecimal.valueOf(target));
    BigDecimal seconds = share.multiply(BigDecimal.valueOf(window.toMillis())).movePointLeft(3);
    return duration(seconds.doubleValue());
  }

  /// One sentence that makes the target tangible: `99.9 % allows 8.76 h a year, 43.2 min in 30
  /// days`.
  public static String promise(double target) {
    return "%s allows %s a year, %s in 30 days, %s a day"
        .formatted(
            target(target),
            allowance(target, YEAR),
            allowance(target, Duration.ofDays(30)),
            allowance(target, Duration.ofDays(1)));
  }

  /// A length of time in its largest fitting unit with three significant digits: `8.76 h`, `43.2
  /// min`, `86.4 s`; hours go on to 72 because budgets are compared in hours.
  public static String duration(@Nullable Duration duration) {
    return duration == null ? UNKNOWN : duration(duration.toMillis() / 1000.0);
  }

  static String duration(double seconds) {
    if (seconds < 0) {
      return "−" + duration(-seconds);
    }
    if (seconds == 0) {
      return "0 s";
    }
    if (seconds < 1) {
      return significant(seconds * 1000) + " ms";
    }
    if (seconds < 2 * SECONDS_PER_MINUTE) {
      return significant(seconds) + " s";
    }
    if (seconds < SECONDS_PER_HOUR) {
      return significant(seconds / SECONDS_PER_MINUTE) + " min";
    }
    if (seconds < 3 * SECONDS_PER_DAY) {
      return significant(seconds / SECONDS_PER_HOUR) + " h";
    }
    return significant(seconds / SECONDS_PER_DAY) + " d";
  }

  /// When the budget of a window is gone at the pace of the last hour: `out in 4.2 h at this rate`;
  /// empty while the pace would not spend it within the window.
  ///
  /// @param left share of the budget left, null while unknown
  /// @param burnRate budget speed, 1 spends it in exactly `window`; null while unknown
  public static String exhaustion(
      @Nullable Double left, @Nullable Double burnRate, Duration window) {
    if (left == null || burnRate == null || burnRate <= 1) {
      return "";
    }
    if (left <= 0) {
      return "already spent";
    }
    double seconds = left * window.toSeconds() / burnRate;
    return "out in " + duration(seconds) + " at this rate";
  }

  /// Three significant digits without an exponent or trailing zeros, thousands whole: `0.052`,
  /// `6.2`, `1234`.
  static String significant(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return String.format(Locale.ROOT, "%s", value);
    }
    if (Math.abs(value) >= 1000) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    BigDecimal rounded =
        new BigDecimal(value, new MathContext(3, RoundingMode.HALF_UP)).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }
}
