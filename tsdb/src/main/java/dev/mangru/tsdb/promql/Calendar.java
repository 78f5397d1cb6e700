package dev.mangru.tsdb.promql;

/// The date functions, in UTC, by the Gregorian calendar as far as 64 bits of seconds reach.
final class Calendar {

  private static final long SECONDS_OF_DAY = 86_400;

  /// Days of 400 years, after which the calendar repeats.
  private static final long DAYS_OF_ERA = 146_097;

  /// From 1 March of year 0, where months and leap days are easiest to count, to the epoch.
  private static final long DAYS_TO_EPOCH = 719_468;

  /// Cumulated days of a year that is no leap year, before each month.
  private static final int[] DAYS_BEFORE = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

  private static final int[] DAYS_OF_MONTH = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private Calendar() {}

  /// A field of the date `epochSeconds` after the epoch, fractions cut off; NaN where 64 bits of
  /// seconds end.
  static double field(Function function, double epochSeconds) {
    if (!(Math.abs(epochSeconds) < 0x1p63)) {
      return Double.NaN;
    }
    long seconds = (long) epochSeconds;
    long days = Math.floorDiv(seconds, SECONDS_OF_DAY);
    int secondOfDay = (int) Math.floorMod(seconds, SECONDS_OF_DAY);
    long shifted = days + DAYS_TO_EPOCH;
    long era = Math.floorDiv(shifted, DAYS_OF_ERA);
    int dayOfEra = (int) Math.floorMod(shifted, DAYS_OF_ERA);
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayFromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayFromMarch + 2) / 153;
    int day = dayFromMarch - (153 * monthFromMarch + 2) / 5 + 1;
    int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    long year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    long field =
        switch (function) {
          case YEAR -> year;
          case MONTH -> month;
          case DAY_OF_MONTH -> day;
          case DAY_OF_WEEK -> Math.floorMod(days + 4, 7); // the epoch was a Thursday
          case DAY_OF_YEAR -> DAYS_BEFORE[month - 1] + day + (leap && month > 2 ? 1 : 0);
          case DAYS_IN_MONTH -> DAYS_OF_MONTH[month - 1] + (leap && month == 2 ? 1 : 0);
          case HOUR -> secondOfDay / 3600;
          case MINUTE -> secondOfDay / 60 % 60;
          case Function other ->
              throw new IllegalStateException(other.text() + " is no date function");
        };
    return field;
  }
}
