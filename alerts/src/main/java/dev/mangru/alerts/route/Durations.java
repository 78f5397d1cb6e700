package dev.mangru.alerts.route;

import dev.mangru.model.error.MangruException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The two ways in which configuration files write lengths of time.
final class Durations {

  private static final long DAY_MS = 86_400_000;
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] UNIT_MS = {
    365 * DAY_MS, 7 * DAY_MS, DAY_MS, 3_600_000, 60_000, 1_000, 1
  };

  private static final Map<String, BigDecimal> GO_UNIT_NS =
      Map.of(
          "ns", BigDecimal.ONE,
          "us", BigDecimal.valueOf(1_000),
          "µs", BigDecimal.valueOf(1_000),
          "μs", BigDecimal.valueOf(1_000),
          "ms", BigDecimal.valueOf(1_000_000),
          "s", BigDecimal.valueOf(1_000_000_000L),
          "m", BigDecimal.valueOf(60_000_000_000L),
          "h", BigDecimal.valueOf(3_600_000_000_000L));

  private Durations() {}

  /// Prometheus' form: `1h30m`, units at most once and largest first. Source: prometheus/common
  /// `model/time.go`.
  ///
  /// @throws MangruException `BAD_DATA` for anything else
  static Duration prometheus(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    if (text.isEmpty()) {
      throw MangruException.badData("empty duration string");
    }
    long total = 0;
    int at = 0;
    int unit = 0;
    try {
      while (at < text.length()) {
        int digits = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
          at++;
        }
        int letters = at;
        while (at < text.length() && !isDigit(text.charAt(at))) {
          at++;
        }
        String name = text.substring(letters, at);
        while (unit < UNITS.length && !UNITS[unit].equals(name)) {
          unit++;
        }
        if (unit == UNITS.length || letters == digits) {
          throw invalid(text);
        }
        long amount = Long.parseLong(text.substring(digits, letters));
        total = Math.addExact(total, Math.multiplyExact(amount, UNIT_MS[unit]));
        if (total > Long.MAX_VALUE / 1_000_000) {
          throw MangruException.badData("duration out of range");
        }
        unit++;
      }
    } catch (ArithmeticException | NumberFormatException _) {
      throw MangruException.badData("duration out of range");
    }
    return Duration.ofMillis(total);
  }

  private static MangruException invalid(String text) {
    return MangruException.badData("not a valid duration string: " + GoText.quote(text));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /// Go's form: `1.5h`, `-300ms`; null for anything else.
  static @Nullable Duration go(String text) {
    int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    if (text.substring(at).equals("0")) {
      return Duration.ZERO;
    }
    if (at == text.length()) {
      return null;
    }
    BigDecimal total = BigDecimal.ZERO;
    while (at < text.length()) {
      int number = at;
      while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
      int letters = at;
      while (at < text.length() && !isDigit(text.charAt(at)) && text.charAt(at) != '.') {
        at++;
      }
      BigDecimal unit = GO_UNIT_NS.get(text.substring(letters, at));
      String digits = text.substring(number, letters);
      if (unit == null || digits.isEmpty() || digits.equals(".")) {
        return null;
      }
      try {
        total = total.add(new BigDecimal(digits).multiply(unit));
      } catch (NumberFormatException _) {
        return null;
      }
    }
    if (total.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      return null;
    }
    long nanos = total.setScale(0, RoundingMode.DOWN).longValueExact();
    return Duration.ofNanos(text.startsWith("-") ? -nanos : nanos);
  }
}
