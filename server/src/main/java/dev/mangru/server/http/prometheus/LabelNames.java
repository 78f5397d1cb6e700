package dev.mangru.server.http.prometheus;

/// Label names in paths: those that are more than letters, digits and `_` come escaped as `U__…`,
/// where `__` is `_` and `_2e_` is the character U+002E.
///
/// Source: prometheus/common `model/metric.go`, `UnescapeName` with `ValueEncodingEscaping`.
final class LabelNames {

  private static final String PREFIX = "U__";

  /// Longest hexadecimal code point.
  private static final int MAX_HEX_DIGITS = 6;

  private LabelNames() {}

  /// The name itself; a name that is not escaped correctly is taken as it is.
  static String unescape(String name) {
    if (!name.startsWith(PREFIX)) {
      return name;
    }
    StringBuilder text = new StringBuilder();
    int position = PREFIX.length();
    while (position < name.length()) {
      char c = name.charAt(position);
      if (c != '_') {
        text.append(c);
        position++;
        continue;
      }
      int end = name.indexOf('_', position + 1);
      if (end < 0 || end - position - 1 > MAX_HEX_DIGITS) {
        return name;
      }
      if (end == position + 1) {
        text.append('_');
      } else {
        int codePoint = hexadecimal(name.substring(position + 1, end));
        if (codePoint < 0) {
          return name;
        }
        text.appendCodePoint(codePoint);
      }
      position = end + 1;
    }
    return text.toString();
  }

  private static int hexadecimal(String digits) {
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = Character.digit(digits.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return Character.isValidCodePoint(value) && !isSurrogate(value) ? value : -1;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
