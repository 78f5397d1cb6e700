package dev.mangru.alerts.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Floating-point numbers as Go's `strconv.FormatFloat` writes them.
final class GoFloats {

  /// From this exponent on, `%v` is written with one. Copied from Go's `strconv`.
  private static final int SHORTEST_THRESHOLD = 6;

  /// No double has more digits after the point: the smallest is 2^-1074.
  private static final int LONGEST_FRACTION = 1_074;

  private GoFloats() {}

  /// Significant digits without zeros at the end, and where the point is: 0.`digits` × 10^`point`.
  private record Decimal(String digits, int point) {}

  /// Go's `%v` and `%g`: the shortest text that reads back as the same number.
  static String shortest(double value) {
    return format(value, 'g', -1);
  }

  /// @param verb one of e, E, f, F, g, G
  /// @param precision digits after the point, of all digits for g; -1 for as many as needed
  static String format(double value, char verb, int precision) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean negative = value < 0 || (value == 0 && 1 / value < 0);
    String text = unsigned(Math.abs(value), verb, precision);
    return negative ? "-" + text : text;
  }

  private static String unsigned(double value, char verb, int precision) {
    char lower = Character.toLowerCase(verb);
    char exponentMark = Character.isUpperCase(verb) ? 'E' : 'e';
    if (lower == 'f') {
      if (precision < 0) {
        Decimal digits = shortestDigits(value);
        return fixed(digits, Math.max(digits.digits.length() - digits.point, 0));
      }
      int exact = Math.min(precision, LONGEST_FRACTION);
      return new BigDecimal(value).setScale(exact, RoundingMode.HALF_EVEN).toPlainString()
          + "0".repeat(precision - exact);
    }
    if (lower == 'e') {
      Decimal digits = precision < 0 ? shortestDigits(value) : rounded(value, precision + 1);
      int after = precision < 0 ? Math.max(digits.digits.length() - 1, 0) : precision;
      return scientific(digits, after, exponentMark);
    }
    int significant = precision == 0 ? 1 : precision;
    Decimal digits = precision < 0 ? shortestDigits(value) : rounded(value, significant);
    int count = digits.digits.length();
    int threshold = precision < 0 ? SHORTEST_THRESHOLD : significant;
    if (precision >= 0 && threshold > count && count >= digits.point) {
      threshold = count;
    }
    int exponent = digits.point - 1;
    if (exponent < -4 || exponent >= threshold) {
      return scientific(digits, Math.max(digits.digits.length() - 1, 0), exponentMark);
    }
    return fixed(digits, Math.max(digits.digits.length() - digits.point, 0));
  }

  /// Go's `%x`: hexadecimal digits and a binary exponent, such as `0x1.cp+01`.
  static String hex(double value, int precision) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return shortest(value);
    }
    long bits = Double.doubleToRawLongBits(value);
    long mantissa = bits & 0xf_ffff_ffff_ffffL;
    int exponent = (int) (bits >>> 52 & 0x7ff);
    if (exponent == 0 && mantissa != 0) {
      int shift = Long.numberOfLeadingZeros(mantissa) - 11;
      mantissa = mantissa << shift & 0xf_ffff_ffff_ffffL;
      exponent = 1 - shift;
    }
    int power = value == 0 ? 0 : exponent - 1_023;
    long all = value == 0 ? 0 : mantissa | 1L << 52;
    if (precision >= 0 && precision < 13) {
      int drop = (13 - precision) * 4;
      long half = 1L << (drop - 1);
      long rest = all & ((1L << drop) - 1);
      all >>>= drop;
      if (rest > half || (rest == half && (all & 1) == 1)) {
        all++;
      }
      all <<= drop;
      if (all >>> 53 != 0) {
        all >>>= 1;
        power++;
      }
    }
    String digits = "%013x".formatted(all & 0xf_ffff_ffff_ffffL);
    if (precision >= 0) {
      digits =
          digits.substring(0, Math.min(precision, 13)) + "0".repeat(Math.max(precision - 13, 0));
    } else {
      digits = withoutZeros(digits);
    }
    return (bits < 0 ? "-" : "")
        + "0x"
        + (all >>> 52)
        + (digits.isEmpty() ? "" : "." + digits)
        + (power < 0 ? "p-" : "p+")
        + "%02d".formatted(Math.abs(power));
  }

  /// Go's `%b`: the mantissa as an integer and a binary exponent.
  static String binary(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return shortest(value);
    }
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> 52 & 0x7ff);
    long mantissa = bits & 0xf_ffff_ffff_ffffL;
    if (exponent == 0) {
      exponent++;
    } else {
      mantissa |= 1L << 52;
    }
    int power = exponent - 1_075;
    return (bits < 0 ? "-" : "") + mantissa + (power < 0 ? "p" : "p+") + power;
  }

  private static Decimal shortestDigits(double value) {
    if (value == 0) {
      return new Decimal("", 0);
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value));
    if (shortest.precision() == 2) {
      // Java always gives two digits; Go gives one where one is enough.
      BigDecimal one = shortest.round(new MathContext(1, RoundingMode.HALF_EVEN));
      shortest = one.doubleValue() == value ? one : shortest;
    }
    return decimal(shortest);
  }

  private static Decimal rounded(double value, int significant) {
    return value == 0
        ? new Decimal("", 0)
        : decimal(
            new BigDecimal(value).round(new MathContext(significant, RoundingMode.HALF_EVEN)));
  }

  private static String withoutZeros(String digits) {
    int end = digits.length();
    while (end > 0 && digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, end);
  }

  private static Decimal decimal(BigDecimal value) {
    String digits = value.unscaledValue().toString();
    int point = digits.length() - value.scale();
    return new Decimal(withoutZeros(digits), point);
  }

  private static String fixed(Decimal decimal, int after) {
    StringBuilder out = new StringBuilder();
    if (decimal.point <= 0) {
      out.append('0');
    }
    for (int i = 0; i < decimal.point; i++) {
      out.append(digit(decimal, i));
    }
    if (after > 0) {
      out.append('.');
      for (int i = 0; i < after; i++) {
        out.append(digit(decimal, decimal.point + i));
      }
    }
    return out.toString();
  }

  private static String scientific(Decimal decimal, int after, char mark) {
    StringBuilder out = new StringBuilder().append(digit(decimal, 0));
    if (after > 0) {
      out.append('.');
      for (int i = 1; i <= after; i++) {
        out.append(digit(decimal, i));
      }
    }
    int exponent = decimal.digits.isEmpty() ? 0 : decimal.point - 1;
    out.append(mark).append(exponent < 0 ? '-' : '+');
    int size = Math.abs(exponent);
    return out.append(size < 10 ? "0" : "").append(size).toString();
  }

  private static char digit(Decimal decimal, int at) {
    return at >= 0 && at < decimal.digits.length() ? decimal.digits.charAt(at) : '0';
  }
}
