package dev.mangru.tsdb.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the query list of the PromQL compliance tester and expands its templates. Stateless.
///
/// Source: github.com/prometheus/compliance, `promql/promql-test-queries.yml` and the variants of
/// its tester. Of YAML only what that list uses is understood: a sequence of mappings with plain,
/// single- and double-quoted scalars.
final class DifferentialQueries {

  private static final Map<String, List<String>> VARIANTS =
      Map.ofEntries(
          Map.entry("range", List.of("1s", "15s", "1m", "5m", "15m", "1h")),
          Map.entry("offset", List.of("1m", "5m", "10m")),
          Map.entry(
              "simpleAggrOp", List.of("sum", "avg", "max", "min", "count", "stddev", "stdvar")),
          Map.entry(
              "simpleTimeAggrOp",
              List.of(
                  "sum", "avg", "max", "min", "count", "stddev", "stdvar", "absent", "last",
                  "present")),
          Map.entry("topBottomOp", List.of("topk", "bottomk")),
          Map.entry(
              "quantile",
              List.of("-0.5", "0.1", "0.5", "0.75", "0.95", "0.90", "0.99", "1", "1.5")),
          Map.entry("arithBinOp", List.of("+", "-", "*", "/", "%", "^")),
          Map.entry("compBinOp", List.of("==", "!=", "<", ">", "<=", ">=")),
          Map.entry(
              "binOp", List.of("+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">=")),
          Map.entry(
              "simpleMathFunc",
              List.of("abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "round")),
          Map.entry("extrapolatedRateFunc", List.of("delta", "rate", "increase")),
          Map.entry("clampFunc", List.of("clamp_min", "clamp_max")),
          Map.entry("instantRateFunc", List.of("idelta", "irate")),
          Map.entry(
              "dateFunc",
              List.of(
                  "day_of_month",
                  "day_of_week",
                  "days_in_month",
                  "hour",
                  "minute",
                  "month",
                  "year")));

  private DifferentialQueries() {}

  /// One query, after expansion.
  ///
  /// @param shouldFail whether it is an error everywhere
  record Query(String text, boolean shouldFail) {}

  /// All queries of a list, in its order.
  ///
  /// @throws IllegalArgumentException if it names a variant that is not known
  static List<Query> parse(String yaml) {
    List<Query> queries = new ArrayList<>();
    String template = null;
    List<String> arguments = List.of();
    boolean shouldFail = false;
    boolean inCases = false;
    for (String line : yaml.lines().toList()) {
      String text = line.strip();
      if (text.startsWith("test_cases:")) {
        inCases = true;
      }
      if (!inCases || text.startsWith("#")) {
        continue;
      }
      boolean begins = text.startsWith("- ");
      String entry = begins ? text.substring(2).strip() : text;
      if (begins) {
        expand(template, arguments, shouldFail, queries);
        template = null;
        arguments = List.of();
        shouldFail = false;
      }
      if (entry.startsWith("query:")) {
        template = scalar(entry.substring("query:".length()).strip());
      } else if (entry.startsWith("variant_args:")) {
        arguments = list(entry.substring("variant_args:".length()).strip());
      } else if (entry.startsWith("should_fail:")) {
        shouldFail = entry.endsWith("true");
      }
    }
    expand(template, arguments, shouldFail, queries);
    return queries;
  }

  private static void expand(
      @Nullable String template, List<String> arguments, boolean shouldFail, List<Query> into) {
    if (template == null) {
      return;
    }
    List<String> texts = List.of(template);
    for (String argument : arguments) {
      List<String> variants = VARIANTS.get(argument);
      if (variants == null) {
        throw new IllegalArgumentException(
            "no variants are known for " + argument + " of the query " + template);
      }
      List<String> expanded = new ArrayList<>();
      for (String text : texts) {
        variants.forEach(value -> expanded.add(text.replace("{{." + argument + "}}", value)));
      }
      texts = expanded;
    }
    texts.forEach(text -> into.add(new Query(text, shouldFail)));
  }

  private static List<String> list(String flow) {
    List<String> items = new ArrayList<>();
    for (String item : flow.substring(1, flow.lastIndexOf(']')).split(",", -1)) {
      items.add(scalar(item.strip()));
    }
    return items;
  }

  private static String scalar(String text) {
    if (text.startsWith("'")) {
      return text.substring(1, text.lastIndexOf('\'')).replace("''", "'");
    }
    return text.startsWith("\"") ? text.substring(1, text.lastIndexOf('"')) : text;
  }
}
