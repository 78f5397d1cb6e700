package dev.mangru.tsdb.promql;

import org.jspecify.annotations.Nullable;

/// Reads and writes Prometheus durations such as `1h30m`.
public final class Durations {

  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] MILLIS = {
    365L * 24 * 3_600_000, 7L * 24 * 3_600_000, 24L * 3_600_000, 3_600_000, 60_000, 1_000, 1
  };

  private Durations() {}

  /// Milliseconds of a duration such as `1h5m`; `0` needs no unit.
  ///
  /// @throws IllegalArgumentException with a text for the user if it is none
  public static long parseMs(String text) {
    if (text.equals("0")) {
      return 0;
    }
    long total = 0;
    int unit = -1;
    int i = 0;
    while (i < text.length()) {
      int digits = i;
      while (i < text.length() && Lexer.isDigit(text.charAt(i))) {
        i++;
      }
      int letters = i;
      while (i < text.length() && !Lexer.isDigit(text.charAt(i))) {
        i++;
      }
      String name = text.substring(letters, i);
      if (digits == letters || name.isEmpty()) {
        throw invalid(text);
      }
      int found = unitNamed(name);
      if (found < 0) {
        throw new IllegalArgumentException(
            "unknown unit " + GoText.quote(name) + " in duration " + GoText.quote(text));
      }
      if (found <= unit) {
        throw invalid(text);
      }
      unit = found;
      try {
        long count = Long.parseLong(text.substring(digits, letters));
        total = Math.addExact(total, Math.multiplyExact(count, MILLIS[found]));
        Math.multiplyExact(total, 1_000_000L);
      } catch (ArithmeticException | NumberFormatException e) {
        throw new IllegalArgumentException("duration out of range", e);
      }
    }
    if (unit < 0) {
      throw invalid(text);
    }
    return total;
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException("not a valid duration string: " + GoText.quote(text));
  }

  private static int unitNamed(@Nullable String name) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /// Writes a duration with the fewest units: years, weeks and days only where they fit exactly.
  public static String format(long ms) {
    if (ms == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    long rest = Math.abs(ms);
    if (ms < 0) {
      text.append('-');
    }
    for (int i = 0; i < UNITS.length; i++) {
      boolean exactOnly = i < 3;
      if (exactOnly && rest % MILLIS[i] != 0) {
        continue;
      }
      long count = rest / MILLIS[i];
      if (count > 0) {
        text.append(count).append(UNITS[i]);
        rest -= count * MILLIS[i];
      }
    }
    return text.toString();
  }
}
