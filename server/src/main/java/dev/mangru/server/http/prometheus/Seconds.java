package dev.mangru.server.http.prometheus;

/// Times as Prometheus writes them: seconds with exactly three decimals unless they are whole.
final class Seconds {

  private Seconds() {}

  /// `1435781430.781`, `1435781430`, `-0.005`.
  static String of(long timeMs) {
    StringBuilder text = new StringBuilder(16);
    append(timeMs, text);
    return text.toString();
  }

  /// Appends what [#of] returns.
  static void append(long timeMs, StringBuilder text) {
    if (timeMs < 0) {
      text.append('-');
    }
    long magnitude = Math.abs(timeMs);
    text.append(magnitude / 1000);
    int rest = (int) (magnitude % 1000);
    if (rest != 0) {
      text.append(rest < 10 ? ".00" : rest < 100 ? ".0" : ".").append(rest);
    }
  }
}
