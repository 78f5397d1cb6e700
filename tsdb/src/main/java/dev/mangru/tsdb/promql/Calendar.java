package dev.mangru.tsdb.promql;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// The date functions, in UTC.
final class Calendar {

  private Calendar() {}

  /// A field of the date `epochSeconds` after the epoch, fractions cut off; NaN where the calendar
  /// ends.
  static double field(Function function, double epochSeconds) {
    if (Double.isNaN(epochSeconds)
        || epochSeconds < Instant.MIN.getEpochSecond()
        || epochSeconds > Instant.MAX.getEpochSecond()) {
      return Double.NaN;
    }
    LocalDateTime date = LocalDateTime.ofEpochSecond((long) epochSeconds, 0, ZoneOffset.UTC);
    return switch (function) {
      case YEAR -> date.getYear();
      case MONTH -> date.getMonthValue();
      case DAY_OF_MONTH -> date.getDayOfMonth();
      case DAY_OF_WEEK -> date.getDayOfWeek().getValue() % 7;
      case DAY_OF_YEAR -> date.getDayOfYear();
      case DAYS_IN_MONTH -> date.toLocalDate().lengthOfMonth();
      case HOUR -> date.getHour();
      case MINUTE -> date.getMinute();
      case Function other -> throw new IllegalStateException(other.text() + " is no date function");
    };
  }
}
