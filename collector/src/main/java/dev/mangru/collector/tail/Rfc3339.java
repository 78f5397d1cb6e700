package dev.mangru.collector.tail;

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

  /// What `n` fraction digits must be multiplied by to become nanoseconds.
  private static final long[] NANOS_OF_DIGITS = {
    1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1
  };

  private Rfc3339() {}

  /// The time that exactly fills `buffer[from, to)`, in nanoseconds since the epoch, or [#NONE].
  static long parse(byte[] buffer, int from, int to) {
    return to - from < SHORTEST || end(buffer, from, to) != to ? NONE : value(buffer, from, to);
  }

  /// The time at the very start of a line, or [#NONE]. The character after it must not be a letter
  /// or digit.
  static long parsePrefix(byte[] buffer, int from, int to) {
    if (to - from < SHORTEST || buffer[from + 4] != '-' || buffer[from + 13] != ':') {
      return NONE;
    }
    int end = end(buffer, from, to);
    if (end < 0 || (end < to && isWordByte(buffer[end]))) {
      return NONE;
    }
    return value(buffer, from, end);
  }

  private static boolean isWordByte(byte b) {
    return isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
  }

  /// Where the timestamp that starts at `from` ends, exclusive, or -1.
  private static int end(byte[] b, int from, int to) {
    if (b[from + 4] != '-'
        || b[from + 7] != '-'
        || (b[from + 10] != 'T' && b[from + 10] != 't' && b[from + 10] != ' ')
        || b[from + 13] != ':'
        || b[from + 16] != ':') {
      return -1;
    }
    int at = from + 19;
    if (b[at] == '.') {
      int digits = at + 1;
      at = digits;
      while (at < to && isDigit(b[at])) {
        at++;
      }
      if (at == digits) {
        return -1;
      }
    }
    if (at >= to) {
      return -1;
    }
    if (b[at] == 'Z' || b[at] == 'z') {
      return at + 1;
    }
    boolean offset = (b[at] == '+' || b[at] == '-') && to - at >= 6 && b[at + 3] == ':';
    return offset ? at + 6 : -1;
  }

  private static long value(byte[] b, int from, int end) {
    int year = number(b, from, 4);
    int month = number(b, from + 5, 2);
    int day = number(b, from + 8, 2);
    int hour = number(b, from + 11, 2);
    int minute = number(b, from + 14, 2);
    int second = number(b, from + 17, 2);
    // 1678 to 2262 is what nanoseconds in 64 bits can hold; a leap second counts as :59's
    // successor.
    if (year < 1678
        || year > 2261
        || month < 1
        || month > 12
        || day < 1
        || day > 31
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 60) {
      return NONE;
    }
    long offsetSeconds = 0;
    int zone = end - 1;
    if (b[zone] != 'Z' && b[zone] != 'z') {
      zone = end - 6;
      int hours = number(b, zone + 1, 2);
      int minutes = number(b, zone + 4, 2);
      if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return NONE;
      }
      offsetSeconds = (b[zone] == '-' ? -1 : 1) * (hours * 3600L + minutes * 60L);
    }
    long nanos = 0;
    int digits = 0;
    for (int at = from + 20; at < zone && digits < 9; at++, digits++) {
      nanos = nanos * 10 + (b[at] - '0');
    }
    nanos *= NANOS_OF_DIGITS[digits];
    long seconds =
        epochDay(year, month, day) * 86_400 + hour * 3600L + minute * 60L + second - offsetSeconds;
    return seconds * 1_000_000_000L + nanos;
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar. Source: Howard Hinnant,
  /// “chrono-Compatible Low-Level Date Algorithms”, `days_from_civil`.
  private static long epochDay(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468;
  }

  /// `count` digits, or a negative number if one of them is not.
  private static int number(byte[] b, int at, int count) {
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

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
