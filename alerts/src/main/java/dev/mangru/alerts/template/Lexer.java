package dev.mangru.alerts.template;

import dev.mangru.alerts.template.Token.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cuts a template's text into tokens, one at a time, as Go's lexer does. Confined to one thread.
final class Lexer {

  private static final String LEFT = "{{";
  private static final String RIGHT = "}}";
  private static final int EOF = -1;

  private static final Map<String, Kind> KEYWORDS =
      Map.ofEntries(
          Map.entry("block", Kind.BLOCK),
          Map.entry("break", Kind.BREAK),
          Map.entry("continue", Kind.CONTINUE),
          Map.entry("define", Kind.DEFINE),
          Map.entry("else", Kind.ELSE),
          Map.entry("end", Kind.END),
          Map.entry("if", Kind.IF),
          Map.entry("range", Kind.RANGE),
          Map.entry("nil", Kind.NIL),
          Map.entry("template", Kind.TEMPLATE),
          Map.entry("with", Kind.WITH));

  private final String input;
  private int position;
  private int start;
  private int line = 1;
  private int startLine = 1;
  private int parenDepth;
  private boolean insideAction;
  private boolean done;

  Lexer(String input) {
    this.input = input;
  }

  /// The next token; after the end or an error, `EOF` for ever.
  Token next() {
    if (done) {
      return new Token(Kind.EOF, position, "EOF", startLine);
    }
    while (true) {
      Token token = insideAction ? insideAction() : text();
      if (token != null) {
        done = token.kind() == Kind.EOF || token.kind() == Kind.ERROR;
        return token;
      }
    }
  }

  private int read() {
    if (position >= input.length()) {
      return EOF;
    }
    int rune = input.codePointAt(position);
    position += Character.charCount(rune);
    if (rune == '\n') {
      line++;
    }
    return rune;
  }

  private int peek() {
    return position >= input.length() ? EOF : input.codePointAt(position);
  }

  private Token emit(Kind kind) {
    Token token = new Token(kind, start, input.substring(start, position), startLine);
    start = position;
    startLine = line;
    return token;
  }

  private void skipTo(int end) {
    countLines(position, end);
    position = end;
    start = end;
    startLine = line;
  }

  private void countLines(int from, int to) {
    for (int i = from; i < to; i++) {
      if (input.charAt(i) == '\n') {
        line++;
      }
    }
  }

  private Token error(String message) {
    return new Token(Kind.ERROR, start, message, startLine);
  }

  private @Nullable Token text() {
    int open = input.indexOf(LEFT, position);
    if (open < 0) {
      countLines(position, input.length());
      position = input.length();
      return position > start ? emit(Kind.TEXT) : emit(Kind.EOF);
    }
    if (open > position) {
      int end = open;
      if (hasLeftTrim(open + LEFT.length())) {
        while (end > start && isSpace(input.charAt(end - 1))) {
          end--;
        }
      }
      countLines(position, end);
      position = end;
      Token token = emit(Kind.TEXT);
      skipTo(open);
      if (!token.text().isEmpty()) {
        return token;
      }
    }
    return leftDelim();
  }

  /// `{{-` and a space.
  private boolean hasLeftTrim(int at) {
    return at + 1 < input.length() && input.charAt(at) == '-' && isSpace(input.charAt(at + 1));
  }

  /// A space and `-}}`.
  private boolean trimsRight(int at) {
    return at + 1 < input.length()
        && isSpace(input.charAt(at))
        && input.charAt(at + 1) == '-'
        && input.startsWith(RIGHT, at + 2);
  }

  private @Nullable Token leftDelim() {
    int after = position + LEFT.length();
    boolean trims = hasLeftTrim(after);
    if (input.startsWith("/*", trims ? after + 2 : after)) {
      skipTo(trims ? after + 2 : after);
      return comment();
    }
    position = after;
    Token token = emit(Kind.LEFT_DELIM);
    if (trims) {
      skipTo(position + 2);
    }
    insideAction = true;
    parenDepth = 0;
    return token;
  }

  private @Nullable Token comment() {
    int end = input.indexOf("*/", position + 2);
    if (end < 0) {
      return error("unclosed comment");
    }
    int after = end + 2;
    boolean trims = trimsRight(after);
    if (!trims && !input.startsWith(RIGHT, after)) {
      return error("comment ends before closing delimiter");
    }
    after += trims ? 2 + RIGHT.length() : RIGHT.length();
    skipTo(trims ? afterSpaces(after) : after);
    return null;
  }

  private int afterSpaces(int at) {
    int end = at;
    while (end < input.length() && isSpace(input.charAt(end))) {
      end++;
    }
    return end;
  }

  private Token rightDelim() {
    boolean trims = trimsRight(position);
    if (trims) {
      skipTo(position + 2);
    }
    position += RIGHT.length();
    Token token = emit(Kind.RIGHT_DELIM);
    if (trims) {
      skipTo(afterSpaces(position));
    }
    insideAction = false;
    return token;
  }

  private @Nullable Token insideAction() {
    if (input.startsWith(RIGHT, position) || trimsRight(position)) {
      return parenDepth == 0 ? rightDelim() : error("unclosed left paren");
    }
    int before = position;
    int rune = read();
    if (rune == EOF) {
      return error("unclosed action");
    }
    if (isSpace(rune)) {
      return space();
    }
    return switch (rune) {
      case '=' -> emit(Kind.ASSIGN);
      case ':' -> read() == '=' ? emit(Kind.DECLARE) : error("expected :=");
      case '|' -> emit(Kind.PIPE);
      case '"' -> quoted('"', Kind.STRING, "unterminated quoted string");
      case '\'' -> quoted('\'', Kind.CHAR_CONSTANT, "unterminated character constant");
      case '`' -> rawString();
      case '$' -> fieldOrVariable(Kind.VARIABLE);
      case '(' -> {
        parenDepth++;
        yield emit(Kind.LEFT_PAREN);
      }
      case ')' -> {
        parenDepth--;
        yield parenDepth < 0 ? error("unexpected right paren") : emit(Kind.RIGHT_PAREN);
      }
      default -> wordOrNumber(rune, before);
    };
  }

  private Token wordOrNumber(int rune, int before) {
    int following = peek();
    if (rune == '.' && (following < '0' || following > '9') && following != EOF) {
      return fieldOrVariable(Kind.FIELD);
    }
    if (rune == '.' || rune == '+' || rune == '-' || (rune >= '0' && rune <= '9')) {
      position = before;
      return number();
    }
    if (isAlphaNumeric(rune)) {
      return identifier();
    }
    return rune < 0x7f && rune > ' '
        ? emit(Kind.CHAR)
        : error("unrecognized character in action: " + GoStrings.unicode(rune));
  }

  private Token space() {
    while (isSpace(peek()) && !trimsRight(position)) {
      read();
    }
    return emit(Kind.SPACE);
  }

  private Token quoted(char end, Kind kind, String unterminated) {
    while (true) {
      int rune = read();
      if (rune == '\\') {
        rune = read();
        if (rune != EOF && rune != '\n') {
          continue;
        }
      }
      if (rune == EOF || rune == '\n') {
        return error(unterminated);
      }
      if (rune == end) {
        return emit(kind);
      }
    }
  }

  private Token rawString() {
    int end = input.indexOf('`', position);
    if (end < 0) {
      return error("unterminated raw quoted string");
    }
    countLines(position, end);
    position = end + 1;
    return emit(Kind.RAW_STRING);
  }

  private Token fieldOrVariable(Kind kind) {
    if (atTerminator()) {
      return emit(kind == Kind.VARIABLE ? Kind.VARIABLE : Kind.DOT);
    }
    while (isAlphaNumeric(peek())) {
      read();
    }
    return atTerminator() ? emit(kind) : error("bad character " + GoStrings.unicode(peek()));
  }

  private Token identifier() {
    while (isAlphaNumeric(peek())) {
      read();
    }
    if (!atTerminator()) {
      return error("bad character " + GoStrings.unicode(peek()));
    }
    String word = input.substring(start, position);
    Kind keyword = KEYWORDS.get(word);
    if (keyword != null) {
      return emit(keyword);
    }
    return emit(word.equals("true") || word.equals("false") ? Kind.BOOL : Kind.IDENTIFIER);
  }

  private boolean atTerminator() {
    int rune = peek();
    return rune == EOF
        || isSpace(rune)
        || ".,|:)(".indexOf(rune) >= 0
        || input.startsWith(RIGHT, position);
  }

  private Token number() {
    if (!scanNumber()) {
      return badNumber();
    }
    int sign = peek();
    if (sign != '+' && sign != '-') {
      return emit(Kind.NUMBER);
    }
    return scanNumber() && input.charAt(position - 1) == 'i' ? emit(Kind.COMPLEX) : badNumber();
  }

  private Token badNumber() {
    return error("bad number syntax: " + GoStrings.quote(input.substring(start, position)));
  }

  private boolean scanNumber() {
    accept("+-");
    String digits = "0123456789_";
    char exponent = 'e';
    if (accept("0")) {
      if (accept("xX")) {
        digits = "0123456789abcdefABCDEF_";
        exponent = 'p';
      } else if (accept("oO")) {
        digits = "01234567_";
        exponent = 0;
      } else if (accept("bB")) {
        digits = "01_";
        exponent = 0;
      }
    }
    acceptRun(digits);
    if (accept(".")) {
      acceptRun(digits);
    }
    if (exponent != 0 && accept(exponent == 'e' ? "eE" : "pP")) {
      accept("+-");
      acceptRun("0123456789_");
    }
    accept("i");
    if (isAlphaNumeric(peek())) {
      read();
      return false;
    }
    return true;
  }

  private boolean accept(String valid) {
    int rune = peek();
    if (rune == EOF || valid.indexOf(rune) < 0) {
      return false;
    }
    read();
    return true;
  }

  private void acceptRun(String valid) {
    boolean more = true;
    while (more) {
      more = accept(valid);
    }
  }

  static boolean isSpace(int rune) {
    return rune == ' ' || rune == '\t' || rune == '\r' || rune == '\n';
  }

  private static boolean isAlphaNumeric(int rune) {
    return rune == '_' || (rune != EOF && (Character.isLetter(rune) || Character.isDigit(rune)));
  }
}
