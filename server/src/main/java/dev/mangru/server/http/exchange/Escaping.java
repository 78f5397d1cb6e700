package dev.mangru.server.http.exchange;

import org.jspecify.annotations.Nullable;

/// How names that are not of the old kind (letters, digits, underscore, colon) are written for a
/// reader that knows no others.
///
/// Source: prometheus/common `model.EscapeMetricFamily`.
enum Escaping {
  /// They are not; the reader knows them.
  ALLOW_UTF_8("allow-utf-8"),
  /// An underscore for each other character.
  UNDERSCORES("underscores"),
  /// `_dot_` for a dot, two underscores for an underscore and for each other character.
  DOTS("dots"),
  /// `U__` in front, and the number of each other character between underscores.
  VALUES("values");

  private final String word;

  Escaping(String word) {
    this.word = word;
  }

  /// The word of the parameter `escaping`.
  String word() {
    return word;
  }

  /// The one that a word names; null for any other.
  static @Nullable Escaping of(String word) {
    for (Escaping each : values()) {
      if (each.word.equals(word)) {
        return each;
      }
    }
    return null;
  }

  /// A name as this writes it.
  String escape(String name) {
    if (this == ALLOW_UTF_8 || name.isEmpty() || isLegacy(name)) {
      return name;
    }
    StringBuilder text = new StringBuilder(name.length() + 8);
    if (this == VALUES) {
      text.append("U__");
    }
    for (int i = 0; i < name.length(); i = name.offsetByCodePoints(i, 1)) {
      append(name.codePointAt(i), i, text);
    }
    return text.toString();
  }

  private void append(int c, int at, StringBuilder text) {
    boolean plain = isLegacy(c, at);
    switch (this) {
      case ALLOW_UTF_8, UNDERSCORES -> text.append(plain ? (char) c : '_');
      case DOTS -> {
        if (c == '_') {
          text.append("__");
        } else if (c == '.') {
          text.append("_dot_");
        } else if (plain) {
          text.append((char) c);
        } else {
          text.append("__");
        }
      }
      case VALUES -> {
        if (c == '_') {
          text.append("__");
        } else if (plain) {
          text.append((char) c);
        } else {
          text.append('_').append(Integer.toHexString(c)).append('_');
        }
      }
    }
  }

  /// Whether a name is of the old kind.
  static boolean isLegacy(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (!isLegacy(name.charAt(i), i)) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  private static boolean isLegacy(int c, int at) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || c == ':'
        || (c >= '0' && c <= '9' && at > 0);
  }
}
