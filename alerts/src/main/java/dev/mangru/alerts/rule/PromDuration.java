package dev.mangru.alerts.rule;

import dev.mangru.model.error.MangruException;
import java.time.Duration;

/// Durations as Prometheus' configuration writes them: `1h30m`, `15s`, `100d`, `0`.
///
/// Units are y, w, d, h, m, s and ms, each at most once and in this order; a year has 365 days.
/// Source: prometheus/common `model/time.go`.
public final class PromDuration {

  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] UNIT_MS = {
    365L * 86_400_000, 7L * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000, 1
  };

  /// Go keeps durations in 63 bits of nanoseconds; what is longer is refused there, and here.
  private static final long MAX_MS = Long.MAX_VALUE / 1_000_000;

  private PromDuration() {}

  /// Reads a duration; never negative.
  ///
  /// @throws MangruException `BAD_DATA` if it is not one
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    if (text.isEmpty()) {
      throw MangruException.badData("empty duration string");
    }
    long totalMs = 0;
    int unit = -1;
    int i = 0;
    while (i < text.length()) {
      int digits = i;
      long count = 0;
      while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
        count = Math.min(MAX_MS, count * 10 + (text.charAt(i) - '0'));
        i++;
      }
      int letters = i;
      while (i < text.length() && Character.isLetter(text.charAt(i))) {
        i++;
      }
      int found = indexOf(text.substring(letters, i));
      if (letters == digits || found <= unit) {
        throw MangruException.badData("not a valid duration string: \"" + text + "\"");
      }
      unit = found;
      if (count > (MAX_MS - totalMs) / UNIT_MS[unit]) {
        throw MangruException.badData("duration out of range: \"" + text + "\"");
      }
      totalMs += count * UNIT_MS[unit];
    }
    return Duration.ofMillis(totalMs);
  }

  private static int indexOf(String unit) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(unit)) {
        return i;
      }
    }
    return -1;
  }

  /// Writes a duration the way it is read: `1h30m`. Below a millisecond is left out. Years and
  /// weeks only appear alone, as upstream writes them.
  public static String format(Duration duration) {
    long ms = duration.toMillis();
    if (ms == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < UNITS.length; i++) {
      long count = ms / UNIT_MS[i];
      boolean onlyExact = i < 2;
      if (count > 0 && (!onlyExact || ms % UNIT_MS[i] == 0)) {
        text.append(count).append(UNITS[i]);
        ms %= UNIT_MS[i];
      }
    }
    return text.toString();
  }
}
