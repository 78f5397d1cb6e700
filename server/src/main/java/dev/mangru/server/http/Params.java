package dev.mangru.server.http;

import dev.mangru.model.error.MangruException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request's parameters, from the query string and a form body alike, in the forms of the
/// Prometheus HTTP API. Wrong ones are `BAD_DATA` with Prometheus' words.
public final class Params {

  /// How Prometheus writes its smallest and largest time (`minTimeFormatted`, `maxTimeFormatted` in
  /// web/api/v1/api.go); clients send them back.
  private static final String MIN_TIME = "-292273086-05-16T16:47:06Z";

  private static final String MAX_TIME = "292277025-08-18T07:12:54.999999999Z";

  private static final long[] UNIT_MS = {
    365L * 86_400_000, 7L * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000, 1
  };
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};

  private final HttpServletRequest request;

  /// The parameters of `request`.
  public Params(HttpServletRequest request) {
    this.request = request;
  }

  /// The first value, or null where there is none or it is empty.
  public @Nullable String get(String name) {
    String value = request.getParameter(name);
    return value == null || value.isEmpty() ? null : value;
  }

  /// The first value, or `absent`.
  public String get(String name, String absent) {
    String value = get(name);
    return value == null ? absent : value;
  }

  /// All values, in order.
  public List<String> all(String name) {
    String[] values = request.getParameterValues(name);
    return values == null ? List.of() : List.of(values);
  }

  /// A time in milliseconds since the epoch: float seconds, or RFC 3339.
  public long timeMs(String name, long absent) {
    String text = get(name);
    return text == null ? absent : timeMs(name, text);
  }

  /// A time that has to be there.
  public long requiredTimeMs(String name) {
    return timeMs(name, get(name, ""));
  }

  private static long timeMs(String name, String text) {
    Double seconds = number(text);
    if (seconds != null && Math.abs(seconds) < 9e15) {
      return milliseconds(seconds);
    }
    if (text.equals(MIN_TIME)) {
      return Long.MIN_VALUE;
    }
    if (text.equals(MAX_TIME)) {
      return Long.MAX_VALUE;
    }
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw invalid(name, "cannot parse \"" + text + "\" to a valid timestamp", e);
    }
  }

  private static long milliseconds(double seconds) {
    long whole = (long) seconds;
    double rest = seconds - whole;
    return whole * 1000 + (long) (Math.signum(rest) * Math.floor(Math.abs(rest) * 1000 + 0.5));
  }

  /// A length of time in milliseconds: float seconds, or `1h30m`. Null where there is none.
  public @Nullable Long durationMs(String name) {
    String text = get(name);
    if (text == null) {
      return null;
    }
    Double seconds = number(text);
    if (seconds != null) {
      if (Math.abs(seconds) > 9e9) {
        throw invalid(
            name, "cannot parse \"" + text + "\" to a valid duration. It overflows int64", null);
      }
      return (long) (seconds * 1000);
    }
    long parsed = prometheusDuration(text);
    if (parsed < 0) {
      throw invalid(name, "cannot parse \"" + text + "\" to a valid duration", null);
    }
    return parsed;
  }

  /// A length of time that is there and positive, or null.
  public @Nullable Duration duration(String name) {
    Long ms = durationMs(name);
    return ms == null ? null : Duration.ofMillis(ms);
  }

  /// A count; 0 where there is none.
  public int limit() {
    String text = get("limit");
    if (text == null) {
      return 0;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit < 0) {
        throw invalid("limit", "limit must be non-negative", null);
      }
      return limit;
    } catch (NumberFormatException e) {
      throw invalid("limit", "cannot parse \"" + text + "\" to a valid count", e);
    }
  }

  /// Samples that a query may hold; 0 where the request does not say.
  public long maxSamples() {
    return count("max_samples", 0, 1, Integer.MAX_VALUE);
  }

  /// A whole number from `min` to `max`, both inclusive.
  public int count(String name, int absent, int min, int max) {
    String text = get(name);
    if (text == null) {
      return absent;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
      throw invalid(name, "must be from " + min + " to " + max + ": " + value, null);
    } catch (NumberFormatException e) {
      throw invalid(name, "cannot parse \"" + text + "\" to a whole number", e);
    }
  }

  /// A time in nanoseconds since the epoch, as Loki reads it: up to ten digits are seconds, more
  /// are nanoseconds; with a point, float seconds; else RFC 3339. Source: Loki
  /// `pkg/loghttp/params.go`.
  public long timeNs(String name, long absent) {
    String text = get(name);
    if (text == null) {
      return absent;
    }
    if (text.chars().allMatch(c -> c >= '0' && c <= '9') && text.length() <= 19) {
      try {
        long value = Long.parseLong(text);
        return text.length() <= 10 ? Math.multiplyExact(value, 1_000_000_000L) : value;
      } catch (ArithmeticException | NumberFormatException e) {
        throw invalid(name, "cannot parse \"" + text + "\" to a valid timestamp", e);
      }
    }
    Double seconds = number(text);
    if (seconds != null && Math.abs(seconds) < 9e9) {
      long whole = (long) Math.floor(seconds);
      return whole * 1_000_000_000L + Math.round((seconds - whole) * 1e9);
    }
    try {
      return nanoseconds(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException | ArithmeticException e) {
      throw invalid(name, "cannot parse \"" + text + "\" to a valid timestamp", e);
    }
  }

  /// An instant as nanoseconds since the epoch.
  ///
  /// @throws ArithmeticException after the year 2262
  public static long nanoseconds(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }

  /// `invalid parameter "name": …`.
  public static MangruException invalid(String name, String why, @Nullable Throwable cause) {
    return new MangruException(
        dev.mangru.model.error.ErrorCode.BAD_DATA,
        "invalid parameter \"" + name + "\": " + why,
        cause);
  }

  /// A decimal number, or null if `text` is none. Java's own parser accepts more than Prometheus'.
  private static @Nullable Double number(String text) {
    if (text.isEmpty() || !text.chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0)) {
      return null;
    }
    try {
      double value = Double.parseDouble(text);
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  /// Milliseconds of `1h30m`, or -1. Units appear at most once, largest first. Source:
  /// prometheus/common `model/time.go`.
  static long prometheusDuration(String text) {
    if (text.equals("0")) {
      return 0;
    }
    long total = 0;
    int position = 0;
    int unit = 0;
    try {
      while (position < text.length()) {
        int digits = position;
        while (position < text.length() && Character.isDigit(text.charAt(position))) {
          position++;
        }
        int letters = position;
        while (position < text.length() && Character.isLetter(text.charAt(position))) {
          position++;
        }
        String name = text.substring(letters, position);
        while (unit < UNITS.length && !UNITS[unit].equals(name)) {
          unit++;
        }
        if (unit == UNITS.length || letters == digits) {
          return -1;
        }
        long amount = Long.parseLong(text.substring(digits, letters));
        total = Math.addExact(total, Math.multiplyExact(amount, UNIT_MS[unit]));
        unit++;
      }
    } catch (ArithmeticException | NumberFormatException _) {
      return -1;
    }
    return text.isEmpty() ? -1 : total;
  }
}
