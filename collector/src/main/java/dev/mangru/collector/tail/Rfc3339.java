package dev.mangru.collector.tail;

import java.time.Month;
import java.time.Year;

/// Reads RFC 3339 timestamps out of byte arrays without making objects. Stateless.
///
/// The fraction may have any number of digits (container runtimes cut trailing zeros); digits after
/// the ninth are dropped. The zone is `Z` or an offset such as `+02:00`. A space may stand for the
/// `T`.
final class Rfc3339 {

  /// What [#parse] gives for bytes that are not a timestamp.
  static final long NONE = Long.MIN_VALUE;

  /// `2026-01-02T03:04:05Z`.
  private static final int SHORTEST = 20;

  /// `2026-01-02T03:04:05`.
  static final int LOCAL_LENGTH = 19;

  static final long NANOS_PER_SECOND = 1_000_000_000L;
  static final long SECONDS_PER_DAY = 86_400;

  /// What `n` fraction digits must be multiplied by to become nanoseconds.
  private static final long[] NANOS_OF_DIGITS = {
    1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1
  };

  private Rfc3339() {}

  /// The time that exactly fills `buffer[from, to)`, in nanoseconds since the epoch, or [#NONE].
  static long parse(byte[] buffer, int from, int to) {
    if (to - from < SHORTEST) {
      return NONE;
    }
    long seconds = localSeconds(buffer, from);
    int zone = from + LOCAL_LENGTH;
    if (buffer[zone] == '.') {
      zone = endOfDigits(buffer, zone + 1, to);
      if (zone == from + SHORTEST) {
        return NONE;
      }
    }
    long offset = zone < to ? offsetSeconds(buffer, zone, to) : NONE;
    if (seconds == NONE || offset == NONE || offsetEnd(buffer, zone) != to) {
      return NONE;
    }
    return (seconds - offset) * NANOS_PER_SECOND + nanos(buffer, from + SHORTEST, zone);
  }

  /// What the clock on the wall says in the 19 bytes `2026-01-02T03:04:05`, as seconds since the
  /// epoch if the wall were in UTC, or [#NONE]. There must be so many bytes.
  static long localSeconds(byte[] b, int from) {
    if (b[from + 4] != '-'
        || b[from + 7] != '-'
        || (b[from + 10] != 'T' && b[from + 10] != 't' && b[from + 10] != ' ')) {
      return NONE;
    }
    int year = number(b, from, 4);
    int month = number(b, from + 5, 2);
    int day = number(b, from + 8, 2);
    long seconds = secondsOfDay(b, from + 11);
    // 1678 to 2261 is what nanoseconds in 64 bits can hold.
    if (year < 1678 || year > 2261 || seconds == NONE || !isDate(year, month, day)) {
      return NONE;
    }
    return epochDay(year, month, day) * SECONDS_PER_DAY + seconds;
  }

  /// The eight bytes `03:04:05` as seconds, or [#NONE]. A leap second counts as the successor of
  /// :59.
  static long secondsOfDay(byte[] b, int from) {
    int hour = number(b, from, 2);
    int minute = number(b, from + 3, 2);
    int second = number(b, from + 6, 2);
    boolean isTime =
        b[from + 2] == ':'
            && b[from + 5] == ':'
            && hour >= 0
            && hour <= 23
            && minute >= 0
            && minute <= 59
            && second >= 0
            && second <= 60;
    return isTime ? hour * 3600L + minute * 60L + second : NONE;
  }

  static boolean isDate(int year, int month, int day) {
    return month >= 1
        && month <= 12
        && day >= 1
        && day <= (month == 2 && !Year.isLeap(year) ? 28 : Month.of(month).maxLength());
  }

  /// A zone such as `Z` or `+02:00` at `from`, in seconds east of Greenwich, or [#NONE].
  static long offsetSeconds(byte[] b, int from, int to) {
    if (b[from] == 'Z' || b[from] == 'z') {
      return 0;
    }
    if ((b[from] != '+' && b[from] != '-') || to - from < 6 || b[from + 3] != ':') {
      return NONE;
    }
    return offset(b, from, number(b, from + 1, 2), number(b, from + 4, 2));
  }

  /// Hours and minutes after the sign at `sign`, as seconds, or [#NONE].
  static long offset(byte[] b, int sign, int hours, int minutes) {
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return NONE;
    }
    return (b[sign] == '-' ? -1 : 1) * (hours * 3600L + minutes * 60L);
  }

  /// Where a zone that [#offsetSeconds] read ends, exclusive.
  static int offsetEnd(byte[] b, int from) {
    return b[from] == 'Z' || b[from] == 'z' ? from + 1 : from + 6;
  }

  /// The digits of a fraction from `from` on as nanoseconds.
  static long nanos(byte[] b, int from, int to) {
    long nanos = 0;
    int digits = 0;
    for (int at = from; at < to && digits < 9 && isDigit(b[at]); at++, digits++) {
      nanos = nanos * 10 + (b[at] - '0');
    }
    return digits == 0 ? 0 : nanos * NANOS_OF_DIGITS[digits];
  }

  static int endOfDigits(byte[] b, int from, int to) {
    int at = from;
    while (at < to && isDigit(b[at])) {
      at++;
    }
    return at;
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar. Source: Howard Hinnant,
  /// “chrono-Compatible Low-Level Date Algorithms”, `days_from_civil`.
  static long epochDay(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468;
  }

  /// `count` digits, or a negative number if one of them is not.
  static int number(byte[] b, int at, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      int digit = b[at + i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
