package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.model.metric.Labels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What reading a line has in common in both scraping formats: the labels, the metric name, and
/// errors that quote the line up to the byte that did not fit. Confined to one thread.
abstract class LineParser {

  /// A page with more labels on one series is hostile; Prometheus has no bound of its own here.
  private static final int MAX_LABELS = 1024;

  final Lexer lexer;
  final ExpositionSink sink;

  /// Where the current entry starts.
  int start;

  /// The metric name of the current line; null until it is known.
  @Nullable String metricName;

  /// `name, value, …` of the current line, in the order of the page.
  private String[] pairs = new String[32];

  private int pairCount;

  /// The family and kind of the last TYPE line.
  private String typedFamily = "";

  private MetricType type = MetricType.UNKNOWN;

  LineParser(Lexer lexer, ExpositionSink sink) {
    this.lexer = lexer;
    this.sink = sink;
  }

  /// The next token that means something in this format.
  abstract Token nextToken();

  /// What may stand between a label value and the next label name. OpenMetrics asks for a comma;
  /// the text format of Prometheus is content without one.
  abstract boolean commaRequired();

  final void startEntry() {
    start = lexer.position();
    metricName = null;
    pairCount = 0;
  }

  /// Says what was expected, and quotes the token found and the entry up to it.
  final ExpositionException unexpected(String expected, Token got) {
    int end = Math.min(lexer.page.length, lexer.position() + 1);
    return new ExpositionException(
        expected
            + ", got "
            + GoText.quote(lexer.page, lexer.tokenStart(), end)
            + " (\""
            + got.word()
            + "\") while parsing: "
            + GoText.quote(lexer.page, start, end));
  }

  /// Says what is wrong with the entry read so far, and quotes it.
  final ExpositionException wrong(String what) {
    return new ExpositionException(
        what + " while parsing: " + GoText.quote(lexer.page, start, lexer.position()));
  }

  /// The name after HELP, TYPE or UNIT; quotes are taken off.
  final String familyName(Token keyword) throws ExpositionException {
    Token token = nextToken();
    if (token != Token.METRIC_NAME) {
      throw unexpected("expected metric name after " + keyword.word(), token);
    }
    int from = lexer.tokenStart();
    int to = lexer.position();
    boolean quoted = to - from >= 2 && lexer.page[from] == '"' && lexer.page[to - 1] == '"';
    return quoted ? unescape(text(from + 1, to - 1, "metric name")) : text(from, to, "metric name");
  }

  final void declareType(String family, MetricType declared) {
    typedFamily = family;
    type = declared;
    sink.type(family, declared);
  }

  /// Reads the labels after an opening brace, up to and with the closing one. A quoted string
  /// without a value is the metric name, except in an exemplar.
  final void labels(boolean exemplar) throws ExpositionException {
    Token token = nextToken();
    while (token != Token.BRACE_CLOSE) {
      if (token != Token.LABEL_NAME && token != Token.QUOTED) {
        throw unexpected("expected label name", token);
      }
      boolean quoted = token == Token.QUOTED;
      int from = lexer.tokenStart() + (quoted ? 1 : 0);
      int to = lexer.position() - (quoted ? 1 : 0);
      token = nextToken();
      if (quoted && (token == Token.COMMA || token == Token.BRACE_CLOSE)) {
        if (exemplar) {
          throw unexpected("expected label name", token);
        }
        if (metricName != null) {
          throw wrong("metric name already set");
        }
        metricName = unescape(text(from, to, "metric name"));
        token = token == Token.COMMA ? nextToken() : token;
        continue;
      }
      if (token != Token.EQUAL) {
        throw unexpected("expected equal", token);
      }
      labelValue(unescape(text(from, to, "label name")));
      token = nextToken();
      if (token == Token.COMMA) {
        token = nextToken();
      } else if (commaRequired() && token != Token.BRACE_CLOSE) {
        throw unexpected("expected comma or brace close", token);
      }
    }
  }

  private void labelValue(String name) throws ExpositionException {
    Token token = nextToken();
    if (token != Token.LABEL_VALUE) {
      throw unexpected("expected label value", token);
    }
    int from = lexer.tokenStart();
    int to = lexer.position();
    String value = GoText.utf8(lexer.page, from + 1, to - 1);
    if (value == null) {
      throw new ExpositionException(
          "invalid UTF-8 label value: " + GoText.quote(lexer.page, from, to));
    }
    if (pairCount == 2 * MAX_LABELS) {
      throw wrong("more than " + MAX_LABELS + " labels");
    }
    if (pairCount == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * pairCount);
    }
    pairs[pairCount++] = name;
    pairs[pairCount++] = unescape(value);
  }

  /// The labels read since the start of the entry or the last call, sorted; `name` is the metric
  /// name, or null for an exemplar.
  final Labels takeLabels(@Nullable String name) throws ExpositionException {
    String[] sorted = new String[pairCount + 2];
    int size = 0;
    if (name != null) {
      sorted[size++] = Labels.METRIC_NAME;
      sorted[size++] = name;
    }
    for (int i = 0; i < pairCount; i += 2) {
      String label = pairs[i];
      int at = size;
      int order = 1;
      while (at > 0 && (order = Labels.compareUtf8(label, sorted[at - 2])) < 0) {
        sorted[at] = sorted[at - 2];
        sorted[at + 1] = sorted[at - 1];
        at -= 2;
      }
      if (at > 0 && order == 0) {
        throw wrong("label name " + GoText.quote(label) + " is not unique");
      }
      if (label.isEmpty()) {
        throw wrong("label name is empty");
      }
      sorted[at] = label;
      sorted[at + 1] = name == null ? pairs[i + 1] : canonical(name, label, pairs[i + 1]);
      size += 2;
    }
    pairCount = 0;
    return Labels.ofSortedPairs(withoutEmptyValues(sorted, size));
  }

  private static String[] withoutEmptyValues(String[] sorted, int size) {
    int kept = 0;
    for (int i = 0; i < size; i += 2) {
      if (!sorted[i + 1].isEmpty()) {
        sorted[kept] = sorted[i];
        sorted[kept + 1] = sorted[i + 1];
        kept += 2;
      }
    }
    return kept == sorted.length ? sorted : Arrays.copyOf(sorted, kept);
  }

  /// `le="1"` and `le="1.0"` are one series: buckets and quantiles are written in one way.
  private String canonical(String name, String label, String value) {
    boolean number =
        switch (type) {
          case HISTOGRAM, GAUGEHISTOGRAM ->
              label.equals("le") && belongs(name, typedFamily, "_bucket");
          case SUMMARY -> label.equals("quantile") && name.equals(typedFamily);
          case UNKNOWN, COUNTER, GAUGE, INFO, STATESET -> false;
        };
    if (!number) {
      return value;
    }
    try {
      return GoText.openMetricsFloat(GoText.parseFloat(value));
    } catch (ExpositionException _) {
      return value; // Not a number: the label stays as the page wrote it.
    }
  }

  private static boolean belongs(String name, String family, String suffix) {
    return name.length() == family.length() + suffix.length()
        && name.startsWith(family)
        && name.endsWith(suffix);
  }

  /// The number in the current token from `from` on.
  final double number(int from) throws ExpositionException {
    String digits =
        new String(
            lexer.page,
            from,
            lexer.position() - from,
            java.nio.charset.StandardCharsets.ISO_8859_1);
    double value;
    try {
      value = GoText.parseFloat(digits);
    } catch (ExpositionException e) {
      throw wrong(e.text());
    }
    return value;
  }

  /// The metric name of the line, or an error when the braces held none.
  final String requireMetricName() throws ExpositionException {
    String name = metricName;
    if (name == null) {
      throw wrong("metric name not set");
    }
    if (name.isEmpty()) {
      throw wrong("metric name is empty");
    }
    return name;
  }

  /// UTF-8 between two positions of the page.
  final String text(int from, int to, String what) throws ExpositionException {
    String text = GoText.utf8(lexer.page, from, to);
    if (text == null) {
      throw new ExpositionException(
          "invalid UTF-8 " + what + ": " + GoText.quote(lexer.page, from, to));
    }
    return text;
  }

  /// Takes `\"`, `\\` and `\n` apart; every other backslash stands for itself.
  static String unescape(String text) {
    int at = text.indexOf('\\');
    if (at < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i++);
      char escaped = c == '\\' && i < text.length() ? text.charAt(i) : 0;
      switch (escaped) {
        case '"', '\\' -> plain.append(escaped);
        case 'n' -> plain.append('\n');
        default -> plain.append(c);
      }
      if (escaped == '"' || escaped == '\\' || escaped == 'n') {
        i++;
      }
    }
    return plain.toString();
  }
}
