package dev.mangru.model.metric;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Writes sample values as Prometheus' HTTP API does.
///
/// The shortest digits that read back as the same double; exponent form with at least two exponent
/// digits when the magnitude is below 1e-6 or at least 1e21 (`1e-07`, `1e+21`); `NaN`, `+Inf`,
/// `-Inf`. Thread-safe.
///
/// Source: Go `strconv.FormatFloat`, Prometheus `util/jsonutil`.
public final class SampleText {

  private static final double SMALLEST_PLAIN = 1e-6;
  private static final double SMALLEST_LARGE = 1e21;

  private SampleText() {}

  /// The value as the `value` member of a query answer holds it.
  public static String format(double value) {
    double magnitude = Math.abs(value);
    boolean exponent =
        magnitude != 0 && (magnitude < SMALLEST_PLAIN || magnitude >= SMALLEST_LARGE);
    return exponent ? exponent(value) : plain(value);
  }

  /// The value without an exponent, whatever its size: Go's `'f'` with precision -1.
  public static String plain(double value) {
    if (isSpecial(value)) {
      return special(value);
    }
    return shortest(value).toPlainString();
  }

  /// The value as Go's `%g` and `%v` print it: exponent form below 1e-4 and from 1e6.
  public static String general(double value) {
    if (isSpecial(value)) {
      return special(value);
    }
    int exponent = exponentOf(value);
    return exponent < -4 || exponent >= 6 ? exponent(value) : plain(value);
  }

  /// The value in exponent form: Go's `'e'` with precision -1, such as `1e+00`.
  public static String exponent(double value) {
    if (isSpecial(value)) {
      return special(value);
    }
    BigDecimal shortest = shortest(value);
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = exponentOf(value);
    StringBuilder text = new StringBuilder(24);
    if (value < 0) {
      text.append('-');
    }
    text.append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    text.append('e').append(exponent < 0 ? '-' : '+');
    int size = Math.abs(exponent);
    return (size < 10 ? text.append('0') : text).append(size).toString();
  }

  private static boolean isSpecial(double value) {
    return Double.isNaN(value) || Double.isInfinite(value) || value == 0;
  }

  private static String special(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return 1 / value < 0 ? "-0" : "0";
  }

  private static int exponentOf(double value) {
    BigDecimal shortest = shortest(value);
    return shortest.precision() - shortest.scale() - 1;
  }

  /// Since JDK 19 `Double.toString` has the shortest digits, but never fewer than two: 5e-324 comes
  /// as 4.9E-324. One digit is tried first.
  private static BigDecimal shortest(double value) {
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (decimal.precision() == 2) {
      BigDecimal down =
          new BigDecimal(decimal.unscaledValue().divide(BigInteger.TEN), decimal.scale() - 1);
      BigDecimal up = down.add(BigDecimal.ONE.movePointLeft(down.scale()).multiply(sign(value)));
      if (up.doubleValue() == value) {
        return up.stripTrailingZeros();
      }
      if (down.signum() != 0 && down.doubleValue() == value) {
        return down;
      }
    }
    return decimal;
  }

  private static BigDecimal sign(double value) {
    return value < 0 ? BigDecimal.ONE.negate() : BigDecimal.ONE;
  }
}
