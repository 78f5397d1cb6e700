package dev.mangru.alerts.template;

import org.jspecify.annotations.Nullable;

/// Prometheus' durations, such as `1h30m` or `-5m`.
final class Durations {

  /// Units from large to small, as they have to follow each other.
  private enum Unit {
    Y("y", 365L * 24 * 3_600_000),
    W("w", 7L * 24 * 3_600_000),
    D("d", 24L * 3_600_000),
    H("h", 3_600_000),
    M("m", 60_000),
    S("s", 1_000),
    MS("ms", 1);

    private final String text;
    private final long millis;

    Unit(String text, long millis) {
      this.text = text;
      this.millis = millis;
    }
  }

  private Durations() {}

  /// Go's `model.ParseDurationAllowNegative`, in seconds.
  static double parseSeconds(String text) throws FunctionFailure {
    boolean negative = text.startsWith("-");
    long millis = millis(negative ? text.substring(1) : text);
    return (negative ? -millis : millis) / 1_000.0;
  }

  private static long millis(String text) throws FunctionFailure {
    if (text.equals("0")) {
      return 0;
    }
    if (text.isEmpty()) {
      throw new FunctionFailure("empty duration string");
    }
    long total = 0;
    int at = 0;
    long unitBefore = Long.MAX_VALUE;
    while (at < text.length()) {
      int unitStart = skip(text, at, true);
      int end = skip(text, unitStart, false);
      if (unitStart == at || end == unitStart || unitStart - at > 19) {
        throw notValid(text);
      }
      Unit unit = unit(text.substring(unitStart, end));
      if (unit == null) {
        throw new FunctionFailure(
            "unknown unit %s in duration %s"
                .formatted(GoStrings.quote(text.substring(unitStart, end)), GoStrings.quote(text)));
      }
      if (unit.millis >= unitBefore) {
        throw notValid(text);
      }
      unitBefore = unit.millis;
      long most = Long.MAX_VALUE / 1_000_000; // Go counts nanoseconds.
      long count =
          unitStart - at > 18 ? Long.MAX_VALUE : Long.parseLong(text.substring(at, unitStart));
      if (count > (most - total) / unit.millis) {
        throw new FunctionFailure("duration out of range");
      }
      total += count * unit.millis;
      at = end;
    }
    return total;
  }

  /// Where digits, or what is none, end.
  private static int skip(String text, int from, boolean digits) {
    int at = from;
    while (at < text.length() && digits == (text.charAt(at) >= '0' && text.charAt(at) <= '9')) {
      at++;
    }
    return at;
  }

  private static FunctionFailure notValid(String text) {
    return new FunctionFailure("not a valid duration string: " + GoStrings.quote(text));
  }

  private static @Nullable Unit unit(String text) {
    for (Unit unit : Unit.values()) {
      if (unit.text.equals(text)) {
        return unit;
      }
    }
    return null;
  }
}
