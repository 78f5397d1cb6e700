package dev.mangru.collector.scrape;

import java.util.Arrays;

/// What the lexers of both scraping formats share: a position in the page, a state, and the few
/// shapes that occur in each.
///
/// A lexer never steps back: where a token cannot go on, [#position] stays at the byte that did not
/// fit, because error messages quote up to it. The byte 0 belongs to no token, and is skipped
/// inside label values and help texts, which is how Prometheus treats it. Confined to one thread.
abstract class Lexer {

  /// Where in a line the lexer is.
  enum State {
    LINE_START,
    COMMENT,
    META_NAME,
    META_TEXT,
    LABELS,
    LABEL_VALUE,
    VALUE,
    TIMESTAMP,
    EXEMPLAR,
    EXEMPLAR_VALUE,
    EXEMPLAR_TIMESTAMP
  }

  final byte[] page;
  private int position;
  private int tokenStart;
  State state = State.LINE_START;

  Lexer(byte[] page) {
    this.page = page;
  }

  /// Reads one token. At the end of the page the bounds of the token before stay as they are.
  final Token next() {
    if (position >= page.length) {
      return Token.EOF;
    }
    tokenStart = position;
    return lex(page[position]);
  }

  /// Reads the token whose first byte is `first`, in [#state].
  abstract Token lex(byte first);

  /// The first byte of the current token.
  final int tokenStart() {
    return tokenStart;
  }

  /// One past the last byte of the current token; for an invalid one, the byte that did not fit.
  final int position() {
    return position;
  }

  /// Steps over one byte and gives the next; 0 at the end of the page.
  final byte advance() {
    position++;
    boolean nullsAllowed =
        state == State.LABEL_VALUE || state == State.META_TEXT || state == State.COMMENT;
    while (nullsAllowed && position < page.length && page[position] == 0) {
      position++;
    }
    return current();
  }

  /// The byte at the position; 0 at the end of the page.
  final byte current() {
    return position < page.length ? page[position] : 0;
  }

  final Token accept(State nextState, Token token) {
    state = nextState;
    return token;
  }

  /// Accepts a token of one byte, which is the current one.
  final Token acceptOne(State nextState, Token token) {
    advance();
    return accept(nextState, token);
  }

  /// A metric name; the current byte is known to start one.
  final Token metricName(State nextState) {
    byte c = advance();
    while (isMetricNameStart(c) || isDigit(c)) {
      c = advance();
    }
    return accept(nextState, Token.METRIC_NAME);
  }

  /// A label name; the current byte is known to start one.
  final Token labelName() {
    byte c = advance();
    while (isLabelNameStart(c) || isDigit(c)) {
      c = advance();
    }
    return Token.LABEL_NAME;
  }

  /// A string in double quotes; the current byte is known to be the first quote.
  final Token quoted(boolean newlineAllowed, State nextState, Token token) {
    byte c = advance();
    while (c != '"') {
      if (c == '\\') {
        c = advance();
        if (c == '\n') {
          return Token.INVALID;
        }
      }
      if (c == 0 || (c == '\n' && !newlineAllowed)) {
        return Token.INVALID;
      }
      c = advance();
    }
    advance();
    return accept(nextState, token);
  }

  /// The rest of a keyword; false with the position at the first byte that differs.
  final boolean rest(String keyword, int from) {
    for (int i = from; i < keyword.length(); i++) {
      if (current() != keyword.charAt(i)) {
        return false;
      }
      advance();
    }
    return true;
  }

  /// The bytes of the page in `[from, to)`.
  final byte[] bytes(int from, int to) {
    return Arrays.copyOfRange(page, from, to);
  }

  static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  static boolean isLabelNameStart(byte c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static boolean isMetricNameStart(byte c) {
    return isLabelNameStart(c) || c == ':';
  }
}
