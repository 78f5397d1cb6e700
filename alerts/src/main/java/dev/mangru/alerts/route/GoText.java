package dev.mangru.alerts.route;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Strings as Go's `strconv` quotes and unquotes them.
final class GoText {

  private GoText() {}

  /// `%q`.
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> quoted.append("\\\"");
            case '\\' -> quoted.append("\\\\");
            case 7 -> quoted.append("\\a");
            case '\b' -> quoted.append("\\b");
            case '\f' -> quoted.append("\\f");
            case '\n' -> quoted.append("\\n");
            case '\r' -> quoted.append("\\r");
            case '\t' -> quoted.append("\\t");
            case 11 -> quoted.append("\\v");
            default -> rune(c, quoted);
          }
        });
    return quoted.append('"').toString();
  }

  private static void rune(int c, StringBuilder quoted) {
    if (c >= 0xDC80 && c <= 0xDCFF) {
      quoted.append(String.format("\\x%02x", c - 0xDC00)); // a raw byte that is no UTF-8
    } else if (printable(c)) {
      quoted.appendCodePoint(c);
    } else if (c < ' ' || c == 0x7f) {
      quoted.append(String.format("\\x%02x", c));
    } else if (c < 0x10000) {
      quoted.append(String.format("\\u%04x", c));
    } else {
      quoted.append(String.format("\\U%08x", c));
    }
  }

  private static boolean printable(int c) {
    if (c >= ' ' && c < 0x7f) {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /// What a double-quoted Go string literal says; null if it is none or does not say UTF-8.
  static @Nullable String unquote(String literal) {
    if (literal.length() < 2 || !literal.startsWith("\"") || !literal.endsWith("\"")) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int end = literal.length() - 1;
    int at = 1;
    while (at < end) {
      int c = literal.codePointAt(at);
      at += Character.charCount(c);
      if (c == '"' || c == '\n') {
        return null;
      }
      if (c != '\\') {
        encode(c, bytes);
        continue;
      }
      if (at >= end) {
        return null;
      }
      char escape = literal.charAt(at++);
      int digits = digits(escape);
      if (digits == 0) {
        int simple = "abfnrtv\\\"".indexOf(escape);
        if (simple < 0) {
          return null;
        }
        bytes.write("\007\b\f\n\r\t\013\\\"".charAt(simple));
        continue;
      }
      int from = digits == 3 ? at - 1 : at;
      if (from + digits > end) {
        return null;
      }
      long value = number(literal.substring(from, from + digits), digits == 3 ? 8 : 16);
      if (value < 0 || (digits <= 3 && value > 255) || value > Character.MAX_CODE_POINT) {
        return null;
      }
      at = from + digits;
      if (digits <= 3) {
        bytes.write((int) value);
      } else if (value >= 0xD800 && value <= 0xDFFF) {
        return null;
      } else {
        encode((int) value, bytes);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      return null;
    }
  }

  private static int digits(char escape) {
    return switch (escape) {
      case 'x' -> 2;
      case '0', '1', '2', '3', '4', '5', '6', '7' -> 3;
      case 'u' -> 4;
      case 'U' -> 8;
      default -> 0;
    };
  }

  private static long number(String digits, int radix) {
    for (int i = 0; i < digits.length(); i++) {
      if (Character.digit(digits.charAt(i), radix) < 0 || digits.charAt(i) > 0x7f) {
        return -1;
      }
    }
    return Long.parseLong(digits, radix);
  }

  private static void encode(int c, ByteArrayOutputStream bytes) {
    if (c >= 0xDC80 && c <= 0xDCFF) {
      bytes.write(c - 0xDC00);
    } else {
      bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
    }
  }

  /// A header's name as Go writes it: `X-Scope-Orgid`; unchanged if it has characters that no
  /// header may have.
  static String canonicalHeader(String name) {
    boolean upper = true;
    StringBuilder canonical = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c >= 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
        return name;
      }
      canonical.append(upper ? Character.toUpperCase(c) : Character.toLowerCase(c));
      upper = c == '-';
    }
    return canonical.toString();
  }
}
