package dev.mangru.logindex.ingest;

import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decides how bad a log line is when its sender did not say. Pure; thread-safe.
///
/// The first of these that gives an answer decides:
///
/// 1. an attribute, then a stream label, called `level`, `severity`, `severity_text`,
///    `detected_level`, `log_level`, `loglevel`, `lvl` or `levelname`;
/// 2. a syslog priority at the start: `<11>` (RFC 5424, 6.2.1: the low three bits);
/// 3. a klog prefix at the start: `E0102 15:04:05` (Kubernetes; I, W, E or F);
/// 4. a JSON line: the first such key, its text or its number (10 to 60 as bunyan and pino count, 0
///    to 7 as syslog does);
/// 5. a start such as `panic:`, `Traceback (most recent call last)`, `Exception in thread`,
///    `warning:`;
/// 6. a logfmt key: `level=warn`;
/// 7. a level in brackets, in any case: `[error]` (nginx), `[core:error]` (Apache), `[WARN ]`;
/// 8. a level as a word in capitals: ` ERROR ` (Spring Boot, log4j), `WARNING:` (Python), `SEVERE`;
/// 9. a level in any case before a colon, with nothing but times, places and names of programs
///    before it: `warn: slow`, `12:58:37 error: boom`, `main.c:3:4: warning: unused`.
///
/// Only the head of the line is looked at ([#HEAD] characters): a level belongs at the start, and
/// “ERROR” deep in a message says nothing about the message.
public final class SeverityDetector {

  /// Characters of a line that are looked at.
  public static final int HEAD = 256;

  /// JSON writers put the message before the level as often as not, so more of it is looked at.
  private static final int JSON_HEAD = 2048;

  private static final List<String> KEYS =
      List.of(
          "level",
          "severity",
          "severity_text",
          "detected_level",
          "log_level",
          "loglevel",
          "lvl",
          "levelname");

  private static final List<String> JSON_KEYS =
      List.of(
          "level",
          "severity",
          "log.level",
          "lvl",
          "levelname",
          "severityText",
          "severity_text",
          "loglevel",
          "log_level",
          "@l",
          "@level");

  private static final List<String> LOGFMT_KEYS =
      List.of("level", "lvl", "severity", "loglevel", "log_level");

  private static final Map<String, Severity> NAMES =
      Map.ofEntries(
          Map.entry("TRACE", Severity.TRACE),
          Map.entry("TRC", Severity.TRACE),
          Map.entry("FINER", Severity.TRACE),
          Map.entry("FINEST", Severity.TRACE),
          Map.entry("VERBOSE", Severity.TRACE),
          Map.entry("DEBUG", Severity.DEBUG),
          Map.entry("DBG", Severity.DEBUG),
          Map.entry("FINE", Severity.DEBUG),
          Map.entry("INFO", Severity.INFO),
          Map.entry("INF", Severity.INFO),
          Map.entry("INFORMATION", Severity.INFO),
          Map.entry("INFORMATIONAL", Severity.INFO),
          Map.entry("NOTICE", Severity.INFO),
          Map.entry("CONFIG", Severity.INFO),
          Map.entry("WARN", Severity.WARN),
          Map.entry("WARNING", Severity.WARN),
          Map.entry("WRN", Severity.WARN),
          Map.entry("ERROR", Severity.ERROR),
          Map.entry("ERR", Severity.ERROR),
          Map.entry("SEVERE", Severity.ERROR),
          Map.entry("FATAL", Severity.FATAL),
          Map.entry("FTL", Severity.FATAL),
          Map.entry("CRITICAL", Severity.FATAL),
          Map.entry("CRIT", Severity.FATAL),
          Map.entry("ALERT", Severity.FATAL),
          Map.entry("EMERG", Severity.FATAL),
          Map.entry("EMERGENCY", Severity.FATAL),
          Map.entry("PANIC", Severity.FATAL),
          Map.entry("DPANIC", Severity.FATAL));

  /// Words in capitals that are levels wherever they stand in the head. Those that are common
  /// English (`CONFIG`, `ALERT`, `FINE`) are not among them.
  private static final List<String> PLAIN_WORDS =
      List.of(
          "ERROR",
          "WARN",
          "INFO",
          "DEBUG",
          "TRACE",
          "WARNING",
          "FATAL",
          "CRITICAL",
          "SEVERE",
          "NOTICE",
          "CRIT",
          "PANIC",
          "EMERG",
          "ERR");

  private record Start(String text, Severity severity) {}

  private static final List<Start> STARTS =
      List.of(
          new Start("panic:", Severity.FATAL),
          new Start("fatal error:", Severity.FATAL),
          new Start("fatal:", Severity.FATAL),
          new Start("Traceback (most recent call last)", Severity.ERROR),
          new Start("Exception in thread", Severity.ERROR),
          new Start("Caused by:", Severity.ERROR),
          new Start("error:", Severity.ERROR),
          new Start("Error:", Severity.ERROR),
          new Start("warning:", Severity.WARN),
          new Start("Warning:", Severity.WARN),
          new Start("info:", Severity.INFO),
          new Start("debug:", Severity.DEBUG));

  private SeverityDetector() {}

  /// The severity of a record, `UNKNOWN` if nothing tells.
  public static Severity detect(Labels stream, Labels attributes, String line) {
    Severity named = named(attributes);
    if (named == Severity.UNKNOWN) {
      named = named(stream);
    }
    return named == Severity.UNKNOWN ? ofLine(line) : named;
  }

  private static Severity named(Labels labels) {
    for (String key : KEYS) {
      String value = labels.get(key);
      if (!value.isEmpty()) {
        Severity severity = ofName(value);
        if (severity != Severity.UNKNOWN) {
          return severity;
        }
      }
    }
    return Severity.UNKNOWN;
  }

  /// The severity that a level's name or number means, in any case; `UNKNOWN` for anything else.
  public static Severity ofName(String name) {
    if (name.length() > 16 || name.isEmpty()) {
      return Severity.UNKNOWN;
    }
    char first = name.charAt(0);
    if (first >= '0' && first <= '9') {
      return ofNumber(name);
    }
    String upper = name.toUpperCase(Locale.ROOT).strip();
    Severity severity = NAMES.get(upper);
    if (severity != null) {
      return severity;
    }
    return switch (upper) {
      case "I" -> Severity.INFO;
      case "W" -> Severity.WARN;
      case "E" -> Severity.ERROR;
      case "F", "C" -> Severity.FATAL;
      case "D" -> Severity.DEBUG;
      case "T", "V" -> Severity.TRACE;
      default -> Severity.UNKNOWN;
    };
  }

  private static Severity ofNumber(String text) {
    return switch (text) {
      case "10" -> Severity.TRACE;
      case "20" -> Severity.DEBUG;
      case "30" -> Severity.INFO;
      case "40" -> Severity.WARN;
      case "50" -> Severity.ERROR;
      case "60" -> Severity.FATAL;
      case "0", "1", "2", "3", "4", "5", "6", "7" -> ofSyslog(text.charAt(0) - '0');
      default -> Severity.UNKNOWN;
    };
  }

  /// The severity of a syslog severity code, 0 to 7 (RFC 5424, 6.2.1).
  public static Severity ofSyslog(int code) {
    return switch (code) {
      case 0, 1, 2 -> Severity.FATAL;
      case 3 -> Severity.ERROR;
      case 4 -> Severity.WARN;
      case 5, 6 -> Severity.INFO;
      case 7 -> Severity.DEBUG;
      default -> Severity.UNKNOWN;
    };
  }

  /// The severity that a line itself tells, `UNKNOWN` if it does not.
  public static Severity ofLine(String line) {
    int start = skipBlanksAndColours(line);
    if (start == line.length()) {
      return Severity.UNKNOWN;
    }
    char first = line.charAt(start);
    Severity severity = null;
    if (first == '<') {
      severity = priority(line, start);
    } else if (first == '{') {
      severity = json(line, start);
    } else if (first == 'I' || first == 'W' || first == 'E' || first == 'F') {
      severity = klog(line, start);
    }
    if (severity != null) {
      return severity;
    }
    for (Start known : STARTS) {
      if (line.startsWith(known.text, start)) {
        return known.severity;
      }
    }
    int end = Math.min(line.length(), start + HEAD);
    severity = logfmt(line, start, end);
    if (severity == null) {
      severity = bracketed(line, start, end);
    }
    if (severity == null) {
      severity = capitals(line, start, end);
    }
    if (severity == null) {
      severity = beforeColon(line, start, end);
    }
    return severity == null ? Severity.UNKNOWN : severity;
  }

  private static int skipBlanksAndColours(String line) {
    int at = 0;
    while (at < line.length() && at < HEAD) {
      char c = line.charAt(at);
      if (c == ' ' || c == '\t') {
        at++;
      } else if (c == '\u001b' && at + 1 < line.length() && line.charAt(at + 1) == '[') {
        at += 2;
        while (at < line.length() && at < HEAD && line.charAt(at) != 'm') {
          at++;
        }
        at++;
      } else {
        return at;
      }
    }
    return Math.min(at, line.length());
  }

  private static @Nullable Severity priority(String line, int start) {
    int value = 0;
    for (int i = start + 1; i < line.length() && i <= start + 4; i++) {
      char c = line.charAt(i);
      if (c == '>' && i > start + 1 && value <= 191) {
        return ofSyslog(value & 7);
      }
      if (c < '0' || c > '9') {
        return null;
      }
      value = value * 10 + (c - '0');
    }
    return null;
  }

  private static @Nullable Severity klog(String line, int start) {
    if (line.length() < start + 8 || line.charAt(start + 5) != ' ') {
      return null;
    }
    for (int i = start + 1; i < start + 5; i++) {
      if (!isDigit(line.charAt(i))) {
        return null;
      }
    }
    if (!isDigit(line.charAt(start + 6)) || !isDigit(line.charAt(start + 7))) {
      return null;
    }
    return ofName(line.substring(start, start + 1));
  }

  private static @Nullable Severity json(String line, int start) {
    int end = Math.min(line.length(), start + JSON_HEAD);
    int at = start + 1;
    while (at < end) {
      int open = line.indexOf('"', at);
      if (open < 0 || open >= end) {
        return null;
      }
      int close = stringEnd(line, open, end);
      if (close < 0) {
        return null;
      }
      int colon = skipSpaces(line, close + 1, end);
      at = close + 1;
      if (colon < end && line.charAt(colon) == ':') {
        if (JSON_KEYS.contains(line.substring(open + 1, close))) {
          Severity severity = jsonValue(line, skipSpaces(line, colon + 1, end), end);
          if (severity != Severity.UNKNOWN) {
            return severity;
          }
        }
        at = colon + 1;
      }
    }
    return null;
  }

  private static Severity jsonValue(String line, int at, int end) {
    if (at >= end) {
      return Severity.UNKNOWN;
    }
    if (line.charAt(at) == '"') {
      int close = stringEnd(line, at, end);
      return close < 0 ? Severity.UNKNOWN : ofName(line.substring(at + 1, close));
    }
    int digits = at;
    while (digits < end && isDigit(line.charAt(digits))) {
      digits++;
    }
    return digits == at ? Severity.UNKNOWN : ofName(line.substring(at, digits));
  }

  /// Where the string that opens at `open` closes, or -1.
  private static int stringEnd(String line, int open, int end) {
    for (int i = open + 1; i < end; i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        return i;
      }
    }
    return -1;
  }

  private static int skipSpaces(String line, int from, int end) {
    int at = from;
    while (at < end && line.charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  private static @Nullable Severity logfmt(String line, int start, int end) {
    int equals = line.indexOf('=', start);
    while (equals >= 0 && equals < end) {
      int key = equals;
      while (key > start && isNamePart(line.charAt(key - 1))) {
        key--;
      }
      if (LOGFMT_KEYS.contains(line.substring(key, equals))) {
        int from = equals + 1;
        if (from < end && line.charAt(from) == '"') {
          from++;
        }
        int to = from;
        while (to < end && isNamePart(line.charAt(to))) {
          to++;
        }
        Severity severity = ofName(line.substring(from, to));
        if (severity != Severity.UNKNOWN) {
          return severity;
        }
      }
      equals = line.indexOf('=', equals + 1);
    }
    return null;
  }

  private static @Nullable Severity bracketed(String line, int start, int end) {
    int open = line.indexOf('[', start);
    while (open >= 0 && open < end) {
      int close = line.indexOf(']', open);
      if (close < 0) {
        return null;
      }
      if (close - open <= 24) {
        String inside = line.substring(open + 1, close).strip();
        Severity severity = NAMES.get(inside.toUpperCase(Locale.ROOT));
        if (severity == null && inside.indexOf(':') > 0) {
          severity = NAMES.get(inside.substring(inside.indexOf(':') + 1).toUpperCase(Locale.ROOT));
        }
        if (severity != null) {
          return severity;
        }
      }
      open = line.indexOf('[', open + 1);
    }
    return null;
  }

  private static @Nullable Severity capitals(String line, int start, int end) {
    int at = start;
    while (at < end) {
      char c = line.charAt(at);
      if (c < 'A' || c > 'Z') {
        at++;
        continue;
      }
      int from = at;
      while (at < line.length() && isNamePart(line.charAt(at))) {
        at++;
      }
      boolean begins = from == start || !isNamePart(line.charAt(from - 1));
      int length = at - from;
      if (begins && length >= 3 && length <= 8) {
        for (String word : PLAIN_WORDS) {
          if (word.length() == length && line.startsWith(word, from)) {
            return NAMES.get(word);
          }
        }
      }
    }
    return null;
  }

  /// Words that hold a digit (times) or end in a colon (programs, places in files) are passed over;
  /// the first other one must be the level. So “no error: all good” tells nothing.
  private static @Nullable Severity beforeColon(String line, int start, int end) {
    int at = start;
    while (at < end) {
      int word = at;
      boolean digit = false;
      while (at < end && line.charAt(at) != ' ' && line.charAt(at) != '\t') {
        digit |= isDigit(line.charAt(at));
        at++;
      }
      boolean colon = at > word && line.charAt(at - 1) == ':';
      if (colon && at - word <= 9) {
        String level = line.substring(word, at - 1).toUpperCase(Locale.ROOT);
        if (PLAIN_WORDS.contains(level)) {
          return NAMES.get(level);
        }
      }
      if (at > word && !colon && !digit) {
        return null;
      }
      at++;
    }
    return null;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_';
  }
}
