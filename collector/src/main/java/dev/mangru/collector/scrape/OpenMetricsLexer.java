package dev.mangru.collector.scrape;

/// Tokens of OpenMetrics text. Spaces are part of the tokens they precede; tabs belong to none.
final class OpenMetricsLexer extends Lexer {

  OpenMetricsLexer(byte[] page) {
    super(page);
  }

  @Override
  Token lex(byte first) {
    return switch (state) {
      case LINE_START -> lineStart(first);
      case COMMENT -> keyword();
      case META_NAME -> metaName(first);
      case META_TEXT -> metaText(first);
      case LABELS -> labels(first, State.LABELS, State.VALUE, State.LABEL_VALUE, true);
      case LABEL_VALUE ->
          first == '"' ? quoted(false, State.LABELS, Token.LABEL_VALUE) : Token.INVALID;
      case VALUE ->
          first == '{'
              ? acceptOne(State.LABELS, Token.BRACE_OPEN)
              : word(first, State.TIMESTAMP, Token.VALUE);
      case TIMESTAMP -> timestamp(first);
      case EXEMPLAR ->
          labels(first, State.EXEMPLAR, State.EXEMPLAR_VALUE, State.EXEMPLAR_VALUE, false);
      case EXEMPLAR_VALUE ->
          first == '"'
              ? quoted(false, State.EXEMPLAR, Token.LABEL_VALUE)
              : word(first, State.EXEMPLAR_TIMESTAMP, Token.VALUE);
      case EXEMPLAR_TIMESTAMP ->
          first == '\n'
              ? acceptOne(State.LINE_START, Token.LINEBREAK)
              : word(first, State.EXEMPLAR_TIMESTAMP, Token.TIMESTAMP);
    };
  }

  private Token lineStart(byte first) {
    if (first == '#') {
      if (advance() != ' ') {
        return Token.INVALID;
      }
      advance();
      state = State.COMMENT;
      return keyword();
    }
    if (first == '{') {
      return acceptOne(State.LABELS, Token.BRACE_OPEN);
    }
    return isMetricNameStart(first) ? metricName(State.VALUE) : Token.INVALID;
  }

  private Token keyword() {
    return switch (current()) {
      case 'H' -> keyword("HELP ", Token.HELP);
      case 'T' -> keyword("TYPE ", Token.TYPE);
      case 'U' -> keyword("UNIT ", Token.UNIT);
      case 'E' -> {
        if (!rest("EOF", 0)) {
          yield Token.INVALID;
        }
        if (current() == '\n') {
          advance();
        }
        yield accept(State.LINE_START, Token.EOF_WORD);
      }
      default -> Token.INVALID;
    };
  }

  private Token keyword(String word, Token token) {
    return rest(word, 0) ? accept(State.META_NAME, token) : Token.INVALID;
  }

  private Token metaName(byte first) {
    if (first == '"') {
      return quoted(true, State.META_TEXT, Token.METRIC_NAME);
    }
    return isMetricNameStart(first) ? metricName(State.META_TEXT) : Token.INVALID;
  }

  private Token metaText(byte first) {
    if (first != ' ') {
      return Token.INVALID;
    }
    byte c = advance();
    while (c != '\n') {
      if (c == 0) {
        return Token.INVALID;
      }
      c = advance();
    }
    return acceptOne(State.LINE_START, Token.TEXT);
  }

  private Token labels(
      byte first, State inside, State afterBrace, State afterEqual, boolean newlineInName) {
    return switch (first) {
      case '"' -> quoted(newlineInName, inside, Token.QUOTED);
      case '}' -> acceptOne(afterBrace, Token.BRACE_CLOSE);
      case '=' -> acceptOne(afterEqual, Token.EQUAL);
      case ',' -> acceptOne(inside, Token.COMMA);
      default -> isLabelNameStart(first) ? labelName() : Token.INVALID;
    };
  }

  private Token timestamp(byte first) {
    if (first == '\n') {
      return acceptOne(State.LINE_START, Token.LINEBREAK);
    }
    if (first != ' ') {
      return Token.INVALID;
    }
    byte c = advance();
    if (c == '#' && advance() == ' ') {
      return advance() == '{' ? acceptOne(State.EXEMPLAR, Token.COMMENT) : Token.INVALID;
    }
    return c == '#' || isWord(c) ? restOfWord(State.TIMESTAMP, Token.TIMESTAMP) : Token.INVALID;
  }

  /// A space and at least one byte that is neither space nor line break.
  private Token word(byte first, State nextState, Token token) {
    if (first != ' ' || !isWord(advance())) {
      return Token.INVALID;
    }
    return restOfWord(nextState, token);
  }

  private Token restOfWord(State nextState, Token token) {
    while (isWord(current())) {
      advance();
    }
    return accept(nextState, token);
  }

  private static boolean isWord(byte c) {
    return c != 0 && c != ' ' && c != '\n';
  }
}
