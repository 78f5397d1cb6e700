package dev.mangru.tsdb.promql;

/// Finds where a number or a duration ends. Confined to one thread.
final class NumberScanner {

  private static final String DECIMAL = "0123456789";
  private static final String HEXADECIMAL = "0123456789abcdefABCDEF";

  private final String input;
  private int position;

  NumberScanner(String input, int position) {
    this.input = input;
    this.position = position;
  }

  int position() {
    return position;
  }

  /// Scans a number: decimal, hexadecimal, octal or float, with `_` between digits. After a failure
  /// it stands where the number went wrong.
  boolean scanNumber() {
    int initial = position;
    String digits = DECIMAL;
    if (accept("0") && accept("xX")) {
      accept("_");
      digits = HEXADECIMAL;
    }
    accept(".");
    accept(digits);
    boolean dotSeen = false;
    boolean exponentSeen = false;
    while (is(digits + "._eE")) {
      if ((is(".") && dotSeen) || (is("eE") && exponentSeen && digits.equals(DECIMAL))) {
        position++;
        return false;
      }
      if (accept(".")) {
        dotSeen = true;
        if (accept("_.") || digits.equals(HEXADECIMAL)) {
          return false;
        }
      } else if (digits.equals(DECIMAL) && accept("eE")) {
        exponentSeen = true;
        accept("+-");
        if (accept("._eE") || position >= input.length()) {
          return false;
        }
      } else if (accept("_")) {
        if (accept("._eE") || position >= input.length()) {
          return false;
        }
      } else {
        acceptAll(digits);
      }
    }
    return position > initial && !Lexer.isAlphaNumeric(peek());
  }

  /// Goes on from where [#scanNumber] failed: the units of a duration.
  boolean scanRestOfDuration() {
    if (!accept("smhdwy")) {
      return false;
    }
    accept("s");
    while (accept(DECIMAL)) {
      acceptAll(DECIMAL);
      if (!accept("smhdw")) {
        return false;
      }
      accept("s");
    }
    if (Lexer.isAlphaNumeric(peek())) {
      position++;
      return false;
    }
    return true;
  }

  private int peek() {
    return position < input.length() ? input.charAt(position) : -1;
  }

  private boolean is(String set) {
    return position < input.length() && set.indexOf(input.charAt(position)) >= 0;
  }

  private boolean accept(String set) {
    if (is(set)) {
      position++;
      return true;
    }
    return false;
  }

  private void acceptAll(String set) {
    while (is(set)) {
      position++;
    }
  }
}
