package dev.mangru.tsdb.promql;

import dev.mangru.tsdb.promql.Token.Kind;
import java.util.Locale;
import java.util.Set;

/// Cuts an expression into [Token]s, one at a time. Confined to one thread.
///
/// What a character means depends on what is open: inside `{}` keywords are plain names, inside
/// `[]` letters are units or `step`, `range`, `min_of`, `max_of`.
final class Lexer {

  private static final int END = -1;
  private static final Set<String> KEYWORDS =
      Set.of(
          "offset",
          "smoothed",
          "anchored",
          "by",
          "without",
          "on",
          "ignoring",
          "group_left",
          "group_right",
          "bool",
          "fill",
          "fill_left",
          "fill_right",
          "start",
          "end",
          "step",
          "range");
  private static final Set<String> WORD_OPERATORS = Set.of("and", "or", "unless", "atan2");
  private static final Set<String> DURATION_WORDS = Set.of("step", "range", "min_of", "max_of");

  private final String input;
  private int position;
  private int start;
  private int parenDepth;
  private boolean braceOpen;
  private boolean bracketOpen;
  private boolean colonSeen;

  /// Inside brackets, where an operand of a duration expression may stand.
  private boolean durationOperand;

  Lexer(String input) {
    this.input = input;
  }

  Token next() {
    skipBlanksAndComments();
    start = position;
    if (braceOpen) {
      return insideBraces();
    }
    return durationOperand ? durationOperand() : statement();
  }

  private void skipBlanksAndComments() {
    while (position < input.length()) {
      char c = input.charAt(position);
      if (c == '#' && !durationOperand) {
        while (position < input.length() && !isLineEnd(input.charAt(position))) {
          position++;
        }
      } else if (isSpace(c)) {
        position++;
      } else {
        return;
      }
    }
  }

  private Token statement() {
    int c = read();
    return switch (c) {
      case END -> {
        if (parenDepth != 0) {
          throw error("unclosed left parenthesis");
        }
        if (bracketOpen) {
          throw error("unclosed left bracket");
        }
        yield emit(Kind.END_OF_INPUT);
      }
      case ',' -> {
        durationOperand = bracketOpen;
        yield emit(Kind.PUNCTUATION);
      }
      case '*', '/', '%', '+', '-', '^' -> {
        durationOperand = bracketOpen;
        yield emit(Kind.OPERATOR);
      }
      case '@' -> {
        yield emit(Kind.OPERATOR);
      }
      case '=' -> {
        if (peek() == '~') {
          throw error("unexpected character after '=': '~'");
        }
        yield accept("=") ? emit(Kind.OPERATOR) : emit(Kind.PUNCTUATION);
      }
      case '!' -> {
        int after = read();
        if (after != '=') {
          throw error("unexpected character after '!': " + GoText.quoteCharacter(after));
        }
        yield emit(Kind.OPERATOR);
      }
      case '<', '>' -> {
        if (!accept("=")) {
          accept("/");
        }
        yield emit(Kind.OPERATOR);
      }
      case '"', '\'' -> {
        yield string(c);
      }
      case '`' -> {
        yield rawString();
      }
      case '(' -> {
        parenDepth++;
        durationOperand = bracketOpen;
        yield emit(Kind.PUNCTUATION);
      }
      case ')' -> {
        yield closeParen();
      }
      case '{' -> {
        braceOpen = true;
        yield emit(Kind.PUNCTUATION);
      }
      case '[' -> {
        if (bracketOpen) {
          throw error("unexpected left bracket '['");
        }
        bracketOpen = true;
        colonSeen = false;
        durationOperand = true;
        yield emit(Kind.PUNCTUATION);
      }
      case ']' -> {
        yield closeBracket();
      }
      default -> {
        if (isDigit(c) || (c == '.' && isDigit(peek()))) {
          position = start;
          yield numberOrDuration();
        }
        if (isAlpha(c) || c == ':') {
          yield bracketOpen ? insideBrackets(c) : word();
        }
        throw error("unexpected character: " + GoText.quoteCharacter(c));
      }
    };
  }

  private Token closeParen() {
    parenDepth--;
    if (parenDepth < 0) {
      start = position;
      throw error("unexpected right parenthesis ')'");
    }
    return emit(Kind.PUNCTUATION);
  }

  private Token closeBracket() {
    if (!bracketOpen) {
      throw error("unexpected right bracket ']'");
    }
    bracketOpen = false;
    durationOperand = false;
    return emit(Kind.PUNCTUATION);
  }

  private Token insideBrackets(int c) {
    if (c == ':') {
      if (colonSeen) {
        throw error("unexpected colon ':'");
      }
      colonSeen = true;
      return emit(Kind.PUNCTUATION);
    }
    position = start;
    if (durationWord()) {
      return emit(Kind.KEYWORD);
    }
    throw error("unexpected character: " + GoText.quoteCharacter(c) + ", expected ':'");
  }

  private boolean durationWord() {
    int from = position;
    while (isAlphaNumeric(peek())) {
      position++;
    }
    if (DURATION_WORDS.contains(input.substring(from, position).toLowerCase(Locale.ROOT))) {
      return true;
    }
    position = from;
    return false;
  }

  private Token durationOperand() {
    int c = read();
    return switch (c) {
      case END -> throw error("unexpected end of input in duration expression");
      case ']' -> {
        yield closeBracket();
      }
      case ':' -> {
        start = position;
        throw error("unexpected colon before duration in duration expression");
      }
      case '(' -> {
        parenDepth++;
        yield emit(Kind.PUNCTUATION);
      }
      case ')' -> {
        durationOperand = false;
        yield closeParen();
      }
      case '*', '/', '%', '+', '-', '^' -> {
        yield emit(Kind.OPERATOR);
      }
      case ',' -> {
        yield emit(Kind.PUNCTUATION);
      }
      default -> {
        position = start;
        if (isDigit(c)
            || (c == '.' && position + 1 < input.length() && isDigit(input.charAt(position + 1)))) {
          durationOperand = false;
          yield numberOrDuration();
        }
        if (durationWord()) {
          durationOperand = false;
          yield emit(Kind.KEYWORD);
        }
        throw error("unexpected character in duration expression: " + GoText.quoteCharacter(c));
      }
    };
  }

  private Token insideBraces() {
    int c = read();
    return switch (c) {
      case END -> throw error("unexpected end of input inside braces");
      case ',' -> {
        yield emit(Kind.PUNCTUATION);
      }
      case '"', '\'' -> {
        yield string(c);
      }
      case '`' -> {
        yield rawString();
      }
      case '=' -> {
        yield accept("~") ? emit(Kind.OPERATOR) : emit(Kind.PUNCTUATION);
      }
      case '!' -> {
        int after = read();
        if (after != '~' && after != '=') {
          throw error(
              "unexpected character after '!' inside braces: " + GoText.quoteCharacter(after));
        }
        yield emit(Kind.OPERATOR);
      }
      case '{' -> throw error("unexpected left brace '{'");
      case '}' -> {
        braceOpen = false;
        yield emit(Kind.PUNCTUATION);
      }
      default -> {
        if (!isAlpha(c)) {
          throw error("unexpected character inside braces: " + GoText.quoteCharacter(c));
        }
        while (isAlphaNumeric(peek())) {
          position++;
        }
        yield emit(Kind.IDENTIFIER);
      }
    };
  }

  private Token word() {
    while (isAlphaNumeric(peek()) || peek() == ':') {
      position++;
    }
    String word = input.substring(start, position).toLowerCase(Locale.ROOT);
    if (word.equals("inf") || word.equals("nan")) {
      return emit(Kind.NUMBER);
    }
    if (WORD_OPERATORS.contains(word)) {
      return emit(Kind.OPERATOR);
    }
    if (Aggregation.named(word) != null) {
      return emit(Kind.AGGREGATION);
    }
    if (KEYWORDS.contains(word)) {
      boolean name = word.startsWith("fill") && !parenFollows();
      return emit(name ? Kind.IDENTIFIER : Kind.KEYWORD);
    }
    return emit(word.indexOf(':') < 0 ? Kind.IDENTIFIER : Kind.METRIC_IDENTIFIER);
  }

  private boolean parenFollows() {
    int i = position;
    while (i < input.length() && isSpace(input.charAt(i))) {
      i++;
    }
    return i < input.length() && input.charAt(i) == '(';
  }

  private Token string(int quote) {
    while (true) {
      int c = read();
      if (c == END || c == '\n') {
        throw error("unterminated quoted string");
      }
      if (c == quote) {
        return emit(Kind.STRING);
      }
      if (c == '\\') {
        escape(quote);
      } else if (isInvalid(c)) {
        throw error("invalid UTF-8 rune");
      }
    }
  }

  private Token rawString() {
    while (true) {
      int c = read();
      if (c == END) {
        throw error("unterminated raw string");
      }
      if (c == '`') {
        return emit(Kind.STRING);
      }
      if (isInvalid(c)) {
        throw error("invalid UTF-8 rune");
      }
    }
  }

  private void escape(int quote) {
    int c = read();
    if (c == quote || (c != END && "abfnrtv\\".indexOf(c) >= 0)) {
      return;
    }
    switch (c) {
      case END -> throw error("escape sequence not terminated");
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        position--;
        escapeDigits(3, 8, 255);
      }
      case 'x' -> escapeDigits(2, 16, 255);
      case 'u' -> escapeDigits(4, 16, Character.MAX_CODE_POINT);
      case 'U' -> escapeDigits(8, 16, Character.MAX_CODE_POINT);
      default -> throw error("unknown escape sequence " + codePoint(c));
    }
  }

  private void escapeDigits(int count, int base, long max) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      int c = read();
      if (c == END) {
        throw error("escape sequence not terminated");
      }
      int digit = c < 0x80 ? Character.digit(c, base) : -1;
      if (digit < 0) {
        throw error("illegal character " + codePoint(c) + " in escape sequence");
      }
      value = value * base + digit;
    }
    if (value > max || (value >= 0xD800 && value < 0xE000)) {
      throw error("escape sequence is an invalid Unicode code point");
    }
  }

  private static String codePoint(int c) {
    return String.format("U+%04X", c) + " '" + Character.toString(c) + "'";
  }

  private Token numberOrDuration() {
    NumberScanner scanner = new NumberScanner(input, position);
    boolean number = scanner.scanNumber();
    boolean duration = !number && scanner.scanRestOfDuration();
    position = scanner.position();
    if (number || duration) {
      return emit(number ? Kind.NUMBER : Kind.DURATION);
    }
    throw error("bad number or duration syntax: " + GoText.quote(input.substring(start, position)));
  }

  private PromqlSyntaxException error(String message) {
    return new PromqlSyntaxException(new Position(start, input.length()), message);
  }

  private Token emit(Kind kind) {
    return new Token(kind, input.substring(start, position), start);
  }

  private int read() {
    if (position >= input.length()) {
      return END;
    }
    int c = input.codePointAt(position);
    position += Character.charCount(c);
    return c;
  }

  private int peek() {
    return position < input.length() ? input.charAt(position) : END;
  }

  private boolean accept(String symbol) {
    if (input.startsWith(symbol, position)) {
      position += symbol.length();
      return true;
    }
    return false;
  }

  /// A lone surrogate stands for a byte that is not UTF-8.
  private static boolean isInvalid(int c) {
    return c == 0xFFFD || (c >= 0xD800 && c <= 0xDFFF);
  }

  static boolean isSpace(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isLineEnd(int c) {
    return c == '\n' || c == '\r';
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isAlpha(int c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static boolean isAlphaNumeric(int c) {
    return isAlpha(c) || isDigit(c);
  }
}
