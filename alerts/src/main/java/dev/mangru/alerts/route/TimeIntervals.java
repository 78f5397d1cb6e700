package dev.mangru.alerts.route;

import dev.mangru.alerts.route.TimeInterval.Range;
import dev.mangru.alerts.route.YamlType.ListOf;
import dev.mangru.alerts.route.YamlType.Parsed;
import dev.mangru.alerts.route.YamlType.Struct;
import dev.mangru.model.error.MangruException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads time intervals.
public final class TimeIntervals {

  private static final List<String> DAYS =
      List.of("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");

  private static final List<String> MONTHS =
      List.of(
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");

  static final Struct TIME =
      Struct.of("timeinterval.yamlTimeRange")
          .texts("start_time", "end_time")
          .check(TimeIntervals::minutes);

  static final Struct INTERVAL =
      Struct.of("timeinterval.TimeInterval")
          .field("times", new ListOf("[]timeinterval.TimeRange", TIME))
          .field("weekdays", ranges("WeekdayRange", TimeIntervals::weekdays))
          .field("days_of_month", ranges("DayOfMonthRange", TimeIntervals::daysOfMonth))
          .field("months", ranges("MonthRange", TimeIntervals::months))
          .field("years", ranges("YearRange", TimeIntervals::years))
          .field("location", Parsed.string(TimeIntervals::zone));

  static final ListOf INTERVALS = new ListOf("[]timeinterval.TimeInterval", INTERVAL);

  private TimeIntervals() {}

  private static ListOf ranges(String type, java.util.function.Function<String, Object> parse) {
    return new ListOf("[]timeinterval." + type, Parsed.string(parse));
  }

  /// Parses a YAML list of time intervals.
  ///
  /// @throws MangruException `BAD_DATA` with Alertmanager's words
  public static List<TimeInterval> parse(String yaml) {
    YamlMap wrapped = new YamlMap();
    wrapped.put("all", YamlDecoder.decode(yaml, INTERVALS));
    return of(wrapped.maps("all"));
  }

  static List<TimeInterval> of(List<@Nullable YamlMap> maps) {
    List<TimeInterval> intervals = new ArrayList<>();
    for (YamlMap map : maps) {
      intervals.add(of(map == null ? new YamlMap() : map));
    }
    return List.copyOf(intervals);
  }

  private static TimeInterval of(YamlMap map) {
    return new TimeInterval(
        map.has("times") ? map.maps("times").stream().map(TimeIntervals::minutes).toList() : null,
        ranges(map, "weekdays"),
        ranges(map, "days_of_month"),
        ranges(map, "months"),
        ranges(map, "years"),
        map.get("location") instanceof ZoneId zone ? zone : TimeInterval.DEFAULT_ZONE);
  }

  private static @Nullable List<Range> ranges(YamlMap map, String name) {
    if (!map.has(name)) {
      return null;
    }
    List<Range> ranges = new ArrayList<>();
    for (Object each : map.list(name)) {
      ranges.add(each instanceof Range range ? range : new Range(0, 0));
    }
    return ranges;
  }

  private static Range minutes(@Nullable YamlMap map) {
    if (map == null) {
      return new Range(0, 0);
    }
    if (!map.hasText("start_time") || !map.hasText("end_time")) {
      throw MangruException.badData("both start and end times must be provided");
    }
    int start = minute(map.text("start_time"));
    int end = minute(map.text("end_time"));
    if (start >= end) {
      throw MangruException.badData("start time cannot be equal or greater than end time");
    }
    return new Range(start, end);
  }

  private static int minute(String text) {
    boolean shape = text.length() == 5 && text.charAt(2) == ':';
    for (int i : new int[] {0, 1, 3, 4}) {
      shape = shape && text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (shape) {
      int hour = Integer.parseInt(text.substring(0, 2));
      int minute = Integer.parseInt(text.substring(3));
      if (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))) {
        return hour * 60 + minute;
      }
    }
    throw MangruException.badData("couldn't parse timestamp " + text + ", invalid format");
  }

  /// A member of a range as a number.
  private interface Member {
    int of(String text);
  }

  private static Range range(String text, Member member) {
    String[] parts = text.toLowerCase(Locale.ROOT).split(":", -1);
    if (parts.length == 1) {
      int only = member.of(parts[0]);
      return new Range(only, only);
    }
    if (parts.length != 2) {
      throw MangruException.badData(
          "couldn't parse range " + text.toLowerCase(Locale.ROOT) + ", invalid format");
    }
    return new Range(member.of(parts[0]), member.of(parts[1]));
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException _) {
      throw MangruException.badData(
          "strconv.Atoi: parsing " + GoText.quote(text) + ": invalid syntax");
    }
  }

  private static Range weekdays(String text) {
    Range range =
        range(
            text,
            name -> {
              int day = DAYS.indexOf(name);
              if (day < 0) {
                throw MangruException.badData(name + " is not a valid weekday");
              }
              return day;
            });
    if (range.first() > range.last()) {
      throw MangruException.badData("start day cannot be before end day");
    }
    return range;
  }

  private static Range daysOfMonth(String text) {
    Range range = range(text, TimeIntervals::number);
    for (int day : new int[] {range.first(), range.last()}) {
      if (day == 0 || day < -31 || day > 31) {
        throw MangruException.badData(day + " is not a valid day of the month: out of range");
      }
    }
    if (range.first() < 0 && range.last() > 0) {
      throw MangruException.badData("end day must be negative if start day is negative");
    }
    // The shortest month has 28 days.
    int first = range.first() < 0 ? 28 + range.first() : range.first();
    int last = range.last() < 0 ? 28 + range.last() : range.last();
    if (first > last) {
      throw MangruException.badData(
          "end day " + range.last() + " is always before start day " + range.first());
    }
    return range;
  }

  private static Range months(String text) {
    Range range =
        range(
            text,
            name -> {
              int month = MONTHS.indexOf(name) + 1;
              if (month > 0) {
                return month;
              }
              try {
                return Integer.parseInt(name);
              } catch (NumberFormatException _) {
                throw MangruException.badData(name + " is not a valid month");
              }
            });
    if (range.first() > range.last()) {
      throw MangruException.badData(
          "end month " + month(range.last()) + " is before start month " + month(range.first()));
    }
    return range;
  }

  private static String month(int number) {
    return number >= 1 && number <= 12 ? MONTHS.get(number - 1) : "";
  }

  private static Range years(String text) {
    Range range = range(text, TimeIntervals::number);
    if (range.first() > range.last()) {
      throw MangruException.badData(
          "end year " + range.last() + " is before start year " + range.first());
    }
    return range;
  }

  private static ZoneId zone(String name) {
    if (name.isEmpty() || name.equals("UTC")) {
      return TimeInterval.DEFAULT_ZONE;
    }
    if (name.equals("Local")) {
      return ZoneId.systemDefault();
    }
    try {
      // Offsets such as "+02:00" are Java's, not names of the zone database.
      if (Character.isLetter(name.charAt(0)) && ZoneId.getAvailableZoneIds().contains(name)) {
        return ZoneId.of(name);
      }
    } catch (DateTimeException e) {
      throw new MangruException(
          dev.mangru.model.error.ErrorCode.BAD_DATA, "unknown time zone " + name, e);
    }
    throw MangruException.badData("unknown time zone " + name);
  }
}
