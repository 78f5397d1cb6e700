package dev.mangru.autoscaler.node.plan;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/// Reads durations as Go writes them: `1h30m`, `1.5s`, `250ms`.
final class GoDuration {

  private static final int MAX_LENGTH = 40;
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  private GoDuration() {}

  /// The duration; empty when the text is none or negative.
  static Optional<Duration> parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    BigDecimal nanos = BigDecimal.ZERO;
    int at = 0;
    while (at < text.length()) {
      int number = at;
      while (at < text.length() && "0123456789.".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      int unit = at;
      while (at < text.length() && "0123456789.".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      long perUnit = nanosPer(text.substring(unit, at));
      if (perUnit == 0 || number == unit) {
        return text.equals("0") ? Optional.of(Duration.ZERO) : Optional.empty();
      }
      try {
        BigDecimal count = new BigDecimal(text.substring(number, unit));
        nanos = nanos.add(count.multiply(BigDecimal.valueOf(perUnit)));
      } catch (NumberFormatException _) {
        return Optional.empty(); // two dots or a lone one
      }
    }
    return nanos.compareTo(LONGEST) > 0
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(nanos.longValue()));
  }

  private static long nanosPer(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "us", "µs" -> 1_000;
      case "ms" -> 1_000_000;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      default -> 0;
    };
  }
}
