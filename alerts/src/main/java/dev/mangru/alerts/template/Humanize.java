package dev.mangru.alerts.template;

import java.util.List;

/// Numbers for people, as Prometheus writes them.
final class Humanize {

  private static final List<String> LARGE = List.of("k", "M", "G", "T", "P", "E", "Z", "Y");
  private static final List<String> SMALL = List.of("m", "u", "n", "p", "f", "a", "z", "y");
  private static final List<String> BINARY =
      List.of("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi");

  private Humanize() {}

  /// Any of the types that Prometheus' functions take for a number.
  static double toNumber(Value value) throws FunctionFailure {
    return switch (value) {
      case Value.Real real -> real.value();
      case Value.Int integer when integer.type().equals(GoTimes.DURATION) -> integer.value() / 1e9;
      case Value.Int integer when integer.type().methods().isEmpty() -> integer.value();
      case Value.Text text when text.type().equals(GoType.STRING) -> parse(text.value());
      case Value.Nil _ -> throw new FunctionFailure("can't convert <nil> to float");
      default -> throw new FunctionFailure("can't convert " + value.type() + " to float");
    };
  }

  private static double parse(String text) throws FunctionFailure {
    try {
      return GoLiterals.parseFloat(text);
    } catch (GoLiterals.BadLiteral e) {
      throw new FunctionFailure(String.valueOf(e.getMessage()));
    }
  }

  /// `%.4g`.
  private static String short4(double value) {
    return GoFloats.format(value, 'g', 4);
  }

  static String decimal(double value) {
    if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
      return short4(value);
    }
    double scaled = value;
    String prefix = "";
    if (Math.abs(value) >= 1) {
      for (String each : LARGE) {
        if (Math.abs(scaled) < 1_000) {
          break;
        }
        prefix = each;
        scaled /= 1_000;
      }
    } else {
      for (String each : SMALL) {
        if (Math.abs(scaled) >= 1) {
          break;
        }
        prefix = each;
        scaled *= 1_000;
      }
    }
    return short4(scaled) + prefix;
  }

  static String binary(double value) {
    if (Math.abs(value) <= 1 || Double.isNaN(value) || Double.isInfinite(value)) {
      return short4(value);
    }
    double scaled = value;
    String prefix = "";
    for (String each : BINARY) {
      if (Math.abs(scaled) < 1_024) {
        break;
      }
      prefix = each;
      scaled /= 1_024;
    }
    return short4(scaled) + prefix;
  }

  static String duration(double seconds) {
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      return short4(seconds);
    }
    if (seconds == 0) {
      return short4(seconds) + "s";
    }
    if (Math.abs(seconds) >= 1) {
      return wholeDuration(Math.abs(seconds), seconds < 0 ? "-" : "");
    }
    double scaled = seconds;
    String prefix = "";
    for (String each : SMALL) {
      if (Math.abs(scaled) >= 1) {
        break;
      }
      prefix = each;
      scaled *= 1_000;
    }
    return short4(scaled) + prefix + "s";
  }

  private static String wholeDuration(double size, String sign) {
    // Go's conversion of what does not fit gives the smallest integer.
    long duration = size >= 0x1p63 ? Long.MIN_VALUE : (long) size;
    long seconds = duration % 60;
    long minutes = duration / 60 % 60;
    long hours = duration / 3_600 % 24;
    long days = duration / 86_400;
    if (days != 0) {
      return "%s%dd %dh %dm %ds".formatted(sign, days, hours, minutes, seconds);
    }
    if (hours != 0) {
      return "%s%dh %dm %ds".formatted(sign, hours, minutes, seconds);
    }
    if (minutes != 0) {
      return "%s%dm %ds".formatted(sign, minutes, seconds);
    }
    return sign + short4(size) + "s";
  }

  static String percentage(double ratio) {
    return short4(ratio * 100) + "%";
  }

  static String notFinite(double value) {
    return short4(value);
  }
}
