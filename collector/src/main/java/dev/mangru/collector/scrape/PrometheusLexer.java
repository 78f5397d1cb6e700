package dev.mangru.collector.scrape;

/// Tokens of the Prometheus text format. Spaces and tabs stand between any two tokens.
final class PrometheusLexer extends Lexer {

  /// @param page must end with a line break
  PrometheusLexer(byte[] page) {
    super(page);
  }

  @Override
  Token lex(byte first) {
    if (isBlank(first) && state != State.META_TEXT) {
      skipBlanks();
      return Token.WHITESPACE;
    }
    return switch (state) {
      case LINE_START -> lineStart(first);
      case COMMENT -> keyword();
      case META_NAME -> metaName(first);
      case META_TEXT -> metaText();
      case LABELS -> labels(first);
      case LABEL_VALUE ->
          first == '"' ? quoted(true, State.LABELS, Token.LABEL_VALUE) : Token.INVALID;
      case VALUE -> value(first);
      case TIMESTAMP -> timestamp(first);
      case EXEMPLAR, EXEMPLAR_VALUE, EXEMPLAR_TIMESTAMP ->
          throw new IllegalStateException("the text format knows no exemplars: " + state);
    };
  }

  private Token lineStart(byte first) {
    return switch (first) {
      case 0 -> acceptOne(State.LINE_START, Token.EOF);
      case '\n' -> acceptOne(State.LINE_START, Token.LINEBREAK);
      case '{' -> acceptOne(State.LABELS, Token.BRACE_OPEN);
      case '#' -> {
        if (!isBlank(advance())) {
          yield restOfComment();
        }
        skipBlanks();
        state = State.COMMENT;
        yield keyword();
      }
      default -> isMetricNameStart(first) ? metricName(State.VALUE) : Token.INVALID;
    };
  }

  private Token keyword() {
    return switch (current()) {
      case 'H' -> keyword("HELP", Token.HELP);
      case 'T' -> keyword("TYPE", Token.TYPE);
      default -> restOfComment();
    };
  }

  private Token keyword(String word, Token token) {
    if (!rest(word, 0) || !isBlank(current())) {
      return restOfComment();
    }
    skipBlanks();
    return accept(State.META_NAME, token);
  }

  /// Everything up to the line break, which is left for the next token.
  private Token restOfComment() {
    byte c = current();
    while (c != '\n') {
      if (c == 0) {
        return Token.EOF;
      }
      c = advance();
    }
    return accept(State.LINE_START, Token.COMMENT);
  }

  private Token metaName(byte first) {
    if (first == '"') {
      return quoted(true, State.META_TEXT, Token.METRIC_NAME);
    }
    return isMetricNameStart(first) ? metricName(State.META_TEXT) : Token.INVALID;
  }

  /// The rest of the line, the blank before it included; only blanks are whitespace.
  private Token metaText() {
    skipBlanks();
    byte c = current();
    if (c == '\n' && position() > tokenStart()) {
      return Token.WHITESPACE;
    }
    while (c != '\n' && c != 0) {
      c = advance();
    }
    return accept(State.LINE_START, Token.TEXT);
  }

  private Token labels(byte first) {
    return switch (first) {
      case '"' -> quoted(true, State.LABELS, Token.QUOTED);
      case '}' -> acceptOne(State.VALUE, Token.BRACE_CLOSE);
      case '=' -> acceptOne(State.LABEL_VALUE, Token.EQUAL);
      case ',' -> acceptOne(State.LABELS, Token.COMMA);
      default -> isLabelNameStart(first) ? labelName() : Token.INVALID;
    };
  }

  private Token value(byte first) {
    if (first == '{') {
      return acceptOne(State.LABELS, Token.BRACE_OPEN);
    }
    if (!isValue(first)) {
      return Token.INVALID;
    }
    while (isValue(current())) {
      advance();
    }
    return accept(State.TIMESTAMP, Token.VALUE);
  }

  private Token timestamp(byte first) {
    if (first == '\n') {
      return acceptOne(State.LINE_START, Token.LINEBREAK);
    }
    if (!isDigit(first)) {
      return Token.INVALID;
    }
    while (isDigit(current())) {
      advance();
    }
    return Token.TIMESTAMP;
  }

  private void skipBlanks() {
    while (isBlank(current())) {
      advance();
    }
  }

  private static boolean isBlank(byte c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isValue(byte c) {
    return c != 0 && c != '{' && c != '\n' && !isBlank(c);
  }
}
