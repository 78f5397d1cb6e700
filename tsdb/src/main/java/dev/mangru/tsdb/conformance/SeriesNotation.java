package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.HistogramMath;
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
  /// @param items null where there is no sample
  /// @param starts start timestamps in milliseconds relative to each sample, null where there is
  ///   none; null altogether for a line of samples
  public record Line(
      Labels labels, List<@Nullable ScriptValue> items, @Nullable List<@Nullable Long> starts) {

    /// The samples that a store hands back, null where there is none, with the hints of histograms
    /// that they have after a round trip through chunks. Times are 0.
    public List<QueryValue.@Nullable Sample> samples() {
      ChunkHints hints = new ChunkHints();
      List<QueryValue.@Nullable Sample> samples = new ArrayList<>();
      for (ScriptValue item : items) {
        FloatHistogram histogram = item == null ? null : item.histogram();
        if (item == null) {
          samples.add(null);
        } else if (histogram == null) {
          hints.number(labels);
          samples.add(new QueryValue.Sample(labels, 0, item.number()));
        } else {
          samples.add(
              new QueryValue.Sample(labels, 0, Double.NaN, hints.stored(labels, histogram)));
        }
      }
      return samples;
    }

    /// Whether a value is a native histogram.
    public boolean histograms() {
      return items.stream().anyMatch(item -> item != null && item.histogram() != null);
    }

    /// The values of a line without histograms.
    public List<@Nullable Double> values() {
      List<@Nullable Double> values = new ArrayList<>();
      items.forEach(item -> values.add(item == null ? null : (Double) item.number()));
      return values;
    }
  }

  /// Reads one line.
  ///
  /// @throws IllegalArgumentException if it is malformed
  public static Line parse(String line) {
    int end = metricEnd(line);
    Labels labels = labels(line.substring(0, end));
    String rest = line.substring(end);
    if (rest.startsWith("@st")) {
      List<@Nullable Long> starts = new ArrayList<>();
      for (String word : words(rest.substring(3))) {
        start(word, starts);
      }
      return new Line(labels, List.of(), starts);
    }
    if (!rest.isEmpty() && rest.charAt(0) != ' ' && rest.charAt(0) != '\t') {
      throw new IllegalArgumentException("unexpected text after the series: " + rest);
    }
    List<@Nullable ScriptValue> items = new ArrayList<>();
    for (String word : words(rest)) {
      if (word.startsWith("{{")) {
        histogram(word, items);
      } else {
        item(word, items);
      }
    }
    return new Line(labels, items, null);
  }

  /// Whether a histogram is what `{{…}}` says.
  ///
  /// @throws IllegalArgumentException if that is malformed
  public static boolean isHistogram(String notation, FloatHistogram got) {
    List<@Nullable ScriptValue> items = new ArrayList<>();
    histogram(notation.trim(), items);
    ScriptValue expected = items.getFirst();
    return expected != null && ExpectedValue.matches(expected, Double.NaN, got);
  }

  /// Splits at blanks outside double braces.
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (text.startsWith("{{", i)) {
        inside = true;
      } else if (text.startsWith("}}", i)) {
        inside = false;
      }
      if (!inside && (c == ' ' || c == '\t')) {
        if (!word.isEmpty()) {
          words.add(word.toString());
          word.setLength(0);
        }
      } else {
        word.append(c);
      }
    }
    if (inside) {
      throw new IllegalArgumentException("a histogram does not end: " + text);
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /// `{{…}}`, `{{…}}xN`, `{{…}}+{{…}}xN`.
  private static void histogram(String word, List<@Nullable ScriptValue> items) {
    int end = word.indexOf("}}");
    if (!word.startsWith("{{") || end < 0) {
      throw new IllegalArgumentException("a histogram stands in double braces: " + word);
    }
    HistogramNotation.Parsed first = HistogramNotation.parse(word.substring(2, end));
    String rest = word.substring(end + 2);
    if (rest.isEmpty()) {
      items.add(new ScriptValue(0, first.histogram(), first.hinted()));
      return;
    }
    FloatHistogram step = null;
    boolean minus = rest.startsWith("-{{");
    if (minus || rest.startsWith("+{{")) {
      int stepEnd = rest.indexOf("}}");
      step = HistogramNotation.parse(rest.substring(3, stepEnd)).histogram();
      rest = rest.substring(stepEnd + 2);
      if (step.schema() < first.histogram().schema()) {
        throw new IllegalArgumentException(
            "error combining histograms: cannot merge from schema "
                + step.schema()
                + " to "
                + first.histogram().schema());
      }
    }
    if (!rest.startsWith("x")) {
      throw new IllegalArgumentException("a step needs a count: " + word);
    }
    FloatHistogram[] value = {first.histogram()};
    FloatHistogram added = step;
    repeat(
        rest.substring(1),
        word,
        _ -> {
          items.add(new ScriptValue(0, value[0], first.hinted()));
          if (added != null) {
            value[0] = HistogramMath.combine(value[0], added, minus);
          }
        },
        true);
  }

  /// `_`, `_xN`, `<dur>`, `<dur>xN`, `<dur>+<dur>xN`, `<dur>-<dur>xN`.
  private static void start(String word, List<@Nullable Long> starts) {
    if (word.equals("_")) {
      starts.add(null);
      return;
    }
    if (word.startsWith("_x")) {
      repeat(word.substring(2), word, _ -> starts.add(null), false);
      return;
    }
    int times = word.lastIndexOf('x');
    String arithmetic = times < 0 ? word : word.substring(0, times);
    int split = secondSign(arithmetic);
    long[] value = {
      EvalBlock.time(unsigned(split < 0 ? arithmetic : arithmetic.substring(0, split)))
    };
    if (times < 0) {
      starts.add(value[0]);
      return;
    }
    long step = split < 0 ? 0 : EvalBlock.time(unsigned(arithmetic.substring(split)));
    repeat(
        word.substring(times + 1),
        word,
        _ -> {
          starts.add(value[0]);
          value[0] += step;
        },
        true);
  }

  private static String unsigned(String duration) {
    return duration.startsWith("+") ? duration.substring(1) : duration;
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

  private static void item(String item, List<@Nullable ScriptValue> values) {
    if (item.equals("_")) {
      values.add(null);
      return;
    }
    if (item.startsWith("_x")) {
      repeat(item.substring(2), item, count -> values.add(null), false);
      return;
    }
    if (item.equals("stale")) {
      values.add(ScriptValue.of(StaleMarker.VALUE));
      return;
    }
    if (item.startsWith("stalex")) {
      repeat(item.substring(6), item, _ -> values.add(ScriptValue.of(StaleMarker.VALUE)), true);
      return;
    }
    int times = item.lastIndexOf('x');
    String arithmetic = times < 0 ? item : item.substring(0, times);
    int split = secondSign(arithmetic);
    if (times < 0) {
      if (split > 0) {
        throw new IllegalArgumentException("a step needs a count: " + item);
      }
      values.add(ScriptValue.of(number(item)));
      return;
    }
    double[] value = {number(split < 0 ? arithmetic : arithmetic.substring(0, split))};
    double step = split < 0 ? 0 : number(arithmetic.substring(split));
    repeat(
        item.substring(times + 1),
        item,
        _ -> {
          values.add(ScriptValue.of(value[0]));
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
