package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Reads a line of a script: a series and its values, `x{a="b"} 1 2+1x3 _ stale`.
public final class SeriesNotation {

  /// Most values that one item may expand to. Chosen: far above what a script means.
  private static final int MAX_REPETITION = 1_000_000;

  private SeriesNotation() {}

  /// What a line says.
  ///
  /// @param values null where there is no sample
  /// @param histograms whether a value is a native histogram; then `values` is empty
  /// @param startTimestamps whether the line gives start timestamps instead of values
  public record Line(
      Labels labels, List<@Nullable Double> values, boolean histograms, boolean startTimestamps) {}

  /// Reads one line.
  ///
  /// @throws IllegalArgumentException if it is malformed
  public static Line parse(String line) {
    int end = metricEnd(line);
    String metric = line.substring(0, end);
    String rest = line.substring(end);
    Labels labels = labels(metric);
    if (rest.startsWith("@st")) {
      return new Line(labels, List.of(), false, true);
    }
    if (!rest.isEmpty() && rest.charAt(0) != ' ' && rest.charAt(0) != '\t') {
      throw new IllegalArgumentException("unexpected text after the series: " + rest);
    }
    if (rest.contains("{{")) {
      return new Line(labels, List.of(), true, false);
    }
    List<@Nullable Double> values = new ArrayList<>();
    for (String item : rest.trim().split("[ \t]+", -1)) {
      if (!item.isEmpty()) {
        item(item, values);
      }
    }
    return new Line(labels, values, false, false);
  }

  /// Where the metric ends: at the first blank or `@` outside braces and quotes.
  private static int metricEnd(String line) {
    boolean braces = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        if (c == '\\' && quote != '`') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '\'' || c == '`') {
        quote = c;
      } else if (c == '{') {
        braces = true;
      } else if (c == '}') {
        return i + 1;
      } else if (!braces && (c == ' ' || c == '\t' || c == '@')) {
        int next = i;
        while (next < line.length() && (line.charAt(next) == ' ' || line.charAt(next) == '\t')) {
          next++;
        }
        boolean labelsFollow =
            next < line.length()
                && line.charAt(next) == '{'
                && !line.startsWith("{{", next)
                && next > i;
        if (!labelsFollow) {
          return i;
        }
        i = next - 1;
      }
    }
    return line.length();
  }

  /// The labels of a metric; only `=` is allowed between name and value.
  ///
  /// @throws IllegalArgumentException if another operator stands there
  public static Labels labels(String metric) {
    String text = metric.trim();
    boolean braces = text.startsWith("{") && text.endsWith("}");
    if (text.isEmpty() || (braces && text.substring(1, text.length() - 1).isBlank())) {
      return Labels.empty();
    }
    // `{}` selects nothing in PromQL, and neither does a label that may be empty, so a name is
    // lent to what has none.
    Labels.Builder labels = Labels.builder();
    boolean lend = text.startsWith("{");
    String selector = lend ? "{lent_to_parse=\"x\"," + text.substring(1) : text;
    for (LabelMatcher matcher : PromqlParser.parseSelector(selector)) {
      if (matcher.operator() != LabelMatcher.Operator.EQUAL) {
        throw new IllegalArgumentException("a series has only = between names and values: " + text);
      }
      if (!matcher.name().equals("lent_to_parse")) {
        labels.set(matcher.name(), matcher.value());
      }
    }
    return labels.build();
  }

  private static void item(String item, List<@Nullable Double> values) {
    if (item.equals("_")) {
      values.add(null);
      return;
    }
    if (item.startsWith("_x")) {
      repeat(item.substring(2), item, count -> values.add(null), false);
      return;
    }
    if (item.equals("stale")) {
      values.add(StaleMarker.VALUE);
      return;
    }
    if (item.startsWith("stalex")) {
      repeat(item.substring(6), item, _ -> values.add(StaleMarker.VALUE), true);
      return;
    }
    int times = item.lastIndexOf('x');
    String arithmetic = times < 0 ? item : item.substring(0, times);
    int split = secondSign(arithmetic);
    if (times < 0) {
      if (split > 0) {
        throw new IllegalArgumentException("a step needs a count: " + item);
      }
      values.add(number(item));
      return;
    }
    double[] value = {number(split < 0 ? arithmetic : arithmetic.substring(0, split))};
    double step = split < 0 ? 0 : number(arithmetic.substring(split));
    repeat(
        item.substring(times + 1),
        item,
        _ -> {
          values.add(value[0]);
          value[0] += step;
        },
        true);
  }

  private static void repeat(String count, String item, IntConsumer add, boolean andOnce) {
    int times;
    try {
      times = Integer.parseInt(count);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("invalid repetition in series values: " + item, e);
    }
    if (times < 0 || times > MAX_REPETITION) {
      throw new IllegalArgumentException(
          "repetition of " + times + " is over the limit of " + MAX_REPETITION);
    }
    for (int i = andOnce ? 0 : 1; i <= times; i++) {
      add.accept(i);
    }
  }

  /// The sign between two numbers, which is not that of an exponent; -1 if there is none.
  private static int secondSign(String text) {
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      char before = Character.toLowerCase(text.charAt(i - 1));
      if ((c == '+' || c == '-') && before != 'e') {
        return i;
      }
    }
    return -1;
  }

  /// A number as PromQL writes it, with a sign.
  static double number(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a number is missing");
    }
    boolean signed = text.charAt(0) == '+' || text.charAt(0) == '-';
    String digits = signed ? text.substring(1) : text;
    if (PromqlParser.tryParse(digits, PromqlOptions.defaults()).expression().orElse(null)
        instanceof Expr.NumberLiteral literal) {
      return text.charAt(0) == '-' ? -literal.value() : literal.value();
    }
    throw new IllegalArgumentException("not a number: " + text);
  }
}
