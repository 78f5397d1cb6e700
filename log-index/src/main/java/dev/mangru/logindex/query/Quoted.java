package dev.mangru.logindex.query;

import dev.mangru.model.error.MangruException;

/// Text in quotes as Go, PromQL and LogQL write it.
public final class Quoted {

  private Quoted() {}

  /// A quoted text that was read.
  ///
  /// @param text what was inside, escapes resolved
  /// @param end index of the character behind the closing quote
  public record Read(String text, int end) {}

  /// Reads the quoted text that begins at `start` with `"` or a backquote.
  ///
  /// Source: The Go Programming Language Specification, “String literals”.
  ///
  /// @throws MangruException `BAD_DATA` if there is none, it does not end, or an escape is unknown;
  ///   names the position, counted from 1
  public static Read read(String input, int start) {
    char quote = start < input.length() ? input.charAt(start) : ' ';
    if (quote == '`') {
      int end = input.indexOf('`', start + 1);
      if (end < 0) {
        throw notClosed(start);
      }
      return new Read(input.substring(start + 1, end), end + 1);
    }
    if (quote != '"') {
      throw MangruException.badData(
          "text in quotes expected at position "
              + (start + 1)
              + ", found "
              + (start < input.length() ? "'" + quote + "'" : "the end"));
    }
    StringBuilder text = new StringBuilder();
    int at = start + 1;
    while (at < input.length()) {
      char c = input.charAt(at);
      if (c == '"') {
        return new Read(text.toString(), at + 1);
      }
      if (c == '\n') {
        throw notClosed(start);
      }
      if (c == '\\') {
        at = escape(input, at, text);
      } else {
        text.append(c);
        at++;
      }
    }
    throw notClosed(start);
  }

  private static MangruException notClosed(int start) {
    return MangruException.badData("the quote at position " + (start + 1) + " is not closed");
  }

  /// Resolves the escape whose backslash is at `at`; returns the index behind it.
  private static int escape(String input, int at, StringBuilder text) {
    char c = at + 1 < input.length() ? input.charAt(at + 1) : ' ';
    int simple = "abfnrtv\\\"'".indexOf(c);
    if (simple >= 0) {
      text.append("\u0007\b\f\n\r\t\u000b\\\"'".charAt(simple));
      return at + 2;
    }
    return switch (c) {
      case 'x' -> number(input, at, at + 2, 2, 16, text);
      case 'u' -> number(input, at, at + 2, 4, 16, text);
      case 'U' -> number(input, at, at + 2, 8, 16, text);
      case '0', '1', '2', '3' -> number(input, at, at + 1, 3, 8, text);
      default -> throw unknownEscape(at);
    };
  }

  private static int number(
      String input, int at, int from, int digits, int base, StringBuilder text) {
    long value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = i < input.length() ? Character.digit(input.charAt(i), base) : -1;
      if (digit < 0) {
        throw unknownEscape(at);
      }
      value = value * base + digit;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw unknownEscape(at);
    }
    text.appendCodePoint((int) value);
    return from + digits;
  }

  private static MangruException unknownEscape(int at) {
    return MangruException.badData(
        "unknown escape at position "
            + (at + 1)
            + "; write a backslash as \\\\ or put the text in backquotes");
  }

  /// Puts text in quotes so that [#read] gives it back.
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f) {
            quoted.append("\\x").append(Character.forDigit(c >> 4, 16));
            quoted.append(Character.forDigit(c & 15, 16));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
