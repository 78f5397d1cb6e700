package dev.mangru.collector.scrape;

import dev.mangru.model.metric.Labels;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One sample line of a page that must follow the grammar of OpenMetrics 1.0 to the letter.
///
/// @param name empty for an exemplar
/// @param labels by name, those with an empty value included
/// @param timestamp seconds, cut to nanoseconds; null where there is none
record StrictSample(
    String name,
    Map<String, String> labels,
    double value,
    @Nullable BigDecimal timestamp,
    @Nullable StrictSample exemplar) {

  /// The specification's bound on label names and values of an exemplar together, in characters.
  private static final int MAX_EXEMPLAR_CODE_POINTS = 128;

  /// The labels as a series has them.
  Labels series() {
    return Labels.of(labels).toBuilder().set(Labels.METRIC_NAME, name).build();
  }

  /// Milliseconds since the epoch, or [ExpositionSink#NO_TIMESTAMP].
  long timestampMs() {
    BigDecimal seconds = timestamp;
    return seconds == null ? ExpositionSink.NO_TIMESTAMP : (long) (seconds.doubleValue() * 1000);
  }

  /// Whether two timestamps are the same instant, or both absent.
  static boolean sameTime(@Nullable BigDecimal left, @Nullable BigDecimal right) {
    if (left == null || right == null) {
      return left == null && right == null;
    }
    return left.compareTo(right) == 0;
  }

  /// Reads `name[{labels}] value [timestamp] [# {labels} value [timestamp]]`.
  static StrictSample parse(String line) throws ExpositionException {
    return new Reader(line).sample();
  }

  /// A number as the specification writes it; infinities and NaN in any case.
  static double number(String text) throws ExpositionException {
    String word = text.toLowerCase(Locale.ROOT);
    return switch (word) {
      case "nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> {
        if (!GoText.isDecimal(text)) {
          throw new ExpositionException("not a number: " + GoText.quote(text));
        }
        yield Double.parseDouble(text);
      }
    };
  }

  private static final class Reader {

    private final String line;
    private int at;

    Reader(String line) {
      this.line = line;
    }

    StrictSample sample() throws ExpositionException {
      String name = name(true);
      Map<String, String> labels = peek() == '{' ? labels() : new TreeMap<>();
      double value = number(word());
      BigDecimal timestamp = null;
      StrictSample exemplar = null;
      if (peek() == ' ' && !line.startsWith(" # ", at)) {
        timestamp = timestamp(word());
      }
      if (line.startsWith(" # ", at)) {
        at += 3;
        exemplar = exemplar();
      }
      if (at < line.length()) {
        throw wrong("end of line");
      }
      return new StrictSample(name, labels, value, timestamp, exemplar);
    }

    private StrictSample exemplar() throws ExpositionException {
      if (peek() != '{') {
        throw wrong("exemplar labels");
      }
      Map<String, String> labels = labels();
      int size = 0;
      for (var label : labels.entrySet()) {
        size += label.getKey().codePointCount(0, label.getKey().length());
        size += label.getValue().codePointCount(0, label.getValue().length());
      }
      if (size > MAX_EXEMPLAR_CODE_POINTS) {
        throw new ExpositionException(
            "exemplar labels of "
                + size
                + " characters, at most "
                + MAX_EXEMPLAR_CODE_POINTS
                + ": "
                + GoText.quote(line));
      }
      double value = number(word());
      BigDecimal timestamp = peek() == ' ' ? timestamp(word()) : null;
      return new StrictSample("", labels, value, timestamp, null);
    }

    private Map<String, String> labels() throws ExpositionException {
      Map<String, String> labels = new TreeMap<>();
      at++;
      if (peek() == '}') {
        at++;
        return labels;
      }
      while (true) {
        String name = name(false);
        expect('=');
        expect('"');
        if (labels.put(name, value()) != null || name.equals(Labels.METRIC_NAME)) {
          throw new ExpositionException(
              "label name " + GoText.quote(name) + " is reserved or not unique: " + line);
        }
        if (peek() == '}') {
          at++;
          return labels;
        }
        expect(',');
      }
    }

    /// The rest of a quoted value. A backslash before anything but `n`, `"` and `\` stands for
    /// itself.
    private String value() throws ExpositionException {
      int from = at;
      while (peek() != '"') {
        if (peek() == 0 && at >= line.length()) {
          throw wrong("end of label value");
        }
        at += peek() == '\\' ? 2 : 1;
      }
      String raw = line.substring(from, at);
      at++;
      return LineParser.unescape(raw);
    }

    private String name(boolean colons) throws ExpositionException {
      int from = at;
      while (at < line.length() && isNameCharacter(line.charAt(at), colons, at > from)) {
        at++;
      }
      if (at == from) {
        throw wrong("a name");
      }
      return line.substring(from, at);
    }

    private static boolean isNameCharacter(char c, boolean colons, boolean inside) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || c == '_'
          || (colons && c == ':')
          || (inside && c >= '0' && c <= '9');
    }

    /// One space and what follows up to the next.
    private String word() throws ExpositionException {
      expect(' ');
      int from = at;
      while (at < line.length() && line.charAt(at) != ' ') {
        at++;
      }
      return line.substring(from, at);
    }

    private BigDecimal timestamp(String word) throws ExpositionException {
      if (!GoText.isDecimal(word)) {
        throw new ExpositionException("not a timestamp: " + GoText.quote(word) + " in " + line);
      }
      double seconds = Double.parseDouble(word);
      if (Double.isInfinite(seconds)) {
        throw new ExpositionException("timestamp out of range: " + GoText.quote(word));
      }
      boolean plain = word.indexOf('e') < 0 && word.indexOf('E') < 0;
      BigDecimal exact = plain ? new BigDecimal(word) : new BigDecimal(seconds);
      return exact.setScale(9, RoundingMode.DOWN);
    }

    private void expect(char wanted) throws ExpositionException {
      if (peek() != wanted) {
        throw wrong("'" + wanted + "'");
      }
      at++;
    }

    private char peek() {
      return at < line.length() ? line.charAt(at) : 0;
    }

    private ExpositionException wrong(String wanted) {
      return new ExpositionException(
          "expected " + wanted + " at column " + (at + 1) + " of " + GoText.quote(line));
    }
  }
}
