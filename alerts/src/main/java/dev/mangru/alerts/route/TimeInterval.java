package dev.mangru.alerts.route;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A repeating stretch of time, such as working hours. An instant is inside if it is inside one
/// range of every list; a list that is null holds everything.
///
/// @param times minutes of the day
/// @param weekdays 0 is Sunday
/// @param daysOfMonth from 1; negative ones count from the end of the month, -1 is its last day
/// @param months from 1
/// @param zone where the clock hangs
public record TimeInterval(
    @Nullable List<Range> times,
    @Nullable List<Range> weekdays,
    @Nullable List<Range> daysOfMonth,
    @Nullable List<Range> months,
    @Nullable List<Range> years,
    ZoneId zone) {

  /// UTC, if none is given.
  public static final ZoneId DEFAULT_ZONE = ZoneOffset.UTC;

  /// From `first` to `last`, both inclusive; of minutes, `last` is exclusive.
  public record Range(int first, int last) {
    boolean holds(int value) {
      return value >= first && value <= last;
    }
  }

  public TimeInterval {
    times = copy(times);
    weekdays = copy(weekdays);
    daysOfMonth = copy(daysOfMonth);
    months = copy(months);
    years = copy(years);
  }

  private static @Nullable List<Range> copy(@Nullable List<Range> ranges) {
    return ranges == null ? null : List.copyOf(ranges);
  }

  /// Whether `at` is inside.
  public boolean contains(Instant at) {
    ZonedDateTime time = at.atZone(zone);
    int minute = time.getHour() * 60 + time.getMinute();
    return (times == null || times.stream().anyMatch(r -> minute >= r.first && minute < r.last))
        && holds(weekdays, time.getDayOfWeek().getValue() % 7)
        && inMonth(time)
        && holds(months, time.getMonthValue())
        && holds(years, time.getYear());
  }

  private static boolean holds(@Nullable List<Range> ranges, int value) {
    return ranges == null || ranges.stream().anyMatch(range -> range.holds(value));
  }

  private boolean inMonth(ZonedDateTime time) {
    if (daysOfMonth == null) {
      return true;
    }
    int length = time.toLocalDate().lengthOfMonth();
    for (Range range : daysOfMonth) {
      int first = range.first < 0 ? length + range.first + 1 : range.first;
      int last = range.last < 0 ? length + range.last + 1 : range.last;
      if (first <= length
          && time.getDayOfMonth() >= first
          && time.getDayOfMonth() <= Math.min(last, length)) {
        return true;
      }
    }
    return false;
  }
}
