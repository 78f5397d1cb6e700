package dev.mangru.alerts.template;

import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Go's `time.Time` and `time.Duration` with the methods that templates use.
final class GoTimes {

  private static final long SECOND = 1_000_000_000L;
  private static final String DEFAULT_LAYOUT = "2006-01-02 15:04:05.999999999 -0700 MST";

  /// What Go's zero time is.
  static final ZonedDateTime ZERO = ZonedDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  static final GoType DURATION = GoType.named("time.Duration", GoType.Kind.INT, durationMethods());
  static final GoType DURATION_POINTER = DURATION.pointer();
  private static final GoType MONTH =
      GoType.named(
          "time.Month",
          GoType.Kind.INT,
          Map.of(
              "String",
              GoType.Method.of((month, _) ->
                  Value.text(
                      Month.of((int) number(month)).getDisplayName(TextStyle.FULL, Locale.US)))));
  private static final GoType WEEKDAY =
      GoType.named(
          "time.Weekday",
          GoType.Kind.INT,
          Map.of(
              "String",
              GoType.Method.of((day, _) ->
                  Value.text(
                      DayOfWeek.of((int) ((number(day) + 6) % 7 + 1))
                          .getDisplayName(TextStyle.FULL, Locale.US)))));

  /// `time.Time` as a parameter of its own methods, which only compare by name.
  private static final GoType TIME_PARAMETER = GoType.struct("time.Time", Map.of());

  static final GoType TIME = GoType.struct("time.Time", timeMethods());
  static final GoType TIME_POINTER = TIME.pointer();

  private GoTimes() {}

  static Value time(Instant instant) {
    return new Value.Time(instant.atZone(ZoneOffset.UTC), TIME);
  }

  static Value duration(long nanos) {
    return new Value.Int(nanos, DURATION);
  }

  static ZonedDateTime at(Value value) throws FunctionFailure {
    if (value instanceof Value.Time time) {
      return time.at();
    }
    throw new FunctionFailure("expected time.Time; got " + value.type());
  }

  private static long number(Value value) {
    return switch (value) {
      case Value.Int integer -> integer.value();
      case Value.IntPointer pointer -> pointer.value();
      default -> 0;
    };
  }

  @FunctionalInterface
  private interface Of<T> {
    T apply(ZonedDateTime at);
  }

  private static GoType.Method integer(Of<Long> body, GoType type) {
    return GoType.Method.of((time, _) -> new Value.Int(body.apply(at(time)), type));
  }

  private static Map<String, GoType.Method> timeMethods() {
    Map<String, GoType.Method> methods = new HashMap<>();
    methods.put(
        "Format",
        GoType.Method.of(
            (time, given) ->
                Value.text(GoTimeFormat.format(at(time), Builtins.string(given.getFirst()))),
            GoType.STRING));
    methods.put(
        "String",
        GoType.Method.of((time, _) -> Value.text(GoTimeFormat.format(at(time), DEFAULT_LAYOUT))));
    methods.put(
        "Add",
        GoType.Method.of(
            (time, given) ->
                new Value.Time(
                    at(time).plusNanos(number(given.getFirst())), time.type().indirect()),
            DURATION));
    methods.put(
        "AddDate",
        GoType.Method.of(
            (time, given) -> new Value.Time(addDate(at(time), given), time.type().indirect()),
            GoType.INT,
            GoType.INT,
            GoType.INT));
    methods.put(
        "Sub",
        GoType.Method.of(
            (time, given) -> duration(between(at(given.getFirst()), at(time))), TIME_PARAMETER));
    methods.put("Before", compare(compared -> compared < 0));
    methods.put("After", compare(compared -> compared > 0));
    methods.put("Equal", compare(compared -> compared == 0));
    methods.put(
        "IsZero",
        GoType.Method.of(
            (time, _) -> new Value.Bool(at(time).toInstant().equals(ZERO.toInstant()))));
    methods.put(
        "UTC",
        GoType.Method.of((time, _) ->
            new Value.Time(at(time).withZoneSameInstant(ZoneOffset.UTC), time.type().indirect())));
    methods.put(
        "Local",
        GoType.Method.of((time, _) ->
            new Value.Time(at(time).withZoneSameInstant(ZoneOffset.UTC), time.type().indirect())));
    methods.put("Unix", integer(at -> at.toEpochSecond(), GoType.INT64));
    methods.put("UnixMilli", integer(at -> at.toInstant().toEpochMilli(), GoType.INT64));
    methods.put(
        "UnixMicro",
        integer(at -> at.toEpochSecond() * 1_000_000 + at.getNano() / 1_000, GoType.INT64));
    methods.put(
        "UnixNano", integer(at -> at.toEpochSecond() * SECOND + at.getNano(), GoType.INT64));
    methods.put("Year", integer(at -> (long) at.getYear(), GoType.INT));
    methods.put("Month", integer(at -> (long) at.getMonthValue(), MONTH));
    methods.put("Day", integer(at -> (long) at.getDayOfMonth(), GoType.INT));
    methods.put("YearDay", integer(at -> (long) at.getDayOfYear(), GoType.INT));
    methods.put("Weekday", integer(at -> (long) at.getDayOfWeek().getValue() % 7, WEEKDAY));
    methods.put("Hour", integer(at -> (long) at.getHour(), GoType.INT));
    methods.put("Minute", integer(at -> (long) at.getMinute(), GoType.INT));
    methods.put("Second", integer(at -> (long) at.getSecond(), GoType.INT));
    methods.put("Nanosecond", integer(at -> (long) at.getNano(), GoType.INT));
    methods.put(
        "Truncate",
        GoType.Method.of(
            (time, given) -> {
              long unit = number(given.getFirst());
              ZonedDateTime at = at(time);
              return new Value.Time(
                  unit <= 0 ? at : at.minusNanos(sinceZero(at, unit)), time.type().indirect());
            },
            DURATION));
    return methods;
  }

  /// Nanoseconds since Go's zero time, modulo `unit`.
  private static long sinceZero(ZonedDateTime at, long unit) {
    return BigInteger.valueOf(at.toEpochSecond() - ZERO.toEpochSecond())
        .multiply(BigInteger.valueOf(SECOND))
        .add(BigInteger.valueOf(at.getNano()))
        .mod(BigInteger.valueOf(unit))
        .longValue();
  }

  private static ZonedDateTime addDate(ZonedDateTime at, List<Value> given) throws FunctionFailure {
    long years = number(given.get(0));
    long months = number(given.get(1));
    long days = number(given.get(2));
    if (Math.abs(years) > 100_000 || Math.abs(months) > 1_000_000 || Math.abs(days) > 30_000_000) {
      throw new FunctionFailure("date out of range");
    }
    // Go normalizes: January 31 plus one month is the 31st day from February 1.
    return at.withDayOfMonth(1)
        .plusYears(years)
        .plusMonths(months)
        .plusDays(at.getDayOfMonth() - 1 + days);
  }

  @FunctionalInterface
  private interface Order {
    boolean test(int compared);
  }

  private static GoType.Method compare(Order order) {
    return GoType.Method.of(
        (time, given) ->
            new Value.Bool(
                order.test(at(time).toInstant().compareTo(at(given.getFirst()).toInstant()))),
        TIME_PARAMETER);
  }

  /// Nanoseconds from one time to the other, saturated as Go does.
  static long between(ZonedDateTime from, ZonedDateTime to) {
    BigInteger nanos =
        BigInteger.valueOf(to.toEpochSecond() - from.toEpochSecond())
            .multiply(BigInteger.valueOf(SECOND))
            .add(BigInteger.valueOf(to.getNano() - from.getNano()));
    if (nanos.bitLength() < 64) {
      return nanos.longValue();
    }
    return nanos.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  private static GoType.Method real(double unit) {
    return GoType.Method.of((duration, _) -> {
      long nanos = number(duration);
      long whole = nanos / (long) unit;
      return new Value.Real(whole + (nanos % (long) unit) / unit);
    });
  }

  private static GoType.Method whole(long unit) {
    return GoType.Method.of((duration, _) -> new Value.Int(number(duration) / unit, GoType.INT64));
  }

  private static Map<String, GoType.Method> durationMethods() {
    GoType parameter = GoType.named("time.Duration", GoType.Kind.INT, Map.of());
    Map<String, GoType.Method> methods = new HashMap<>();
    methods.put("String", GoType.Method.of((duration, _) -> Value.text(text(number(duration)))));
    methods.put("Seconds", real(1e9));
    methods.put("Minutes", real(60e9));
    methods.put("Hours", real(3_600e9));
    methods.put("Milliseconds", whole(1_000_000));
    methods.put("Microseconds", whole(1_000));
    methods.put("Nanoseconds", whole(1));
    methods.put(
        "Abs",
        GoType.Method.of((duration, _) -> {
          long nanos = number(duration);
          return duration(nanos == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(nanos));
        }));
    methods.put(
        "Truncate",
        GoType.Method.of(
            (duration, given) -> {
              long unit = number(given.getFirst());
              long nanos = number(duration);
              return duration(unit <= 0 ? nanos : nanos - nanos % unit);
            },
            parameter));
    methods.put(
        "Round",
        GoType.Method.of(
            (duration, given) -> duration(round(number(duration), number(given.getFirst()))),
            parameter));
    return methods;
  }

  /// To the nearest multiple, halves away from zero.
  private static long round(long nanos, long unit) {
    if (unit <= 0) {
      return nanos;
    }
    long rest = Math.abs(nanos % unit);
    long down = nanos - nanos % unit;
    if (rest < unit - rest) {
      return down;
    }
    long away = nanos < 0 ? down - unit : down + unit;
    boolean overflow = nanos < 0 ? away > 0 : away < 0;
    return overflow ? (nanos < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : away;
  }

  /// Go's `Duration.String`, such as `1h0m30s` or `1.5ms`.
  static String text(long nanos) {
    if (nanos == 0) {
      return "0s";
    }
    BigInteger size = BigInteger.valueOf(nanos).abs();
    String sign = nanos < 0 ? "-" : "";
    long abs = size.bitLength() < 64 ? size.longValue() : Long.MAX_VALUE;
    if (abs < SECOND) {
      if (abs < 1_000) {
        return sign + abs + "ns";
      }
      return abs < 1_000_000
          ? sign + fraction(abs, 1_000) + "µs"
          : sign + fraction(abs, 1_000_000) + "ms";
    }
    long seconds = abs / SECOND;
    String last = fraction(seconds % 60 * SECOND + abs % SECOND, SECOND) + "s";
    long minutes = seconds / 60;
    if (minutes == 0) {
      return sign + last;
    }
    long hours = minutes / 60;
    return sign + (hours == 0 ? "" : hours + "h") + minutes % 60 + "m" + last;
  }

  private static String fraction(long value, long unit) {
    String rest = Long.toString(unit + value % unit).substring(1);
    int end = rest.length();
    while (end > 0 && rest.charAt(end - 1) == '0') {
      end--;
    }
    return value / unit + (end == 0 ? "" : "." + rest.substring(0, end));
  }
}
