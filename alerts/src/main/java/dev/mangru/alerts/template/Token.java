package dev.mangru.alerts.template;

/// One piece of a template's text.
///
/// @param position where it starts, in UTF-16 units
/// @param line where it starts, from 1
record Token(Kind kind, int position, String text, int line) {

  enum Kind {
    ERROR,
    BOOL,
    CHAR,
    CHAR_CONSTANT,
    COMPLEX,
    ASSIGN,
    DECLARE,
    EOF,
    FIELD,
    IDENTIFIER,
    LEFT_DELIM,
    LEFT_PAREN,
    NUMBER,
    PIPE,
    RAW_STRING,
    RIGHT_DELIM,
    RIGHT_PAREN,
    SPACE,
    STRING,
    TEXT,
    VARIABLE,
    // Keywords come last: they print in angle brackets.
    BLOCK,
    BREAK,
    CONTINUE,
    DOT,
    DEFINE,
    ELSE,
    END,
    IF,
    NIL,
    RANGE,
    TEMPLATE,
    WITH
  }

  /// What errors call it.
  @Override
  public String toString() {
    if (kind == Kind.EOF) {
      return "EOF";
    }
    if (kind == Kind.ERROR) {
      return text;
    }
    if (kind.compareTo(Kind.VARIABLE) > 0) {
      return "<" + text + ">";
    }
    if (GoStrings.utf8Length(text) > 10) {
      int end = text.offsetByCodePoints(0, Math.min(10, text.codePointCount(0, text.length())));
      return GoStrings.quote(text.substring(0, end)) + "...";
    }
    return GoStrings.quote(text);
  }
}
