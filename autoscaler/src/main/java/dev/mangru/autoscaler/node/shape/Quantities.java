package dev.mangru.autoscaler.node.shape;

import dev.mangru.model.error.MangruException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/// Reads Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) exactly: no number passes through a
/// `double`. Fractions round away from zero and values beyond a `long` saturate, both as Kubernetes
/// does. Thread-safe.
public final class Quantities {

  /// Longer texts are no quantity that an API server would store.
  private static final int MAX_LENGTH = 64;

  /// Larger decimal exponents than any suffix has (`E` is 18) only serve to exhaust memory.
  private static final int MAX_EXPONENT = 100;

  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
  private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);

  private Quantities() {}

  /// The quantity in whole units, rounded away from zero: `1.5` is 2, `1Ki` is 1024.
  ///
  /// @throws MangruException with `BAD_DATA` when the text is no quantity
  public static long units(String text) {
    return toLong(parse(text));
  }

  /// The quantity in thousandths, rounded away from zero: `0.5` and `500m` are 500.
  ///
  /// @throws MangruException with `BAD_DATA` when the text is no quantity
  public static long milli(String text) {
    return toLong(parse(text).movePointRight(3));
  }

  /// The quantity as it stands.
  ///
  /// @throws MangruException with `BAD_DATA` when the text is no quantity
  public static BigDecimal parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw bad(text);
    }
    int end = endOfNumber(text);
    String number = text.substring(0, end);
    BigDecimal value;
    try {
      value = new BigDecimal(number.endsWith(".") ? number + "0" : number);
    } catch (NumberFormatException e) {
      throw bad(text);
    }
    return scaled(value, text.substring(end), text);
  }

  private static int endOfNumber(String text) {
    int i = text.charAt(0) == '+' || text.charAt(0) == '-' ? 1 : 0;
    while (i < text.length() && (isDigit(text.charAt(i)) || text.charAt(i) == '.')) {
      i++;
    }
    return i;
  }

  private static BigDecimal scaled(BigDecimal value, String suffix, String text) {
    return switch (suffix) {
      case "" -> value;
      case "n" -> value.movePointLeft(9);
      case "u" -> value.movePointLeft(6);
      case "m" -> value.movePointLeft(3);
      case "k" -> value.movePointRight(3);
      case "M" -> value.movePointRight(6);
      case "G" -> value.movePointRight(9);
      case "T" -> value.movePointRight(12);
      case "P" -> value.movePointRight(15);
      case "E" -> value.movePointRight(18);
      case "Ki" -> value.multiply(KIBI);
      case "Mi" -> value.multiply(KIBI.pow(2));
      case "Gi" -> value.multiply(KIBI.pow(3));
      case "Ti" -> value.multiply(KIBI.pow(4));
      case "Pi" -> value.multiply(KIBI.pow(5));
      case "Ei" -> value.multiply(KIBI.pow(6));
      default -> value.movePointRight(exponent(suffix, text));
    };
  }

  private static int exponent(String suffix, String text) {
    if (suffix.length() < 2 || (suffix.charAt(0) != 'e' && suffix.charAt(0) != 'E')) {
      throw bad(text);
    }
    try {
      int exponent = Integer.parseInt(suffix, 1, suffix.length(), 10);
      if (Math.abs(exponent) <= MAX_EXPONENT) {
        return exponent;
      }
    } catch (NumberFormatException e) {
      throw bad(text);
    }
    throw bad(text);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static long toLong(BigDecimal value) {
    BigDecimal whole = value.setScale(0, RoundingMode.UP);
    if (whole.compareTo(LONG_MAX) > 0) {
      return Long.MAX_VALUE;
    }
    return whole.compareTo(LONG_MIN) < 0 ? Long.MIN_VALUE : whole.longValueExact();
  }

  private static MangruException bad(String text) {
    String shown = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "..." : text;
    return MangruException.badData(
        "not a quantity: \"" + shown + "\"; write a number with a suffix such as 500m or 1.5Gi");
  }
}
