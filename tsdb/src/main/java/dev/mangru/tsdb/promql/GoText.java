package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;

/// Text as Go's `fmt` and `strconv` write and read it.
final class GoText {

  private GoText() {}

  /// `line:column` of a place in a text, both from 1; columns count UTF-8 bytes.
  static String lineAndColumn(String text, int index) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(index, text.length()); i++) {
      if (text.charAt(i) == '\n') {
        line++;
        column = 1;
      } else {
        column += utf8Length(text, i);
      }
    }
    return line + ":" + column;
  }

  /// The number of UTF-8 bytes before `index`. A lone surrogate stands for one raw byte.
  static int byteOffset(String text, int index) {
    int bytes = 0;
    for (int i = 0; i < Math.min(index, text.length()); i++) {
      bytes += utf8Length(text, i);
    }
    return bytes;
  }

  /// A surrogate pair counts 4 at its first unit and 0 at its second.
  private static int utf8Length(String text, int i) {
    char c = text.charAt(i);
    if (c < 0x80) {
      return 1;
    }
    if (c < 0x800) {
      return 2;
    }
    if (Character.isHighSurrogate(c)
        && i + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(i + 1))) {
      return 4;
    }
    if (Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(text.charAt(i - 1))) {
      return 0;
    }
    return Character.isSurrogate(c) ? 1 : 3;
  }

  /// All labels in braces, the metric name among them; names that are no identifiers in quotes.
  ///
  /// Source: Prometheus `model/labels`, `Labels.String`.
  static String labels(Labels labels) {
    StringBuilder text = new StringBuilder("{");
    for (Label label : labels) {
      text.append(text.length() == 1 ? "" : ", ");
      text.append(isIdentifier(label.name()) ? label.name() : quote(label.name()));
      text.append('=').append(quote(label.value()));
    }
    return text.append('}').toString();
  }

  private static boolean isIdentifier(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!letter && (i == 0 || c < '0' || c > '9')) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /// `%q` of a string.
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    text.codePoints().forEach(point -> escape(point, '"', quoted));
    return quoted.append('"').toString();
  }

  /// `%q` of one character.
  static String quoteCharacter(int point) {
    if (point < 0) {
      return "'\uFFFD'"; // the end of the input
    }
    StringBuilder quoted = new StringBuilder("'");
    escape(point, '\'', quoted);
    return quoted.append('\'').toString();
  }

  private static void escape(int point, char quote, StringBuilder to) {
    switch (point) {
      case '\n' -> to.append("\\n");
      case '\t' -> to.append("\\t");
      case '\r' -> to.append("\\r");
      case 0x07 -> to.append("\\a");
      case '\b' -> to.append("\\b");
      case '\f' -> to.append("\\f");
      case 0x0b -> to.append("\\v");
      case '\\' -> to.append("\\\\");
      default -> {
        if (point == quote) {
          to.append('\\').append(quote);
        } else if (point < 0x20 || point == 0x7f) {
          to.append(String.format("\\x%02x", point));
        } else if (point >= 0xDC80 && point <= 0xDCFF) {
          to.append(String.format("\\x%02x", point - 0xDC00));
        } else if (!isPrint(point)) {
          to.append(String.format(point > 0xFFFF ? "\\U%08x" : "\\u%04x", point));
        } else {
          to.appendCodePoint(point);
        }
      }
    }
  }

  /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and of all blanks the
  /// ASCII one.
  private static boolean isPrint(int point) {
    return switch (Character.getType(point)) {
      case Character.UNASSIGNED,
          Character.CONTROL,
          Character.FORMAT,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> point == ' ';
      default -> true;
    };
  }

  /// Reads a quoted string: double, single or back quotes. The lexer has checked the escapes.
  static String unquote(String quoted) {
    char quote = quoted.charAt(0);
    String body = quoted.substring(1, quoted.length() - 1);
    if (quote == '`' || body.indexOf('\\') < 0) {
      return body;
    }
    StringBuilder text = new StringBuilder(body.length());
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      c = body.charAt(++i);
      switch (c) {
        case 'a' -> text.append((char) 0x07);
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'v' -> text.append((char) 0x0b);
        case 'x' -> {
          appendByte(text, Integer.parseInt(body.substring(i + 1, i + 3), 16));
          i += 2;
        }
        case 'u' -> {
          text.appendCodePoint(Integer.parseInt(body.substring(i + 1, i + 5), 16));
          i += 4;
        }
        case 'U' -> {
          text.appendCodePoint(Integer.parseInt(body.substring(i + 1, i + 9), 16));
          i += 8;
        }
        case '0', '1', '2', '3', '4', '5', '6', '7' -> {
          appendByte(text, Integer.parseInt(body.substring(i, i + 3), 8));
          i += 2;
        }
        default -> text.append(c);
      }
    }
    return text.toString();
  }

  /// A byte that is no ASCII character may be part of a UTF-8 sequence; bytes that do not form one
  /// become U+FFFD when the text is encoded, so they are kept as lone surrogates U+DC80…U+DCFF.
  private static void appendByte(StringBuilder text, int value) {
    text.append((char) (value < 0x80 ? value : 0xDC00 + value));
  }
}
