package dev.mangru.collector.tail;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.List;

/// Reads the time that a line of a plain log file begins with, whole or in `[`. Confined to one
/// thread.
///
/// | written | by | zone |
/// | --- | --- | --- |
/// | `2026-11-21T13:23:17.123Z`, `2026-11-21 13:23:17,123+02:00` | RFC 3339 | as written |
/// | `2026-11-21 13:23:17 +0200`, `2026-11-21 13:23:17.123 UTC` | Ruby, PostgreSQL | as written |
/// | `2026-11-21 13:23:17`, with `.123` or `,123` | dpkg, log4j, Python | the machine's |
/// | `Nov 21 13:23:17 host` | syslog, RFC 3164 | the machine's |
///
/// Syslog leaves the year out: it is the latest one in which the time is not ahead. An hour that
/// the clock goes through twice in autumn is the later one unless that is still to come.
final class LineTime {

  /// The line does not begin with a time.
  static final long NONE = Rfc3339.NONE;

  /// The line begins with a time that cannot be when it was written.
  static final long NONSENSE = NONE + 1;

  /// Clocks of other machines may be ahead, and some wall clocks are in another zone. Chosen.
  private static final long MAX_AHEAD_NS = 86_400_000_000_000L;

  /// 2000-01-01: machines without a battery start in 1970 or 1980. Chosen.
  private static final long OLDEST_NS = 946_684_800_000_000_000L;

  /// The twice-told hour: how far ahead of the time of reading a line may be that is read at once.
  private static final long SLACK_NS = 60_000_000_000L;

  /// No zone of the last hundred years changed its clocks off the quarter hour.
  private static final long QUARTER_SECONDS = 900;

  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  /// `Nov 21 13:23:17`.
  private static final int SYSLOG_LENGTH = 15;

  private final ZoneRules rules;
  private long offsetQuarter = Long.MIN_VALUE;
  private long offsetSeconds;
  private long todayNowNs = Long.MIN_VALUE;
  private int year;
  private int month;

  /// @param zone of times that do not say theirs
  LineTime(ZoneId zone) {
    rules = zone.getRules();
  }

  /// The time at the start of `b[from, to)` in nanoseconds since the epoch, [#NONE] or [#NONSENSE].
  long parse(byte[] b, int from, int to, long nowNs) {
    int start = from < to && b[from] == '[' ? from + 1 : from;
    if (to - start < SYSLOG_LENGTH) {
      return NONE;
    }
    long stampNs =
        Rfc3339.isDigit(b[start]) ? iso(b, start, to, nowNs) : syslog(b, start, to, nowNs);
    if (stampNs == NONE) {
      return NONE;
    }
    return stampNs < OLDEST_NS || stampNs > nowNs + MAX_AHEAD_NS ? NONSENSE : stampNs;
  }

  private long iso(byte[] b, int from, int to, long nowNs) {
    if (to - from < Rfc3339.LOCAL_LENGTH || b[from + 4] != '-') {
      return NONE;
    }
    long local = Rfc3339.localSeconds(b, from);
    if (local == NONE) {
      return NONE;
    }
    int at = from + Rfc3339.LOCAL_LENGTH;
    long nanos = 0;
    if (to - at > 1 && (b[at] == '.' || b[at] == ',') && Rfc3339.isDigit(b[at + 1])) {
      nanos = Rfc3339.nanos(b, at + 1, to);
      at = Rfc3339.endOfDigits(b, at + 1, to);
    }
    long offset = writtenOffset(b, at, to);
    if (offset == NONE) {
      if (at < to && isWordByte(b[at])) {
        return NONE;
      }
      return nanos(utcSeconds(local, nowNs)) + nanos;
    }
    return nanos(local - offset) + nanos;
  }

  /// The zone after a time: `Z`, `+02:00`, `+0200`, the latter two and `UTC` after a space too.
  private static long writtenOffset(byte[] b, int from, int to) {
    int at = from < to && b[from] == ' ' ? from + 1 : from;
    if (at >= to) {
      return NONE;
    }
    if (b[at] == 'Z' || b[at] == 'z') {
      return at == from && endsWord(b, at + 1, to) ? 0 : NONE;
    }
    if (b[at] == '+' || b[at] == '-') {
      int minutes = to - at > 3 && b[at + 3] == ':' ? at + 4 : at + 3;
      boolean isOffset = to - minutes >= 2 && endsWord(b, minutes + 2, to);
      return isOffset
          ? Rfc3339.offset(b, at, Rfc3339.number(b, at + 1, 2), Rfc3339.number(b, minutes, 2))
          : NONE;
    }
    boolean utc = to - at >= 3 && (is(b, at, "UTC") || is(b, at, "GMT"));
    return utc && endsWord(b, at + 3, to) ? 0 : NONE;
  }

  private long syslog(byte[] b, int from, int to, long nowNs) {
    if (b[from + 3] != ' ' || b[from + 6] != ' ' || !endsWord(b, from + SYSLOG_LENGTH, to)) {
      return NONE;
    }
    int lineMonth = month(b, from);
    int day = Rfc3339.number(b, from + 5, 1);
    if (day >= 0 && b[from + 4] != ' ') {
      day = Rfc3339.number(b, from + 4, 2);
    }
    long seconds = Rfc3339.secondsOfDay(b, from + 7);
    // 29 February is in some year.
    if (seconds == NONE || !Rfc3339.isDate(2000, lineMonth, day)) {
      return NONE;
    }
    today(nowNs);
    // Only around New Year may a line be from tomorrow and next year.
    for (int y = month == 12 && lineMonth == 1 ? year + 1 : year; y >= year - 1; y--) {
      if (Rfc3339.isDate(y, lineMonth, day)) {
        long local = Rfc3339.epochDay(y, lineMonth, day) * Rfc3339.SECONDS_PER_DAY + seconds;
        long stampNs = nanos(utcSeconds(local, nowNs));
        if (stampNs <= nowNs + MAX_AHEAD_NS) {
          return stampNs;
        }
      }
    }
    return NONSENSE;
  }

  /// 1 to 12, or 0.
  private static int month(byte[] b, int from) {
    for (int i = 0; i < MONTHS.length(); i += 3) {
      if (b[from] == MONTHS.charAt(i)
          && b[from + 1] == MONTHS.charAt(i + 1)
          && b[from + 2] == MONTHS.charAt(i + 2)) {
        return i / 3 + 1;
      }
    }
    return 0;
  }

  /// What the machine's calendar says now; worked out once for each time of reading.
  private void today(long nowNs) {
    if (nowNs != todayNowNs) {
      todayNowNs = nowNs;
      Instant now = Instant.ofEpochSecond(0, nowNs);
      LocalDateTime local = LocalDateTime.ofInstant(now, rules.getOffset(now));
      year = local.getYear();
      month = local.getMonthValue();
    }
  }

  /// Seconds since the epoch of a time on the machine's wall. Offsets are looked up once in a
  /// quarter of an hour of log time.
  private long utcSeconds(long local, long nowNs) {
    long quarter = Math.floorDiv(local, QUARTER_SECONDS);
    if (quarter != offsetQuarter) {
      LocalDateTime wall = LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC);
      List<ZoneOffset> offsets = rules.getValidOffsets(wall);
      if (offsets.size() == 2) {
        long later = local - offsets.get(1).getTotalSeconds();
        return nanos(later) <= nowNs + SLACK_NS ? later : local - offsets.get(0).getTotalSeconds();
      }
      offsetSeconds = rules.getOffset(wall).getTotalSeconds();
      offsetQuarter = quarter;
    }
    return local - offsetSeconds;
  }

  private static long nanos(long seconds) {
    return seconds * Rfc3339.NANOS_PER_SECOND;
  }

  private static boolean is(byte[] b, int at, String word) {
    for (int i = 0; i < word.length(); i++) {
      if (b[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean endsWord(byte[] b, int at, int to) {
    return at >= to || !isWordByte(b[at]);
  }

  private static boolean isWordByte(byte b) {
    return Rfc3339.isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
  }
}
