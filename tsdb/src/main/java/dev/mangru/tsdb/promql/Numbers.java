package dev.mangru.tsdb.promql;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/// Reads number and duration literals: Go integers of any base first, then floats.
final class Numbers {

  private Numbers() {}

  /// The value; what is no number or out of range is added to `errors` and becomes 0.
  static double parse(Token token, List<SyntaxError> errors) {
    double value;
    try {
      value = parse(token.text());
    } catch (NumberFormatException _) {
      return error(token, "invalid syntax", errors);
    }
    boolean literalInfinity = token.text().toLowerCase(Locale.ROOT).endsWith("inf");
    return Double.isInfinite(value) && !literalInfinity
        ? error(token, "value out of range", errors)
        : value;
  }

  private static double error(Token token, String cause, List<SyntaxError> errors) {
    errors.add(
        new SyntaxError(
            token.position(),
            "error parsing number: strconv.ParseFloat: parsing "
                + GoText.quote(token.text())
                + ": "
                + cause));
    return 0;
  }

  /// Seconds of a duration literal; what is none is added to `errors` and becomes 0.
  static double parseDuration(Token token, List<SyntaxError> errors) {
    try {
      return Durations.parseMs(token.text()) / 1000.0;
    } catch (IllegalArgumentException e) {
      errors.add(new SyntaxError(token.position(), String.valueOf(e.getMessage())));
      return 0;
    }
  }

  /// The value of an unsigned literal that the lexer has cut out; infinite if out of range.
  ///
  /// @throws NumberFormatException if it is unfinished, such as `1e` or `0x`
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
      return new BigInteger(digits.substring(2), 16).doubleValue();
    }
    if (isOctal(digits)) {
      return new BigInteger(digits, 8).doubleValue();
    }
    return Double.parseDouble(digits);
  }

  private static boolean isOctal(String digits) {
    return digits.length() > 1
        && digits.charAt(0) == '0'
        && digits.chars().allMatch(c -> c >= '0' && c <= '7');
  }
}
