package dev.mangru.tsdb.promql;

import java.util.List;
import java.util.Random;

/// Makes random expressions that parse.
final class ExpressionMaker {

  private static final List<String> NAMES = List.of("a", "b_total", "sum", "job:x:rate5m", "start");
  private static final List<String> LABELS = List.of("job", "le", "\"dot.ted\"", "by");
  private static final List<String> DURATIONS = List.of("1m", "5m", "90s", "1h30m", "300", "7ms");
  private static final List<String> OVER_TIME =
      List.of("rate", "increase", "avg_over_time", "changes", "last_over_time", "deriv");
  private static final List<String> OF_VECTOR = List.of("abs", "ceil", "exp", "sort", "sgn");
  private static final List<String> OPERATORS =
      List.of("+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<=", ">", "> bool");
  private static final List<String> SETS = List.of("and", "or", "unless");
  private static final List<String> AGGREGATIONS = List.of("sum", "avg", "max", "count", "group");

  private final Random random;

  ExpressionMaker(Random random) {
    this.random = random;
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  String vector(int depth) {
    if (depth == 0) {
      return selector() + modifiers();
    }
    return switch (random.nextInt(9)) {
      case 0 -> any(OF_VECTOR) + "(" + vector(depth - 1) + ")";
      case 1 -> any(OVER_TIME) + "(" + matrix(depth - 1) + ")";
      case 2 -> any(AGGREGATIONS) + grouping() + "(" + vector(depth - 1) + ")";
      case 3 -> "(" + vector(depth - 1) + ") " + any(OPERATORS) + " (" + vector(depth - 1) + ")";
      case 4 -> vector(depth - 1) + " " + any(SETS) + matching() + " " + vector(depth - 1);
      case 5 -> "-" + vector(depth - 1);
      case 6 -> "(" + vector(depth - 1) + ")";
      case 7 -> vector(depth - 1) + " * " + scalar(depth - 1);
      default -> "topk(" + scalar(0) + ", " + vector(depth - 1) + ")";
    };
  }

  private String matrix(int depth) {
    if (depth == 0 || random.nextBoolean()) {
      return selector() + "[" + any(DURATIONS) + "]" + modifiers();
    }
    String step = random.nextBoolean() ? "" : any(DURATIONS);
    return "(" + vector(depth) + ")[" + any(DURATIONS) + ":" + step + "]" + modifiers();
  }

  private String scalar(int depth) {
    return switch (depth == 0 ? random.nextInt(3) : random.nextInt(4)) {
      case 0 -> String.valueOf(random.nextInt(1000) - 500);
      case 1 -> any(List.of("0.5", "1e3", "0x1f", "Inf", "5m"));
      case 2 -> "time()";
      default -> "scalar(" + vector(depth - 1) + ")";
    };
  }

  private String selector() {
    return switch (random.nextInt(4)) {
      case 0 -> any(NAMES);
      case 1 -> any(NAMES) + "{" + any(LABELS) + "=~\"x.*\", z!=\"q\\\"\\n\"}";
      case 2 -> "{\"quoted name\", " + any(LABELS) + "!~'a|b'}";
      default -> any(NAMES) + "{}";
    };
  }

  private String modifiers() {
    String at =
        switch (random.nextInt(8)) {
          case 0 -> " @ start()";
          case 1 -> " @ end()";
          case 2 -> " @ " + random.nextInt(100_000);
          default -> "";
        };
    String offset =
        switch (random.nextInt(6)) {
          case 0 -> " offset " + any(DURATIONS);
          case 1 -> " offset -" + any(DURATIONS);
          default -> "";
        };
    return random.nextBoolean() ? at + offset : offset + at;
  }

  private String grouping() {
    return switch (random.nextInt(4)) {
      case 0 -> " by (" + any(LABELS) + ", x,) ";
      case 1 -> " without (" + any(LABELS) + ") ";
      case 2 -> " without () ";
      default -> "";
    };
  }

  private String matching() {
    return switch (random.nextInt(3)) {
      case 0 -> " on (" + any(LABELS) + ")";
      case 1 -> " ignoring (" + any(LABELS) + ")";
      default -> "";
    };
  }
}
