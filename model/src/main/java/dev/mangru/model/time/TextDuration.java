package dev.mangru.model.time;

import java.time.Duration;

/// Lengths of time as Prometheus writes them: `15s`, `1h30m`, `400d`.
///
/// Source: prometheus/common `model/time.go`, `Duration.String`.
public final class TextDuration {

  private static final long[] UNIT_MS = {
    365L * 86_400_000, 7L * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000, 1
  };
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};

  /// Years and weeks are written only where nothing is left over.
  private static final int EXACT_UNITS = 2;

  private TextDuration() {}

  /// The length in whole milliseconds, largest unit first; `0s` for none.
  ///
  /// @param duration not negative
  public static String of(Duration duration) {
    long ms = duration.toMillis();
    if (ms < 0) {
      throw new IllegalArgumentException("a length of time must not be negative: " + duration);
    }
    if (ms == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < UNITS.length; i++) {
      boolean fits = i >= EXACT_UNITS || ms % UNIT_MS[i] == 0;
      if (fits && ms >= UNIT_MS[i]) {
        text.append(ms / UNIT_MS[i]).append(UNITS[i]);
        ms %= UNIT_MS[i];
      }
    }
    return text.toString();
  }
}
