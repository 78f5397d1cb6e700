package dev.mangru.alerts.template;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Go's `time.Time.Format`: a layout is an example, the second of January 2006 at 15:04:05.
final class GoTimeFormat {

  private static final List<String> ZONES =
      List.of(
          "-07:00:00",
          "-070000",
          "-07:00",
          "-0700",
          "-07",
          "Z07:00:00",
          "Z070000",
          "Z07:00",
          "Z0700",
          "Z07");

  /// Layout elements, each before those it begins with.
  private static final List<String> ELEMENTS =
      List.of(
          "January", "Jan", "Monday", "Mon", "MST", "002", "01", "02", "03", "04", "05", "06",
          "2006", "15", "__2", "_2", "PM", "pm", "1", "2", "3", "4", "5");

  private static final DateTimeFormatter ZONE_NAME = DateTimeFormatter.ofPattern("zzz", Locale.US);

  private GoTimeFormat() {}

  static String format(ZonedDateTime time, String layout) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < layout.length()) {
      String element = elementAt(layout, at);
      if (element != null) {
        append(out, time, element);
        at += element.length();
        continue;
      }
      int fraction = fractionAt(layout, at);
      if (fraction > 0) {
        appendFraction(out, time, layout.charAt(at), layout.charAt(at + 1), fraction);
        at += 1 + fraction;
        continue;
      }
      out.append(layout.charAt(at));
      at++;
    }
    return out.toString();
  }

  private static @Nullable String elementAt(String layout, int at) {
    char first = layout.charAt(at);
    if (first == '-' || first == 'Z') {
      for (String zone : ZONES) {
        if (layout.startsWith(zone, at)) {
          return zone;
        }
      }
      return null;
    }
    if (layout.startsWith("_2006", at)) {
      return null; // An underscore and a year.
    }
    for (String element : ELEMENTS) {
      if (layout.startsWith(element, at)) {
        boolean word = element.equals("Jan") || element.equals("Mon");
        int end = at + element.length();
        boolean goesOn =
            word && end < layout.length() && layout.charAt(end) >= 'a' && layout.charAt(end) <= 'z';
        return goesOn ? null : element;
      }
    }
    return null;
  }

  /// Digits after `.` or `,`, all 0 or all 9 and with no digit behind them; or 0.
  private static int fractionAt(String layout, int at) {
    char point = layout.charAt(at);
    if ((point != '.' && point != ',') || at + 1 >= layout.length()) {
      return 0;
    }
    char digit = layout.charAt(at + 1);
    if (digit != '0' && digit != '9') {
      return 0;
    }
    int end = at + 1;
    while (end < layout.length() && layout.charAt(end) == digit) {
      end++;
    }
    boolean digitBehind =
        end < layout.length() && layout.charAt(end) >= '0' && layout.charAt(end) <= '9';
    return digitBehind ? 0 : end - at - 1;
  }

  private static void appendFraction(
      StringBuilder out, ZonedDateTime time, char point, char digit, int count) {
    String nanos = "%09d".formatted(time.getNano());
    String digits = count <= 9 ? nanos.substring(0, count) : nanos + "0".repeat(count - 9);
    if (digit == '9') {
      int end = digits.length();
      while (end > 0 && digits.charAt(end - 1) == '0') {
        end--;
      }
      digits = digits.substring(0, end);
    }
    if (!digits.isEmpty()) {
      out.append(point).append(digits);
    }
  }

  private static void append(StringBuilder out, ZonedDateTime time, String element) {
    int hour12 = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
    switch (element) {
      case "January" -> out.append(time.getMonth().getDisplayName(TextStyle.FULL, Locale.US));
      case "Jan" -> out.append(time.getMonth().getDisplayName(TextStyle.SHORT, Locale.US));
      case "Monday" -> out.append(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.US));
      case "Mon" -> out.append(time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.US));
      case "MST" -> out.append(zoneName(time));
      case "2006" -> out.append(padded(time.getYear(), 4, '0'));
      case "06" -> out.append(padded(time.getYear() % 100, 2, '0'));
      case "002" -> out.append(padded(time.getDayOfYear(), 3, '0'));
      case "__2" -> out.append(padded(time.getDayOfYear(), 3, ' '));
      case "01" -> out.append(padded(time.getMonthValue(), 2, '0'));
      case "1" -> out.append(time.getMonthValue());
      case "02" -> out.append(padded(time.getDayOfMonth(), 2, '0'));
      case "_2" -> out.append(padded(time.getDayOfMonth(), 2, ' '));
      case "2" -> out.append(time.getDayOfMonth());
      case "15" -> out.append(padded(time.getHour(), 2, '0'));
      case "03" -> out.append(padded(hour12, 2, '0'));
      case "3" -> out.append(hour12);
      case "04" -> out.append(padded(time.getMinute(), 2, '0'));
      case "4" -> out.append(time.getMinute());
      case "05" -> out.append(padded(time.getSecond(), 2, '0'));
      case "5" -> out.append(time.getSecond());
      case "PM" -> out.append(time.getHour() >= 12 ? "PM" : "AM");
      case "pm" -> out.append(time.getHour() >= 12 ? "pm" : "am");
      default -> out.append(offset(time, element));
    }
  }

  private static String padded(int value, int width, char with) {
    String digits = Integer.toString(value);
    return String.valueOf(with).repeat(Math.max(width - digits.length(), 0)) + digits;
  }

  private static String offset(ZonedDateTime time, String element) {
    int seconds = time.getOffset().getTotalSeconds();
    if (element.startsWith("Z") && seconds == 0) {
      return "Z";
    }
    int size = Math.abs(seconds);
    String hours = padded(size / 3_600, 2, '0');
    String minutes = padded(size / 60 % 60, 2, '0');
    String rest = padded(size % 60, 2, '0');
    String sign = seconds < 0 ? "-" : "+";
    return sign
        + switch (element.substring(1)) {
          case "07" -> hours;
          case "0700" -> hours + minutes;
          case "07:00" -> hours + ":" + minutes;
          case "070000" -> hours + minutes + rest;
          default -> hours + ":" + minutes + ":" + rest;
        };
  }

  private static String zoneName(ZonedDateTime time) {
    if (time.getZone().equals(ZoneOffset.UTC)) {
      return "UTC";
    }
    return time.getZone() instanceof ZoneOffset ? offset(time, "-0700") : time.format(ZONE_NAME);
  }
}
