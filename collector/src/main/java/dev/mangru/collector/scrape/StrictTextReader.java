package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.model.metric.Labels;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the text format 0.0.4 byte by byte and refuses what a checker refuses: a last line without
/// line break, escapes that mean nothing, reserved and repeated label names, metadata told twice or
/// too late, `le` and `quantile` that are no numbers. Confined to one thread.
///
/// Source of the rules: the text parser of Prometheus' common library.
final class StrictTextReader {

  private static final int END = -1;

  private final byte[] page;
  private final ExpositionSink sink;
  private int position;
  private int line = 1;

  private final Map<String, MetricType> types = new HashMap<>();
  private final Set<String> families = new HashSet<>();
  private final Set<String> helped = new HashSet<>();

  StrictTextReader(byte[] page, ExpositionSink sink) {
    this.page = page;
    this.sink = sink;
  }

  void page() throws ExpositionException {
    skipBlanks();
    while (position < page.length) {
      switch (peek()) {
        case '\n' -> {}
        case '#' -> comment();
        default -> sample();
      }
      if (read() != '\n') {
        throw wrong("line break expected");
      }
      line++;
      skipBlanks();
    }
  }

  // ---- Comments

  private void comment() throws ExpositionException {
    position++;
    skipBlanks();
    String keyword = word();
    if (peek() == '\n' || (!keyword.equals("HELP") && !keyword.equals("TYPE"))) {
      toEndOfLine();
      return;
    }
    skipBlanks();
    String name = name(true);
    if (peek() == '\n') {
      return;
    }
    if (name.isEmpty() || !isBlank(peek())) {
      throw wrong("invalid metric name in comment");
    }
    String family = family(name);
    skipBlanks();
    if (peek() == '\n') {
      return;
    }
    if (keyword.equals("HELP")) {
      help(family);
    } else {
      type(family);
    }
  }

  private void help(String family) throws ExpositionException {
    if (!helped.add(family)) {
      throw wrong("second HELP line for metric name " + GoText.quote(family));
    }
    StringBuilder text = new StringBuilder();
    int from = position;
    toEndOfLine();
    String raw = utf8(from, position, "help text");
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      text.append(c == '\\' ? escaped(i + 1 < raw.length() ? raw.charAt(++i) : '\n') : c);
    }
    sink.help(family, text.toString());
  }

  private void type(String family) throws ExpositionException {
    if (types.containsKey(family)) {
      throw wrong(
          "second TYPE line for metric name "
              + GoText.quote(family)
              + ", or TYPE reported after samples");
    }
    int from = position;
    toEndOfLine();
    String word = utf8(from, position, "type");
    MetricType type =
        switch (word.toUpperCase(Locale.ROOT)) {
          case "COUNTER" -> MetricType.COUNTER;
          case "GAUGE" -> MetricType.GAUGE;
          case "SUMMARY" -> MetricType.SUMMARY;
          case "UNTYPED" -> MetricType.UNKNOWN;
          case "HISTOGRAM" -> MetricType.HISTOGRAM;
          case "GAUGE_HISTOGRAM" -> MetricType.GAUGEHISTOGRAM;
          default -> throw wrong("unknown metric type " + GoText.quote(word));
        };
    types.put(family, type);
    sink.type(family, type);
  }

  /// The family a name belongs to: a summary or histogram seen before, or itself.
  private String family(String name) {
    if (families.contains(name)) {
      return name;
    }
    String summary = without(name, "_count", "_sum");
    if (types.get(summary) == MetricType.SUMMARY) {
      return summary;
    }
    String histogram = without(name, "_count", "_sum", "_bucket");
    if (types.get(histogram) == MetricType.HISTOGRAM) {
      return histogram;
    }
    families.add(name);
    return name;
  }

  private static String without(String name, String... suffixes) {
    for (String suffix : suffixes) {
      if (name.length() > suffix.length() && name.endsWith(suffix)) {
        return name.substring(0, name.length() - suffix.length());
      }
    }
    return name;
  }

  // ---- Samples

  private void sample() throws ExpositionException {
    String metric = null;
    if (peek() != '{') {
      metric = name(true);
      if (metric.isEmpty()) {
        throw wrong("invalid metric name");
      }
      if (isBlank(peek())) {
        skipBlanks();
      }
    }
    Labels.Builder labels = Labels.builder();
    if (peek() == '{') {
      position++;
      metric = labels(metric, labels);
      skipBlanks();
    }
    if (metric == null) {
      throw wrong("invalid metric name");
    }
    types.putIfAbsent(family(metric), MetricType.UNKNOWN);
    double value = value();
    long timestampMs = ExpositionSink.NO_TIMESTAMP;
    if (peek() != '\n') {
      skipBlanks();
      timestampMs = timestampMs();
    }
    sink.sample(labels.set(Labels.METRIC_NAME, metric).build(), value, timestampMs);
  }

  private String labels(@Nullable String name, Labels.Builder into) throws ExpositionException {
    String metric = name;
    Set<String> seen = new HashSet<>();
    skipBlanks();
    while (peek() != '}') {
      boolean quoted = peek() == '"';
      String label = name(false);
      if (label.isEmpty()) {
        throw wrong("invalid label name for metric " + GoText.quote(metric == null ? "" : metric));
      }
      skipBlanks();
      if (peek() == '=') {
        position++;
        if (metric == null) {
          throw wrong("invalid metric name");
        }
        labelValue(metric, label, seen, into);
        skipBlanks();
      } else if (quoted && metric == null && (peek() == ',' || peek() == '}')) {
        metric = label;
      } else {
        throw wrong("expected '=' after label name, found " + found());
      }
      if (peek() == ',') {
        position++;
        skipBlanks();
      } else if (peek() != '}') {
        throw wrong("unexpected end of label value of " + GoText.quote(label));
      }
    }
    position++;
    if (metric == null) {
      throw wrong("invalid metric name");
    }
    return metric;
  }

  private void labelValue(String metric, String label, Set<String> seen, Labels.Builder into)
      throws ExpositionException {
    if (label.equals(Labels.METRIC_NAME)) {
      throw wrong("label name " + GoText.quote(label) + " is reserved");
    }
    if (!seen.add(label)) {
      throw wrong("duplicate label names for metric " + GoText.quote(metric));
    }
    skipBlanks();
    if (peek() != '"') {
      throw wrong("expected '\"' at start of label value, found " + found());
    }
    String value = quoted("label value");
    MetricType type = types.getOrDefault(family(metric), MetricType.UNKNOWN);
    boolean number =
        (type == MetricType.SUMMARY && label.equals("quantile"))
            || (type == MetricType.HISTOGRAM && label.equals("le"));
    if (number) {
      try {
        GoText.parseFloat(value);
      } catch (ExpositionException _) {
        throw wrong(
            "expected float as value for '" + label + "' label, got " + GoText.quote(value));
      }
    }
    into.set(label, value);
  }

  private double value() throws ExpositionException {
    String word = word();
    try {
      return GoText.parseFloat(word);
    } catch (ExpositionException _) {
      throw wrong("expected float as value, got " + GoText.quote(word));
    }
  }

  private long timestampMs() throws ExpositionException {
    String word = word();
    long timestampMs;
    try {
      timestampMs = Long.parseLong(word);
    } catch (NumberFormatException _) {
      throw wrong("expected integer as timestamp, got " + GoText.quote(word));
    }
    int from = position;
    toEndOfLine();
    if (position > from) {
      throw wrong("spurious string after timestamp: " + GoText.quote(page, from, position));
    }
    return timestampMs;
  }

  // ---- Bytes

  /// A bare name, empty where none starts here, or a quoted one.
  private String name(boolean colons) throws ExpositionException {
    int c = peek();
    if (c == '"') {
      return quoted("name");
    }
    int from = position;
    while (position < page.length && isNameByte(page[position], colons, position > from)) {
      position++;
    }
    return new String(page, from, position - from, StandardCharsets.US_ASCII);
  }

  private static boolean isNameByte(byte c, boolean colons, boolean inside) {
    return (colons ? Lexer.isMetricNameStart(c) : Lexer.isLabelNameStart(c))
        || (inside && Lexer.isDigit(c));
  }

  /// A string in double quotes, its escapes taken apart.
  private String quoted(String what) throws ExpositionException {
    position++;
    int from = position;
    while (peek() != '"') {
      if (peek() == '\n') {
        throw wrong(
            what + " " + GoText.quote(page, from, position) + " contains unescaped new-line");
      }
      position += peek() == '\\' ? 2 : 1;
    }
    String raw = utf8(from, position, what);
    position++;
    StringBuilder text = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      text.append(c == '\\' ? escaped(raw.charAt(++i)) : c);
    }
    return text.toString();
  }

  private char escaped(char c) throws ExpositionException {
    return switch (c) {
      case '\\', '"' -> c;
      case 'n' -> '\n';
      default -> throw wrong("invalid escape sequence '\\" + c + "'");
    };
  }

  private String utf8(int from, int to, String what) throws ExpositionException {
    String text = GoText.utf8(page, from, to);
    if (text == null) {
      throw wrong("invalid " + what + " " + GoText.quote(page, from, to));
    }
    return text;
  }

  /// Bytes up to the next blank or line break.
  private String word() throws ExpositionException {
    int from = position;
    while (!isBlank(peek()) && peek() != '\n') {
      position++;
    }
    return new String(page, from, position - from, StandardCharsets.ISO_8859_1);
  }

  private void toEndOfLine() throws ExpositionException {
    while (peek() != '\n') {
      position++;
    }
  }

  private void skipBlanks() {
    while (position < page.length && isBlank(page[position])) {
      position++;
    }
  }

  /// The byte at the position; the page must not end here.
  private int peek() throws ExpositionException {
    if (position >= page.length) {
      throw wrong("unexpected end of input stream");
    }
    return page[position];
  }

  private int read() {
    return position < page.length ? page[position++] : END;
  }

  private String found() throws ExpositionException {
    return "'" + (char) (peek() & 0xff) + "'";
  }

  private static boolean isBlank(int c) {
    return c == ' ' || c == '\t';
  }

  private ExpositionException wrong(String what) {
    return new ExpositionException("text format parsing error in line " + line + ": " + what);
  }
}
