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

  /// Below this every whole number is a double, so that its digits are the shortest there are.
  private static final double EXACT_WHOLE = 0x1p53;

  /// From here to [#SMALLEST_JAVA_LARGE] Java writes no exponent.
  private static final double SMALLEST_JAVA_PLAIN = 1e-3;

  private static final double SMALLEST_JAVA_LARGE = 1e7;

  /// From here on Java's digits are the shortest; see [#shortest].
  private static final double SURELY_SHORTEST = 1e-300;

  private SampleText() {}

  /// The value as the `value` member of a query answer holds it.
  public static String format(double value) {
    StringBuilder text = new StringBuilder(24);
    append(value, text);
    return text.toString();
  }

  /// Appends what [#format] returns: the fast way to write many values.
  public static void append(double value, StringBuilder text) {
    double magnitude = Math.abs(value);
    if (magnitude < EXACT_WHOLE && value == (long) value && magnitude != 0) {
      text.append((long) value);
    } else if (magnitude >= SMALLEST_JAVA_PLAIN && magnitude < SMALLEST_JAVA_LARGE) {
      text.append(value);
    } else if (magnitude > SURELY_SHORTEST && magnitude < Double.POSITIVE_INFINITY) {
      int at = text.length();
      text.append(value);
      rewrite(text, at, magnitude < SMALLEST_PLAIN || magnitude >= SMALLEST_LARGE);
    } else {
      text.append(isSpecial(value) ? special(value) : exponent(value));
    }
  }

  /// Turns `-1.25E-5` at the end of `text`, as Java writes it, into `-0.0000125`, or into
  /// `-1.25e-05`.
  private static void rewrite(StringBuilder text, int at, boolean exponentForm) {
    boolean negative = text.charAt(at) == '-';
    int first = negative ? at + 1 : at;
    int mark = text.indexOf("E", first);
    int exponent = Integer.parseInt(text, mark + 1, text.length(), 10);
    char[] digits = new char[mark - first - 1];
    digits[0] = text.charAt(first);
    text.getChars(first + 2, mark, digits, 1);
    int count = digits.length == 2 && digits[1] == '0' ? 1 : digits.length;
    text.setLength(first);
    if (exponentForm) {
      text.append(digits[0]);
      if (count > 1) {
        text.append('.').append(digits, 1, count - 1);
      }
      appendExponent(exponent, text);
    } else if (exponent < 0) {
      text.append("0.").repeat('0', -exponent - 1).append(digits, 0, count);
    } else if (exponent >= count - 1) {
      text.append(digits, 0, count).repeat('0', exponent - count + 1);
    } else {
      text.append(digits, 0, exponent + 1)
          .append('.')
          .append(digits, exponent + 1, count - exponent - 1);
    }
  }

  private static void appendExponent(int exponent, StringBuilder text) {
    text.append('e').append(exponent < 0 ? '-' : '+');
    int size = Math.abs(exponent);
    (size < 10 ? text.append('0') : text).append(size);
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
    appendExponent(exponent, text);
    return text.toString();
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
