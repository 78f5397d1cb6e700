package dev.mangru.alerts.route;

import dev.mangru.model.error.MangruException;
import org.jspecify.annotations.Nullable;

/// Cuts matchers into tokens. Columns count characters from 0, ends are exclusive. Confined to one
/// thread.
final class MatcherLexer {

  /// Longest input, in characters. Chosen.
  static final int MAX_LENGTH = 16_384;

  enum Kind {
    OPEN_BRACE,
    CLOSE_BRACE,
    COMMA,
    EQUALS,
    NOT_EQUALS,
    MATCHES,
    NOT_MATCHES,
    QUOTED,
    UNQUOTED
  }

  record Token(Kind kind, String text, int start, int end) {

    /// `0:3: `, the beginning of every message about it.
    String where() {
      return start + ":" + end + ": ";
    }
  }

  private final int[] input;
  private int start;
  private int at;
  private @Nullable Token next;
  private @Nullable MangruException problem;

  MatcherLexer(String text) {
    if (text.length() > MAX_LENGTH) {
      throw MangruException.badData(
          "matchers of "
              + text.length()
              + " characters are longer than the limit of "
              + MAX_LENGTH);
    }
    input = text.codePoints().toArray();
  }

  /// Characters read so far, a peeked token not counted.
  int column() {
    return next == null ? at : next.start;
  }

  /// The next token, which stays; null at the end.
  @Nullable Token peek() {
    if (problem != null) {
      throw problem;
    }
    if (next == null) {
      next = read();
    }
    return next;
  }

  /// The next token, which is taken; null at the end.
  @Nullable Token take() {
    Token token = peek();
    next = null;
    return token;
  }

  private @Nullable Token read() {
    while (at < input.length && isSpace(input[at])) {
      at++;
    }
    start = at;
    if (at == input.length) {
      return null;
    }
    int c = input[at];
    return switch (c) {
      case '{' -> single(Kind.OPEN_BRACE);
      case '}' -> single(Kind.CLOSE_BRACE);
      case ',' -> single(Kind.COMMA);
      case '=' -> accept(1, '~') ? token(Kind.MATCHES, 2) : single(Kind.EQUALS);
      case '!' -> negated();
      case '"' -> quoted();
      default -> isReserved(c) ? fail(1, "invalid input") : unquoted();
    };
  }

  private boolean accept(int ahead, int c) {
    return at + ahead < input.length && input[at + ahead] == c;
  }

  private Token negated() {
    if (accept(1, '=')) {
      return token(Kind.NOT_EQUALS, 2);
    }
    if (accept(1, '~')) {
      return token(Kind.NOT_MATCHES, 2);
    }
    if (at + 1 >= input.length) {
      throw problem(
          MangruException.badData(
              start + ":" + (at + 1) + ": unexpected end of input, expected one of '=~'"));
    }
    return fail(1, "expected one of '=~'");
  }

  private Token quoted() {
    int length = 1;
    boolean escaped = false;
    while (at + length < input.length) {
      int c = input[at + length++];
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        return token(Kind.QUOTED, length);
      }
    }
    return fail(length, "missing end \"");
  }

  private Token unquoted() {
    int length = 1;
    while (at + length < input.length && !isReserved(input[at + length])) {
      length++;
    }
    return token(Kind.UNQUOTED, length);
  }

  private Token single(Kind kind) {
    return token(kind, 1);
  }

  private Token token(Kind kind, int length) {
    at += length;
    return new Token(kind, new String(input, start, length), start, at);
  }

  private Token fail(int length, String why) {
    at += length;
    throw problem(
        MangruException.badData(
            start + ":" + at + ": " + new String(input, start, length) + ": " + why));
  }

  private MangruException problem(MangruException found) {
    problem = found;
    return found;
  }

  /// Characters that need quotes.
  static boolean isReserved(int c) {
    return isSpace(c) || "{}!=~,\\\"'`".indexOf(c) >= 0;
  }

  private static boolean isSpace(int c) {
    return (c >= '\t' && c <= '\r') || c == 0x85 || Character.isSpaceChar(c);
  }
}
