package dev.mangru.autoscaler.playground.schema;

import dev.mangru.model.error.MangruException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Optional;

/// Kubernetes quantities: `100m`, `1.5Gi`, `2e3`, exactly. As upstream, what is finer than a
/// billionth is rounded away from zero to a billionth, and what is over 2^63-1 is taken for 2^63-1.
public final class Quantity {

  /// The longest text that is read, characters; upstream has no limit of its own.
  static final int MAX_LENGTH = 100;

  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigInteger KIBI = BigInteger.valueOf(1024);
  private static final BigInteger THOUSAND = BigInteger.valueOf(1000);
  private static final String BINARY = "KMGTPE";
  private static final String DECIMAL = "numkMGTPE";

  private Quantity() {}

  private enum Format {
    DECIMAL_SI,
    BINARY_SI,
    DECIMAL_EXPONENT
  }

  private record Parsed(BigDecimal value, Format format) {}

  /// The exact value; a [MangruException] of kind BAD_DATA names what is wrong with the text.
  public static BigDecimal parse(String text) {
    return scan(text).value();
  }

  /// The exact value, or nothing if the text is no quantity.
  public static Optional<BigDecimal> tryParse(String text) {
    try {
      return Optional.of(parse(text));
    } catch (MangruException _) {
      return Optional.empty();
    }
  }

  /// Thousandths, rounded away from zero, saturating at the ends of `long`.
  public static long milli(String text) {
    return milli(parse(text));
  }

  /// Thousandths, rounded away from zero, saturating at the ends of `long`.
  public static long milli(BigDecimal value) {
    return saturated(value.movePointRight(3));
  }

  /// Units, rounded away from zero, saturating at the ends of `long`.
  public static long value(String text) {
    return saturated(parse(text));
  }

  /// The text in which the API server keeps it: the same family of suffixes, no fraction, the
  /// largest suffix that needs none. `0.5` is `500m`, `1000m` is `1`, `1024Mi` is `1Gi`.
  public static String canonical(String text) {
    Parsed parsed = scan(text);
    return switch (parsed.format()) {
      case DECIMAL_SI -> decimal(parsed.value(), false);
      case DECIMAL_EXPONENT -> decimal(parsed.value(), true);
      case BINARY_SI ->
          parsed.value().abs().compareTo(new BigDecimal(KIBI)) < 0
              ? decimal(parsed.value(), false)
              : binary(parsed.value());
    };
  }

  /// A value of thousandths in canonical form: 1500 is `1500m`, 2000 is `2`.
  public static String ofMilli(long milli) {
    return decimal(BigDecimal.valueOf(milli, 3), false);
  }

  private static long saturated(BigDecimal value) {
    BigInteger rounded = value.setScale(0, RoundingMode.UP).toBigInteger();
    if (rounded.bitLength() < Long.SIZE) {
      return rounded.longValue();
    }
    return rounded.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  private static Parsed scan(String text) {
    if (text.length() > MAX_LENGTH) {
      throw MangruException.badData(
          "a quantity has at most " + MAX_LENGTH + " characters: " + text.length());
    }
    int at = !text.isEmpty() && (text.charAt(0) == '+' || text.charAt(0) == '-') ? 1 : 0;
    int digits = 0;
    int points = 0;
    while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
      if (text.charAt(at) == '.') {
        points++;
      } else {
        digits++;
      }
      at++;
    }
    if (digits == 0 || points > 1) {
      throw unreadable(text);
    }
    BigDecimal number = new BigDecimal(text.substring(0, at));
    return scaled(number, text.substring(at), text);
  }

  private static Parsed scaled(BigDecimal number, String suffix, String text) {
    if (suffix.isEmpty()) {
      return new Parsed(bounded(number), Format.DECIMAL_SI);
    }
    char first = suffix.charAt(0);
    if (suffix.length() == 2 && suffix.charAt(1) == 'i' && BINARY.indexOf(first) >= 0) {
      BigDecimal unit = new BigDecimal(KIBI.pow(BINARY.indexOf(first) + 1));
      return new Parsed(bounded(number.multiply(unit)), Format.BINARY_SI);
    }
    if (suffix.length() == 1 && DECIMAL.indexOf(first) >= 0) {
      int power = DECIMAL.indexOf(first) - 3;
      return new Parsed(
          bounded(number.scaleByPowerOfTen(power < 0 ? 3 * power : 3 * (power + 1))),
          Format.DECIMAL_SI);
    }
    if (first == 'e' || first == 'E') {
      return new Parsed(
          bounded(number.scaleByPowerOfTen(exponent(suffix, text))), Format.DECIMAL_EXPONENT);
    }
    throw unreadable(text);
  }

  private static int exponent(String suffix, String text) {
    int at = suffix.length() > 1 && (suffix.charAt(1) == '+' || suffix.charAt(1) == '-') ? 2 : 1;
    int exponent = 0;
    if (at == suffix.length()) {
      throw unreadable(text);
    }
    for (int i = at; i < suffix.length(); i++) {
      if (!isDigit(suffix.charAt(i))) {
        throw unreadable(text);
      }
      exponent = Math.min(1000, exponent * 10 + suffix.charAt(i) - '0');
    }
    return suffix.charAt(1) == '-' ? -exponent : exponent;
  }

  private static BigDecimal bounded(BigDecimal value) {
    if (value.abs().compareTo(MAX) > 0) {
      return value.signum() < 0 ? MAX.negate() : MAX;
    }
    return value.scale() > 9 ? value.setScale(9, RoundingMode.UP) : value;
  }

  /// Engineering notation: an integer and a power of thousand.
  private static String decimal(BigDecimal value, boolean exponent) {
    if (value.signum() == 0) {
      return "0";
    }
    BigInteger number = value.setScale(9, RoundingMode.UP).unscaledValue();
    int thousands = -3;
    while (number.mod(THOUSAND).signum() == 0) {
      number = number.divide(THOUSAND);
      thousands++;
    }
    if (thousands == 0) {
      return number.toString();
    }
    if (exponent) {
      return number + "e" + 3 * thousands;
    }
    return thousands > 6
        ? number.multiply(THOUSAND.pow(thousands - 6)) + "E"
        : number + "" + DECIMAL.charAt(thousands < 0 ? thousands + 3 : thousands + 2);
  }

  private static String binary(BigDecimal value) {
    BigInteger number = value.setScale(0, RoundingMode.UP).toBigInteger();
    int power = 0;
    while (number.signum() != 0 && power < BINARY.length() && number.mod(KIBI).signum() == 0) {
      number = number.divide(KIBI);
      power++;
    }
    return power == 0 ? number.toString() : number + "" + BINARY.charAt(power - 1) + "i";
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static MangruException unreadable(String text) {
    return MangruException.badData(
        "quantities must match the regular expression"
            + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$': "
            + text);
  }
}
