package dev.mangru.alerts.template;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Go's literals: strings, characters and numbers.
final class GoLiterals {

  private static final BigInteger MAX_UNSIGNED = BigInteger.ONE.shiftLeft(64);

  private GoLiterals() {}

  /// A literal that Go refuses, with Go's message.
  static final class BadLiteral extends Exception {
    private static final long serialVersionUID = 1L;

    BadLiteral(String message) {
      super(message);
    }
  }

  /// What a number can be taken for.
  ///
  /// @param integer the number if it fits a signed 64-bit integer
  /// @param unsigned whether it fits an unsigned one
  /// @param real the number if it is real
  /// @param complex the number if it was written with an `i`
  record Parsed(
      @Nullable Long integer,
      boolean unsigned,
      @Nullable Double real,
      Value.@Nullable Complex complex) {}

  /// The text that a quoted string, with its quotes, stands for.
  static String unquote(String quoted) throws BadLiteral {
    if (quoted.charAt(0) == '`') {
      return quoted.substring(1, quoted.length() - 1).replace("\r", "");
    }
    String inner = quoted.substring(1, quoted.length() - 1);
    if (inner.indexOf('\\') < 0) {
      return inner;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < inner.length()) {
      Escape escape = escape(inner, at, '"');
      if (escape.rawByte()) {
        out.write(escape.rune());
      } else {
        out.writeBytes(GoStrings.bytes(Character.toString(escape.rune())));
      }
      at = escape.end();
    }
    return GoStrings.text(out.toByteArray());
  }

  private record Escape(int rune, boolean rawByte, int end) {}

  private static Escape escape(String text, int at, char quote) throws BadLiteral {
    int rune = text.codePointAt(at);
    if (rune == quote) {
      throw syntax();
    }
    if (rune != '\\') {
      return new Escape(rune, false, at + Character.charCount(rune));
    }
    if (at + 1 >= text.length()) {
      throw syntax();
    }
    char kind = text.charAt(at + 1);
    int simple = "abfnrtv\\".indexOf(kind);
    if (simple >= 0) {
      return new Escape("\u0007\b\f\n\r\t\u000b\\".charAt(simple), false, at + 2);
    }
    return switch (kind) {
      case 'x' -> new Escape(digits(text, at + 2, 2, 16), true, at + 4);
      case 'u' -> new Escape(rune(digits(text, at + 2, 4, 16)), false, at + 6);
      case 'U' -> new Escape(rune(digits(text, at + 2, 8, 16)), false, at + 10);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        int value = digits(text, at + 1, 3, 8);
        if (value > 255) {
          throw syntax();
        }
        yield new Escape(value, true, at + 4);
      }
      default -> {
        if (kind != quote) {
          throw syntax();
        }
        yield new Escape(kind, false, at + 2);
      }
    };
  }

  private static int rune(int value) throws BadLiteral {
    if (value > Character.MAX_CODE_POINT || (value >= 0xD800 && value < 0xE000)) {
      throw syntax();
    }
    return value;
  }

  private static int digits(String text, int at, int count, int radix) throws BadLiteral {
    if (at + count > text.length()) {
      throw syntax();
    }
    long value = 0;
    for (int i = at; i < at + count; i++) {
      int digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), radix) : -1;
      if (digit < 0) {
        throw syntax();
      }
      value = value * radix + digit;
    }
    return (int) Math.min(value, Integer.MAX_VALUE);
  }

  private static BadLiteral syntax() {
    return new BadLiteral("invalid syntax");
  }

  /// The code of a character constant, with its quotes.
  static Parsed character(String text) throws BadLiteral {
    String inner = text.substring(1);
    Escape escape = escape(inner, 0, '\'');
    if (!inner.substring(escape.end()).equals("'")) {
      throw new BadLiteral("malformed character constant: " + text);
    }
    return new Parsed((long) escape.rune(), true, (double) escape.rune(), null);
  }

  /// A complex constant such as `1+2i`.
  static Parsed complex(String text) throws BadLiteral {
    for (int i = text.length() - 2; i > 0; i--) {
      char c = text.charAt(i);
      boolean exponent = "eEpP".indexOf(text.charAt(i - 1)) >= 0 && !isHexInteger(text, i);
      if ((c == '+' || c == '-') && !exponent) {
        return complexOf(
            real(text.substring(0, i)), real(text.substring(i, text.length() - 1)), text);
      }
    }
    throw new BadLiteral("illegal number syntax: " + GoStrings.quote(text));
  }

  private static boolean isHexInteger(String text, int before) {
    String lower = text.substring(0, before).toLowerCase(Locale.ROOT);
    return lower.contains("0x") && !lower.contains("p");
  }

  private static Parsed complexOf(@Nullable Double re, @Nullable Double im, String text)
      throws BadLiteral {
    if (re == null || im == null) {
      throw new BadLiteral("illegal number syntax: " + GoStrings.quote(text));
    }
    Value.Complex complex = new Value.Complex(re, im);
    return im == 0
        ? new Parsed(whole(re), isUnsigned(re), re, complex)
        : new Parsed(null, false, null, complex);
  }

  /// A number, its syntax as Go's `strconv` has it with base 0.
  static Parsed number(String text) throws BadLiteral {
    if (text.endsWith("i")) {
      Double imaginary = real(text.substring(0, text.length() - 1));
      if (imaginary != null) {
        return complexOf(0.0, imaginary, text);
      }
    }
    BigInteger integer = integer(text);
    if (integer != null) {
      boolean unsigned = integer.signum() >= 0 && integer.compareTo(MAX_UNSIGNED) < 0;
      Long signed = integer.bitLength() < 64 ? integer.longValue() : null;
      if (signed != null || unsigned) {
        return new Parsed(signed, unsigned, integer.doubleValue(), null);
      }
    }
    Double real = real(text);
    if (real == null) {
      throw new BadLiteral("illegal number syntax: " + GoStrings.quote(text));
    }
    if (!looksReal(text)) {
      // It reads as a number, but only for being too large for an integer.
      throw new BadLiteral("integer overflow: " + GoStrings.quote(text));
    }
    return new Parsed(whole(real), isUnsigned(real), real, null);
  }

  /// Whether the text has a point or an exponent.
  static boolean looksReal(String text) {
    return text.chars().anyMatch(c -> ".eEpP".indexOf(c) >= 0);
  }

  private static @Nullable Long whole(double value) {
    return value == Math.rint(value) && Math.abs(value) < 0x1p63 ? (long) value : null;
  }

  private static boolean isUnsigned(double value) {
    return value == Math.rint(value) && value >= 0 && value < 0x1p64;
  }

  private static @Nullable BigInteger integer(String text) {
    String digits = text;
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int radix = 10;
    String lower = digits.toLowerCase(Locale.ROOT);
    if (lower.startsWith("0x")) {
      radix = 16;
      digits = digits.substring(2);
    } else if (lower.startsWith("0b")) {
      radix = 2;
      digits = digits.substring(2);
    } else if (lower.startsWith("0o")) {
      radix = 8;
      digits = digits.substring(2);
    } else if (digits.length() > 1 && digits.startsWith("0")) {
      radix = 8;
      digits = digits.substring(1);
    }
    if (!underscoresFit(digits, radix != 10)) {
      return null;
    }
    String plain = digits.replace("_", "");
    if (plain.isEmpty() || plain.length() > 80) {
      return null;
    }
    for (int i = 0; i < plain.length(); i++) {
      if (plain.charAt(i) >= 0x80 || Character.digit(plain.charAt(i), radix) < 0) {
        return null;
      }
    }
    BigInteger value = new BigInteger(plain, radix);
    return negative ? value.negate() : value;
  }

  /// Underscores only between digits, or after a prefix.
  private static boolean underscoresFit(String digits, boolean afterPrefix) {
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) == '_') {
        boolean before = i == 0 ? afterPrefix : isHexDigit(digits.charAt(i - 1));
        if (!before || i + 1 == digits.length() || !isHexDigit(digits.charAt(i + 1))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isHexDigit(char c) {
    return c < 0x80 && Character.digit(c, 16) >= 0;
  }

  /// A real number as `strconv.ParseFloat` reads it from a literal, or null.
  private static @Nullable Double real(String text) {
    try {
      return parseFloat(text, true);
    } catch (BadLiteral _) {
      return null; // Not a number: the caller says which one.
    }
  }

  /// Go's `strconv.ParseFloat(text, 64)`, with its error text.
  static double parseFloat(String text) throws BadLiteral {
    return parseFloat(text, false);
  }

  private static double parseFloat(String text, boolean literal) throws BadLiteral {
    String body = text;
    boolean negative = body.startsWith("-");
    if (negative || body.startsWith("+")) {
      body = body.substring(1);
    }
    String lower = body.toLowerCase(Locale.ROOT);
    if (!literal) {
      if (lower.equals("inf") || lower.equals("infinity")) {
        return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
      if (lower.equals("nan") && body.length() == text.length()) {
        return Double.NaN;
      }
    }
    boolean hex = lower.startsWith("0x");
    String digits = lower.replace("_", "");
    boolean underscores =
        digits.length() == lower.length() || underscoresFit(hex ? lower.substring(2) : lower, hex);
    if (!underscores || !isFloatSyntax(digits, hex)) {
      throw new BadLiteral(
          "strconv.ParseFloat: parsing " + GoStrings.quote(text) + ": invalid syntax");
    }
    double value = Double.parseDouble(digits);
    if (Double.isInfinite(value)) {
      throw new BadLiteral(
          "strconv.ParseFloat: parsing " + GoStrings.quote(text) + ": value out of range");
    }
    return negative ? -value : value;
  }

  /// Digits with at most one point and an exponent; written out so that nothing Java-only passes.
  private static boolean isFloatSyntax(String text, boolean hex) {
    int at = hex ? 2 : 0;
    int digits = 0;
    boolean point = false;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '.' && !point) {
        point = true;
      } else if (c < 0x80 && Character.digit(c, hex ? 16 : 10) >= 0) {
        digits++;
      } else {
        break;
      }
      at++;
    }
    if (digits == 0) {
      return false;
    }
    if (at == text.length()) {
      return !hex;
    }
    if (text.charAt(at) != (hex ? 'p' : 'e')) {
      return false;
    }
    at++;
    if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
      at++;
    }
    if (at == text.length()) {
      return false;
    }
    byte[] rest = text.substring(at).getBytes(StandardCharsets.UTF_8);
    for (byte b : rest) {
      if (b < '0' || b > '9') {
        return false;
      }
    }
    return true;
  }
}
