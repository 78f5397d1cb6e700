package dev.mangru.tsdb.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Makes random queries from PromQL's grammar, about the series of [AdversarialSeries]: well-typed
/// mostly, so that they are evaluated, and ill-typed or misspelt sometimes, so that errors are
/// compared too. The same seed makes the same query.
///
/// Only what Prometheus 3.5 knows is made.
final class QueryMaker {

  private static final List<String> FLOATS =
      List.of(
          "requests_total",
          "memory_bytes",
          "up",
          "cpus",
          "last_success_timestamp_seconds",
          "strange",
          "irregular",
          "gaps",
          "one",
          "two",
          "constant",
          "single",
          "wide",
          "labelled",
          "texts",
          "typed",
          "typed_total",
          "latency_seconds_bucket",
          "latency_seconds_count",
          "latency_seconds_sum",
          "nonexistent");
  private static final List<String> HISTOGRAMS =
      List.of("nh", "nh_gauge", "nhcb", "nh", "nh_gauge", "nhcb", "bounds", "bounds_change");
  private static final List<String> MIXED = List.of("mixed", "both", "clash");
  private static final List<String> LABELS =
      List.of("job", "instance", "code", "i", "g", "le", "n10", "even", "t", "nope", "__name__");
  private static final List<String> VALUES =
      List.of("api", "web", "host-1:9100", "200", "0", "1", "2", "yes", "a", "10", "");
  private static final List<String> PATTERNS =
      List.of(
          "api|web",
          ".*",
          ".+",
          "host-[01].*",
          "[0-9]+",
          "a.*",
          "(?i)API",
          "",
          "0|1",
          "x\\\\.y",
          "[");
  private static final List<String> RANGES =
      List.of("15s", "16s", "30s", "1m", "90s", "2m", "5m", "7m13s", "20m", "1h", "45", "1m30s1ms");
  private static final List<String> OFFSETS = List.of("0s", "15s", "1m", "7s", "5m", "20m", "1ms");
  private static final List<String> NUMBERS =
      List.of(
          "0", "1", "2", "3", "0.5", "-1", "-0.5", "1e3", "0x1f", "1_000", "NaN", "Inf", "-Inf",
          "5m", "100", "0.9", "1.5", "1e-3", "1e300", "017");
  private static final List<String> OF_FLOAT =
      List.of(
          "abs",
          "ceil",
          "floor",
          "sqrt",
          "sgn",
          "exp",
          "ln",
          "log2",
          "log10",
          "sin",
          "cos",
          "tan",
          "asin",
          "acos",
          "atan",
          "sinh",
          "cosh",
          "tanh",
          "asinh",
          "acosh",
          "atanh",
          "rad",
          "deg",
          "round",
          "sort",
          "sort_desc",
          "timestamp",
          "day_of_week",
          "day_of_month",
          "day_of_year",
          "days_in_month",
          "hour",
          "minute",
          "month",
          "year",
          "absent");
  private static final List<String> OF_HISTOGRAM =
      List.of(
          "histogram_count",
          "histogram_sum",
          "histogram_avg",
          "histogram_stddev",
          "histogram_stdvar");
  private static final List<String> OVER_TIME =
      List.of(
          "rate",
          "increase",
          "delta",
          "irate",
          "idelta",
          "changes",
          "resets",
          "deriv",
          "avg_over_time",
          "sum_over_time",
          "count_over_time",
          "min_over_time",
          "max_over_time",
          "stddev_over_time",
          "stdvar_over_time",
          "last_over_time",
          "present_over_time",
          "absent_over_time");
  private static final List<String> EXPERIMENTAL_OVER_TIME =
      List.of(
          "mad_over_time", "ts_of_min_over_time", "ts_of_max_over_time", "ts_of_last_over_time");
  private static final List<String> AGGREGATIONS =
      List.of("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar");
  private static final List<String> ARITHMETIC = List.of("+", "-", "*", "/", "%", "^", "atan2");
  private static final List<String> COMPARISONS = List.of("==", "!=", "<=", "<", ">=", ">");
  private static final List<String> SETS = List.of("and", "or", "unless");

  private final Random random;
  private final boolean experimental;

  QueryMaker(Random random, boolean experimental) {
    this.random = random;
    this.experimental = experimental;
  }

  /// One query.
  String query() {
    int depth = random.nextInt(4);
    String query =
        switch (random.nextInt(20)) {
          case 0 -> scalar(depth);
          case 1 -> random.nextInt(4) == 0 ? string() : matrix(Math.max(0, depth - 2));
          case 2 -> any(depth);
          default -> vector(depth);
        };
    return random.nextInt(25) == 0 ? misspelt(query) : query;
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /// Something of any type, where most likely another is wanted.
  private String any(int depth) {
    return switch (random.nextInt(4)) {
      case 0 -> vector(depth);
      case 1 -> matrix(depth);
      case 2 -> string();
      default -> scalar(depth);
    };
  }

  private String misspelt(String query) {
    int at = random.nextInt(query.length());
    return switch (random.nextInt(4)) {
      case 0 -> query.substring(0, at) + query.substring(at + 1);
      case 1 -> query.substring(0, at);
      case 2 ->
          query.substring(0, at)
              + pick(
                  List.of(
                      ")",
                      "(",
                      "]",
                      "{",
                      ",",
                      " by ",
                      " @ ",
                      "==",
                      "$",
                      " offset ",
                      "\"",
                      "[5m]",
                      "!",
                      " bool ",
                      " on() ",
                      "1x"))
              + query.substring(at);
      default -> {
        int end = Math.min(query.length(), at + 1 + random.nextInt(6));
        yield query.substring(0, at) + query.substring(at, end) + query.substring(at);
      }
    };
  }

  /// Something that is an instant vector, but for one in sixty.
  private String vector(int depth) {
    if (chance(60)) {
      return any(Math.max(0, depth - 1));
    }
    if (depth <= 0) {
      return selector() + modifiers();
    }
    int below = depth - 1;
    return switch (random.nextInt(22)) {
      case 0, 1 -> pick(OF_FLOAT) + "(" + vector(below) + ")";
      case 2, 3, 4 -> pick(OVER_TIME) + "(" + matrix(below) + ")";
      case 5, 6 -> aggregate(below);
      case 7 -> pickAggregate(below);
      case 8 -> operand(below) + " " + pick(ARITHMETIC) + matching(true) + " " + operand(below);
      case 9 ->
          operand(below)
              + " "
              + pick(COMPARISONS)
              + (chance(3) ? " bool" : "")
              + matching(true)
              + " "
              + operand(below);
      case 10 -> operand(below) + " " + pick(SETS) + matching(false) + " " + operand(below);
      case 11 ->
          chance(2)
              ? operand(below) + " " + operator() + " " + scalarOperand(below)
              : scalarOperand(below) + " " + operator() + " " + operand(below);
      case 12 -> (chance(4) ? "+" : "-") + operand(below);
      case 13 -> pick(OF_HISTOGRAM) + "(" + vector(below) + ")";
      case 14 -> histogramFunction(below);
      case 15 -> parametrized(below);
      case 16 -> labels(below);
      case 17 -> overTimeWithParameter(below);
      case 18 -> experimental ? experimental(below) : vector(below);
      case 19 -> same(below);
      case 20 -> pick(List.of("vector(" + scalar(below) + ")", "hour()", "year()", "minute()"));
      default -> "(" + vector(below) + ")";
    };
  }

  private String operator() {
    return chance(2) ? pick(ARITHMETIC) : pick(COMPARISONS) + (chance(3) ? " bool" : "");
  }

  private String operand(int depth) {
    String text = vector(depth);
    return depth > 0 && !chance(4) ? "(" + text + ")" : text;
  }

  private String scalarOperand(int depth) {
    String text = scalar(depth);
    return depth > 0 ? "(" + text + ")" : text;
  }

  /// Operations on series that have the same labels, so that partners are found.
  private String same(int depth) {
    String left = pick(List.of("one", "nh", "requests_total", "mixed", "nhcb", "gaps", "nh_gauge"));
    String right = left.equals("one") ? "two" : left;
    String function = pick(List.of("", "", "rate", "sum_over_time", "last_over_time", "delta"));
    String a = function.isEmpty() ? left : function + "(" + left + "[" + pick(RANGES) + "])";
    String b = function.isEmpty() ? right : function + "(" + right + "[" + pick(RANGES) + "])";
    String of = b + (function.isEmpty() ? modifiers() : "");
    String operator =
        switch (random.nextInt(4)) {
          case 0 -> pick(COMPARISONS) + (chance(2) ? " bool" : "");
          case 1 -> pick(SETS);
          default -> pick(ARITHMETIC);
        };
    return chance(8) && depth > 0
        ? "(" + a + " " + operator + " " + of + ")"
        : a + " " + operator + " " + of;
  }

  private String aggregate(int depth) {
    String grouping = grouping();
    return chance(4) && !grouping.isBlank()
        ? pick(AGGREGATIONS) + "(" + vector(depth) + ")" + grouping
        : pick(AGGREGATIONS) + grouping + "(" + vector(depth) + ")";
  }

  private String pickAggregate(int depth) {
    return switch (random.nextInt(experimental ? 6 : 4)) {
      case 0 -> "quantile" + grouping() + "(" + scalar(0) + ", " + vector(depth) + ")";
      case 1 ->
          "count_values"
              + grouping()
              + "(\""
              + pick(List.of("value", "job", "i", "bad-name", ""))
              + "\", "
              + vector(depth)
              + ")";
      case 2 -> "topk" + grouping() + "(" + count() + ", " + vector(depth) + ")";
      case 3 -> "bottomk" + grouping() + "(" + count() + ", " + vector(depth) + ")";
      case 4 -> "limitk" + grouping() + "(" + count() + ", " + vector(depth) + ")";
      default -> "limit_ratio" + grouping() + "(" + scalar(0) + ", " + vector(depth) + ")";
    };
  }

  private String count() {
    return chance(6) ? scalar(0) : pick(List.of("1", "2", "3", "5", "100"));
  }

  private String histogramFunction(int depth) {
    String of =
        switch (random.nextInt(6)) {
          case 0 -> "latency_seconds_bucket";
          case 1 -> "rate(latency_seconds_bucket[" + pick(RANGES) + "])";
          case 2 -> "sum by (le) (rate(latency_seconds_bucket[" + pick(RANGES) + "]))";
          case 3 -> pick(HISTOGRAMS);
          case 4 ->
              pick(List.of("rate", "increase", "delta", "sum_over_time", "avg_over_time"))
                  + "("
                  + pick(HISTOGRAMS)
                  + "["
                  + pick(RANGES)
                  + "])";
          default -> vector(depth);
        };
    return chance(3)
        ? "histogram_fraction(" + scalar(0) + ", " + scalar(0) + ", " + of + ")"
        : "histogram_quantile(" + scalar(0) + ", " + of + ")";
  }

  private String parametrized(int depth) {
    return switch (random.nextInt(5)) {
      case 0 -> "clamp(" + vector(depth) + ", " + scalar(0) + ", " + scalar(0) + ")";
      case 1 -> "clamp_min(" + vector(depth) + ", " + scalar(0) + ")";
      case 2 -> "clamp_max(" + vector(depth) + ", " + scalar(0) + ")";
      case 3 -> "round(" + vector(depth) + ", " + scalar(0) + ")";
      default -> "vector(" + scalar(depth) + ")";
    };
  }

  private String overTimeWithParameter(int depth) {
    return switch (random.nextInt(3)) {
      case 0 -> "quantile_over_time(" + scalar(0) + ", " + matrix(depth) + ")";
      case 1 -> "predict_linear(" + matrix(depth) + ", " + scalar(0) + ")";
      default -> "absent_over_time(" + matrix(depth) + ")";
    };
  }

  private String experimental(int depth) {
    return switch (random.nextInt(5)) {
      case 0 ->
          "double_exponential_smoothing("
              + matrix(depth)
              + ", "
              + pick(List.of("0.5", "0.1", "0.9", "1", "0", "NaN"))
              + ", "
              + pick(List.of("0.5", "0.2", "1"))
              + ")";
      case 1 -> "sort_by_label(" + vector(depth) + ", \"" + pick(LABELS) + "\")";
      case 2 -> "sort_by_label_desc(" + vector(depth) + ", \"" + pick(LABELS) + "\", \"i\")";
      case 3 -> "info(" + vector(depth) + infoMatchers() + ")";
      default -> pick(EXPERIMENTAL_OVER_TIME) + "(" + matrix(depth) + ")";
    };
  }

  private String infoMatchers() {
    return pick(
        List.of(
            "",
            ", {version=~\".+\"}",
            ", {__name__=\"build_info\"}",
            ", {__name__=~\".+_info\", branch=\"b0\"}",
            ", {nope=\"x\"}"));
  }

  private String labels(int depth) {
    if (chance(3)) {
      return "label_join("
          + vector(depth)
          + ", \""
          + pick(List.of("new", "job", "i", "bad-name", "__name__", "dotted.label"))
          + "\", \"-\", \""
          + pick(LABELS)
          + "\", \""
          + pick(LABELS)
          + "\")";
    }
    return "label_replace("
        + vector(depth)
        + ", \""
        + pick(List.of("new", "job", "i", "g", "bad-name", "__name__", ""))
        + "\", \""
        + pick(List.of("$1", "x-$1", "${1}y", "", "$2", "constant", "$1_$0"))
        + "\", \""
        + pick(LABELS)
        + "\", \""
        + pick(List.of("(.*)", "(.+)-(.*)", "a(.*)", "", "(", ".*", "([0-9]).*"))
        + "\")";
  }

  private String matrix(int depth) {
    if (chance(80)) {
      return any(0);
    }
    if (depth <= 0 || chance(2)) {
      return selector() + "[" + range() + "]" + modifiers();
    }
    String inner = depth == 1 && chance(2) ? selector() : vector(depth - 1);
    boolean plain = inner.matches("[a-z_]+");
    String step = chance(3) ? "" : pick(List.of("15s", "1m", "37s", "1", "5m", "10s"));
    return (plain ? inner : "(" + inner + ")") + "[" + range() + ":" + step + "]" + modifiers();
  }

  private String range() {
    if (experimental && chance(12)) {
      return pick(
          List.of("1m+30s", "5m*2", "(1m)", "1m-2m", "10m/4", "2^6", "1m%7", "5m/0", "-(1m)+3m"));
    }
    return pick(RANGES);
  }

  private String scalar(int depth) {
    if (chance(80)) {
      return any(0);
    }
    return switch (depth <= 0 ? random.nextInt(6) : random.nextInt(11)) {
      case 0, 1, 2, 3 -> pick(NUMBERS);
      case 4 -> "time()";
      case 5 -> chance(3) ? "pi()" : pick(NUMBERS);
      case 6 -> "scalar(" + vector(depth - 1) + ")";
      case 7 -> scalarOperand(depth - 1) + " " + pick(ARITHMETIC) + " " + scalarOperand(depth - 1);
      case 8 ->
          scalarOperand(depth - 1) + " " + pick(COMPARISONS) + " bool " + scalarOperand(depth - 1);
      case 9 -> "-" + scalarOperand(depth - 1);
      default -> "scalar(" + selector() + ")";
    };
  }

  private String string() {
    return pick(List.of("\"text\"", "'single'", "`raw\\n`", "\"é\\t\\x41\\u00e9\"", "\"\""));
  }

  private String selector() {
    return switch (random.nextInt(16)) {
      case 0, 1 -> pick(HISTOGRAMS) + braces(0);
      case 2 -> pick(MIXED) + braces(0);
      case 3 ->
          "{__name__=~\""
              + pick(List.of("one|two", "nh.*", "latency.*", "mixed|one", "strange|gaps"))
              + "\""
              + (chance(2) ? "" : ", " + matcher())
              + "}";
      case 4 ->
          pick(
              List.of(
                  "{\"dotted.metric\"}",
                  "{\"dotted.metric\", \"label.dot\"=\"v1\"}",
                  "온도",
                  "{\"온도\", 위치=\"서울\"}",
                  "{" + matcher() + "}",
                  "{job=\"api\"}"));
      default -> pick(FLOATS) + braces(2);
    };
  }

  private String braces(int atLeast) {
    if (random.nextInt(3) < 2 - atLeast / 2) {
      return chance(10) ? "{}" : "";
    }
    List<String> matchers = new ArrayList<>();
    int count = 1 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      matchers.add(matcher());
    }
    return "{" + String.join(",", matchers) + (chance(12) ? "," : "") + "}";
  }

  private String matcher() {
    String label = pick(LABELS);
    return switch (random.nextInt(6)) {
      case 0, 1 -> label + "=\"" + pick(VALUES) + "\"";
      case 2 -> label + "!=\"" + pick(VALUES) + "\"";
      case 3, 4 -> label + "=~\"" + pick(PATTERNS) + "\"";
      default -> label + "!~\"" + pick(PATTERNS) + "\"";
    };
  }

  private String modifiers() {
    if (!chance(4)) {
      return "";
    }
    String at =
        switch (random.nextInt(5)) {
          case 0 -> " @ start()";
          case 1 -> " @ end()";
          case 2 -> " @ " + (AdversarialSeries.START / 1000 + random.nextInt(3600));
          case 3 -> " @ " + (AdversarialSeries.START / 1000 + random.nextInt(3600)) + ".5";
          default -> "";
        };
    String offset =
        switch (random.nextInt(experimental ? 5 : 4)) {
          case 0, 1 -> " offset " + pick(OFFSETS);
          case 2 -> " offset -" + pick(OFFSETS);
          case 3 -> "";
          default -> " offset " + pick(List.of("(1m+30s)", "-(1m)", "(2*-30s)", "(1m/0)"));
        };
    return chance(2) ? at + offset : offset + at;
  }

  private String grouping() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> " by (" + groupLabels() + ") ";
      case 2 -> " without (" + groupLabels() + ") ";
      default -> "";
    };
  }

  private String groupLabels() {
    List<String> labels = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      labels.add(pick(LABELS));
    }
    return String.join(", ", labels) + (count > 0 && chance(10) ? "," : "");
  }

  private String matching(boolean groups) {
    String matching =
        switch (random.nextInt(4)) {
          case 0 -> " on (" + groupLabels() + ")";
          case 1 -> " ignoring (" + groupLabels() + ")";
          default -> "";
        };
    if (matching.isEmpty() || (!groups && !chance(20)) || chance(2)) {
      return matching;
    }
    String include = chance(2) ? "" : " (" + groupLabels() + ")";
    return matching + (chance(2) ? " group_left" : " group_right") + include;
  }
}
