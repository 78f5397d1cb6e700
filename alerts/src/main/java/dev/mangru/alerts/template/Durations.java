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
      int end = at;
      while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
        end++;
      }
      Unit unit = unitAt(text, end);
      if (end == at || unit == null || unit.millis >= unitBefore) {
        throw new FunctionFailure("not a valid duration string: " + GoStrings.quote(text));
      }
      unitBefore = unit.millis;
      long most = Long.MAX_VALUE / 1_000_000; // Go counts nanoseconds.
      long count = end - at > 18 ? Long.MAX_VALUE : Long.parseLong(text.substring(at, end));
      if (count > (most - total) / unit.millis) {
        throw new FunctionFailure("duration out of range");
      }
      total += count * unit.millis;
      at = end + unit.text.length();
    }
    return total;
  }

  private static @Nullable Unit unitAt(String text, int at) {
    if (text.startsWith("ms", at)) {
      return Unit.MS;
    }
    for (Unit unit : Unit.values()) {
      if (text.startsWith(unit.text, at)) {
        return unit;
      }
    }
    return null;
  }
}
