package dev.mangru.alerts.template;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Go's strings are bytes, Java's are UTF-16. A byte that is not part of valid UTF-8 is kept as the
/// lone surrogate U+DC80 … U+DCFF, so that nothing is lost on the way.
final class GoStrings {

  private static final String HEX = "0123456789abcdef";

  private GoStrings() {}

  /// How many bytes Go would count.
  static int utf8Length(String text) {
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        length++;
      } else if (c < 0x800) {
        length += 2;
      } else if (isRawByte(text, i)) {
        length++;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        length += 4;
        i++;
      } else {
        length += 3;
      }
    }
    return length;
  }

  /// Whether the unit at `i` stands for a raw byte.
  static boolean isRawByte(String text, int i) {
    char c = text.charAt(i);
    return c >= 0xDC80 && c <= 0xDCFF && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  static byte[] bytes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isRawByte(text, i)) {
        out.writeBytes(text.substring(start, i).getBytes(StandardCharsets.UTF_8));
        out.write(text.charAt(i) - 0xDC00);
        start = i + 1;
      }
    }
    out.writeBytes(text.substring(start).getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  static String text(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    for (int i = 0; i < bytes.length; ) {
      int length = sequenceLength(bytes, i);
      if (length == 0) {
        out.append((char) (0xDC00 + (bytes[i] & 0xff)));
        i++;
      } else {
        out.append(new String(bytes, i, length, StandardCharsets.UTF_8));
        i += length;
      }
    }
    return out.toString();
  }

  /// Length of the valid UTF-8 sequence at `i`, or 0.
  private static int sequenceLength(byte[] bytes, int i) {
    int first = bytes[i] & 0xff;
    int length =
        first < 0x80
            ? 1
            : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > bytes.length) {
      return 0;
    }
    for (int k = 1; k < length; k++) {
      if ((bytes[i + k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = length > 1 ? bytes[i + 1] & 0xff : 0;
    boolean bad =
        (first == 0xE0 && second < 0xA0)
            || (first == 0xED && second > 0x9F)
            || (first == 0xF0 && second < 0x90)
            || (first == 0xF4 && second > 0x8F);
    return bad ? 0 : length;
  }

  /// As Go's `%q` of a string.
  static String quote(String text) {
    return quote(text, '"', false);
  }

  static String quote(String text, char with, boolean asciiOnly) {
    StringBuilder out = new StringBuilder(text.length() + 2).append(with);
    for (int i = 0; i < text.length(); ) {
      int rune = text.codePointAt(i);
      if (isRawByte(text, i)) {
        out.append("\\x").append(hex(rune - 0xDC00, 2));
      } else {
        appendEscaped(out, rune, with, asciiOnly);
      }
      i += Character.charCount(rune);
    }
    return out.append(with).toString();
  }

  private static void appendEscaped(StringBuilder out, int rune, char quote, boolean asciiOnly) {
    switch (rune) {
      case 0x07 -> out.append("\\a");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 0x0b -> out.append("\\v");
      case '\\' -> out.append("\\\\");
      default -> {
        if (rune == quote) {
          out.append('\\').append(quote);
        } else if (isPrint(rune) && (!asciiOnly || rune < 0x80)) {
          out.appendCodePoint(rune);
        } else if (rune < ' ' || rune == 0x7f) {
          out.append("\\x").append(hex(rune, 2));
        } else if (rune < 0x10000) {
          out.append("\\u").append(hex(rune, 4));
        } else {
          out.append("\\U").append(hex(rune, 8));
        }
      }
    }
  }

  private static String hex(int value, int digits) {
    StringBuilder out = new StringBuilder(digits);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      out.append(HEX.charAt((value >>> shift) & 0xf));
    }
    return out.toString();
  }

  /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
  static boolean isPrint(int rune) {
    if (rune == ' ') {
      return true;
    }
    return switch (Character.getType(rune)) {
      case Character.UNASSIGNED,
          Character.CONTROL,
          Character.FORMAT,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /// Go's `%#U`, such as `U+002F '/'`.
  static String unicode(int rune) {
    String code = "U+" + "%04X".formatted(rune);
    return isPrint(rune) ? code + " '" + Character.toString(rune) + "'" : code;
  }
}
