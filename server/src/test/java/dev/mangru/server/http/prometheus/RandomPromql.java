package dev.mangru.server.http.prometheus;

import java.util.List;
import java.util.Random;

/// Makes random expressions of everything that Prometheus 3.5 knows, long names included so that
/// printing breaks lines.
final class RandomPromql {

  private static final List<String> NAMES =
      List.of(
          "a",
          "up",
          "http_request_duration_seconds_bucket",
          "job:requests:rate5m",
          "sum",
          "by",
          "offset",
          "and",
          "inf_total");
  private static final List<String> LABELS =
      List.of("job", "instance", "\"dot.ted\"", "by", "sum", "le", "\"ä\"");

  /// Prometheus 3.5 prints quoted ones without their quotes.
  private static final List<String> MATCHED = List.of("job", "by", "sum", "le", "_x1");

  private static final List<String> VALUES =
      List.of("\"x\"", "'y\\n'", "`a\\d+`", "\"<&>\\u2028\"", "\"é\\x7f\\u200b\\u00a0\"", "\"\"");
  private static final List<String> DURATIONS =
      List.of("1m", "5m", "90s", "1h30m", "300", "7ms", "1d", "2w", "1y", "1w2d", "0x10", "1.5");
  private static final List<String> NUMBERS =
      List.of("1", "0.5", "1e3", "0x1f", "Inf", "NaN", "5m", "-3", "017", "1_000", "1e-7", "1e25");
  private static final List<String> OVER_TIME =
      List.of("rate", "increase", "avg_over_time", "mad_over_time", "absent_over_time", "deriv");
  private static final List<String> OF_VECTOR =
      List.of("abs", "absent", "sort_desc", "timestamp", "histogram_count", "day_of_week", "round");
  private static final List<String> OPERATORS =
      List.of("+", "-", "*", "/", "%", "^", "atan2", "ATAN2", "==", "!=", "<=", ">", ">= bool");
  private static final List<String> SETS = List.of("and", "or", "unless", "AND");
  private static final List<String> AGGREGATIONS =
      List.of("sum", "avg", "max", "count", "group", "stddev", "SUM");
  private static final List<String> WITH_PARAMETER =
      List.of("topk", "bottomk", "quantile", "limitk");

  private final Random random;

  RandomPromql(Random random) {
    this.random = random;
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /// An expression that parses, of any type.
  String expression(int depth) {
    return switch (random.nextInt(8)) {
      case 0 -> scalar(depth);
      case 1 -> matrix(depth);
      case 2 -> random.nextInt(5) == 0 ? any(VALUES) : vector(depth);
      default -> vector(depth);
    };
  }

  private String vector(int depth) {
    if (depth == 0) {
      return selector() + modifiers();
    }
    return switch (random.nextInt(14)) {
      case 0 -> any(OF_VECTOR) + "(" + vector(depth - 1) + ")";
      case 1 -> any(OVER_TIME) + "(" + matrix(depth - 1) + ")";
      case 2 -> any(AGGREGATIONS) + grouping() + "(" + vector(depth - 1) + ")";
      case 3 -> any(AGGREGATIONS) + "(" + vector(depth - 1) + ")" + grouping();
      case 4 -> vector(depth - 1) + " " + any(OPERATORS) + matching() + " " + vector(depth - 1);
      case 5 -> vector(depth - 1) + " " + any(SETS) + onlyLabels() + " " + vector(depth - 1);
      case 6 -> (random.nextBoolean() ? "-" : "+") + vector(depth - 1);
      case 7 -> "(" + vector(depth - 1) + ")";
      case 8 -> vector(depth - 1) + " * " + scalar(depth - 1);
      case 9 -> any(WITH_PARAMETER) + grouping() + "(" + scalar(0) + ", " + vector(depth - 1) + ")";
      case 10 -> "count_values(\"v\", " + vector(depth - 1) + ")";
      case 11 -> "label_replace(" + vector(depth - 1) + ", \"a\", \"$1\", 'b', `(.*)`)";
      case 12 -> "clamp(" + vector(depth - 1) + ", " + scalar(depth - 1) + ", 7)";
      default -> "label_join(" + vector(depth - 1) + ", \"a\", \"-\", \"b\", \"c\")";
    };
  }

  private String matrix(int depth) {
    if (depth == 0 || random.nextBoolean()) {
      return selector() + "[" + any(DURATIONS) + "]" + modifiers();
    }
    String step = random.nextBoolean() ? "" : any(DURATIONS);
    String inner = random.nextBoolean() ? selector() : "(" + vector(depth) + ")";
    return inner + "[" + any(DURATIONS) + ":" + step + "]" + modifiers();
  }

  private String scalar(int depth) {
    return switch (depth == 0 ? random.nextInt(4) : random.nextInt(6)) {
      case 0, 1 -> any(NUMBERS);
      case 2 -> "time()";
      case 3 -> "(" + any(NUMBERS) + ")";
      case 4 -> scalar(depth - 1) + " + " + scalar(depth - 1);
      default -> "scalar(" + vector(depth - 1) + ")";
    };
  }

  private String selector() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> any(NAMES);
      case 2 ->
          any(NAMES) + "{" + any(LABELS) + "=~\"x.*\"," + any(LABELS) + "!=" + any(VALUES) + "}";
      case 3 -> "{\"quoted name\", " + any(LABELS) + "!~'a|b'}";
      default -> any(NAMES) + "{}";
    };
  }

  private String modifiers() {
    String at =
        switch (random.nextInt(9)) {
          case 0 -> " @ start()";
          case 1 -> " @ end()";
          case 2 -> " @ " + random.nextInt(100_000);
          case 3 -> " @ -1.2345";
          default -> "";
        };
    String offset =
        switch (random.nextInt(6)) {
          case 0 -> " offset " + any(DURATIONS);
          case 1 -> " OFFSET -" + any(DURATIONS);
          default -> "";
        };
    return random.nextBoolean() ? at + offset : offset + at;
  }

  private String grouping() {
    return switch (random.nextInt(5)) {
      case 0 -> " by (" + any(LABELS) + ", x,) ";
      case 1 -> " without (" + any(LABELS) + ") ";
      case 2 -> " without () ";
      case 3 -> " by () ";
      default -> "";
    };
  }

  private String onlyLabels() {
    return switch (random.nextInt(3)) {
      case 0 -> " on (" + any(MATCHED) + ")";
      case 1 -> " ignoring (" + any(MATCHED) + ")";
      default -> "";
    };
  }

  private String matching() {
    String labels = onlyLabels();
    if (labels.isEmpty() || random.nextBoolean()) {
      return labels;
    }
    return labels + any(List.of(" group_left", " group_right () ", " group_left (zone, by,)"));
  }
}
