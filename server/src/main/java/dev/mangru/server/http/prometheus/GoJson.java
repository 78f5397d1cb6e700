package dev.mangru.server.http.prometheus;

import java.util.HexFormat;

/// Strings in JSON as Prometheus writes them where an answer is compared letter by letter: what
/// HTML gives a meaning is escaped, and bytes that are no UTF-8 become U+FFFD.
///
/// Source: jsoniter `stream_str.go`, which writes Prometheus' answers.
final class GoJson {

  private static final HexFormat HEX = HexFormat.of();

  private GoJson() {}

  /// Appends `text` in quotes.
  static void quote(String text, StringBuilder to) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> to.append('\\').append(c);
        case '\n' -> to.append("\\n");
        case '\r' -> to.append("\\r");
        case '\t' -> to.append("\\t");
        case '<', '>', '&', '\u2028', '\u2029' -> escape(c, to);
        default -> {
          boolean pair =
              Character.isHighSurrogate(c)
                  && i + 1 < text.length()
                  && Character.isLowSurrogate(text.charAt(i + 1));
          if (pair) {
            to.append(c).append(text.charAt(++i));
          } else if (Character.isSurrogate(c)) {
            to.append("\\ufffd");
          } else if (c < 0x20) {
            escape(c, to);
          } else {
            to.append(c);
          }
        }
      }
    }
    to.append('"');
  }

  /// `text` in quotes.
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2);
    quote(text, quoted);
    return quoted.toString();
  }

  private static void escape(char c, StringBuilder to) {
    to.append("\\u").append(HEX.toHexDigits(c));
  }
}
