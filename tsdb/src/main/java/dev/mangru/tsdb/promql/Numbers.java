package dev.mangru.tsdb.promql;

import java.util.List;
import java.util.Locale;

/// Reads number literals: Go integers of any base first, then floats.
final class Numbers {

  private Numbers() {}

  /// The value; a number out of range is added to `errors` and becomes 0.
  static double parse(Token token, List<SyntaxError> errors) {
    double value = parse(token.text());
    boolean literalInfinity = token.text().toLowerCase(Locale.ROOT).endsWith("inf");
    if (Double.isInfinite(value) && !literalInfinity) {
      errors.add(
          new SyntaxError(
              token.position(),
              "error parsing number: strconv.ParseFloat: parsing "
                  + GoText.quote(token.text())
                  + ": value out of range"));
      return 0;
    }
    return value;
  }

  /// The value of an unsigned literal that the lexer has accepted; infinite if out of range.
  static double parse(String literal) {
    String text = literal.toLowerCase(Locale.ROOT);
    if (text.equals("nan")) {
      return Double.NaN;
    }
    if (text.equals("inf")) {
      return Double.POSITIVE_INFINITY;
    }
    String digits = text.replace("_", "");
    if (digits.startsWith("0x")) {
      return new java.math.BigInteger(digits.substring(2), 16).doubleValue();
    }
    if (isOctal(digits)) {
      return new java.math.BigInteger(digits, 8).doubleValue();
    }
    return Double.parseDouble(digits);
  }

  private static boolean isOctal(String digits) {
    return digits.length() > 1
        && digits.charAt(0) == '0'
        && digits.chars().allMatch(c -> c >= '0' && c <= '7');
  }
}
