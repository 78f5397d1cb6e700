package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.MetricType;

/// Reads OpenMetrics text 1.0.
///
/// Two readings: [#scrape] takes what Prometheus' scraper takes, and words errors as it does;
/// [#strict] also holds a page to the rules of the specification: order and grouping of samples,
/// clashing names, what each type may hold. Thread-safe: each call has its own state. Memory is
/// bounded by a small multiple of the page.
public final class OpenMetricsParser {

  private OpenMetricsParser() {}

  /// Reads a page the way a scraper does.
  ///
  /// @throws ExpositionException at the first line that cannot be understood; what came before has
  ///   been told to `sink`
  public static void scrape(byte[] page, ExpositionSink sink) throws ExpositionException {
    new Scraping(page, sink).page();
  }

  /// Reads a page the way the specification's test suite does.
  ///
  /// @throws ExpositionException at the first line that breaks a rule
  public static void strict(byte[] page, ExpositionSink sink) throws ExpositionException {
    new StrictOpenMetricsReader(page, sink).page();
  }

  private static final class Scraping extends LineParser {

    Scraping(byte[] page, ExpositionSink sink) {
      super(new OpenMetricsLexer(page), sink);
    }

    @Override
    Token nextToken() {
      return lexer.next();
    }

    @Override
    boolean commaRequired() {
      return true;
    }

    void page() throws ExpositionException {
      startEntry();
      Token token = nextToken();
      while (token != Token.EOF_WORD) {
        entry(token);
        startEntry();
        token = nextToken();
      }
      if (nextToken() != Token.EOF) {
        throw new ExpositionException("unexpected data after # EOF");
      }
    }

    private void entry(Token first) throws ExpositionException {
      switch (first) {
        case EOF -> throw noEnd();
        case HELP, TYPE, UNIT -> metadata(first);
        case BRACE_OPEN -> {
          labels(false);
          Token token = nextToken();
          requireMetricName();
          sample(token);
        }
        case METRIC_NAME -> {
          metricName = text(lexer.tokenStart(), lexer.position(), "metric name");
          Token token = nextToken();
          if (token == Token.BRACE_OPEN) {
            labels(false);
            token = nextToken();
          }
          sample(token);
        }
        case INVALID,
            LINEBREAK,
            WHITESPACE,
            EOF_WORD,
            TEXT,
            COMMENT,
            QUOTED,
            BRACE_CLOSE,
            LABEL_NAME,
            LABEL_VALUE,
            COMMA,
            EQUAL,
            TIMESTAMP,
            VALUE ->
            throw unexpected("expected a valid start token", first);
      }
    }

    private static ExpositionException noEnd() {
      return new ExpositionException("data does not end with # EOF");
    }

    private void metadata(Token keyword) throws ExpositionException {
      String family = familyName(keyword);
      if (nextToken() != Token.TEXT) {
        throw new ExpositionException("expected text in " + keyword.word());
      }
      int from = lexer.tokenStart() + 1;
      int to = lexer.position() - 1;
      if (keyword == Token.TYPE) {
        declareType(family, type(from, to));
        return;
      }
      String text = GoText.utf8(lexer.page, from, to);
      if (text == null) {
        throw new ExpositionException(
            keyword.word().toLowerCase(java.util.Locale.ROOT)
                + " text "
                + GoText.quote(lexer.page, from, to)
                + " is not a valid utf8 string");
      }
      if (keyword == Token.HELP) {
        sink.help(family, unescape(text));
      } else {
        if (!text.isEmpty() && !family.endsWith("_" + text)) {
          throw new ExpositionException(
              "unit " + GoText.quote(text) + " not a suffix of metric " + GoText.quote(family));
        }
        sink.unit(family, text);
      }
    }

    private MetricType type(int from, int to) throws ExpositionException {
      String word = GoText.utf8(lexer.page, from, to);
      for (MetricType type : MetricType.values()) {
        if (type.word().equals(word)) {
          return type;
        }
      }
      throw new ExpositionException("invalid metric type " + GoText.quote(lexer.page, from, to));
    }

    private void sample(Token token) throws ExpositionException {
      double value = value(token, "metric");
      String name = requireMetricName();
      dev.mangru.model.metric.Labels series = takeLabels(name);
      long timestampMs = ExpositionSink.NO_TIMESTAMP;
      Token next = nextToken();
      if (next == Token.EOF) {
        throw noEnd();
      }
      if (next == Token.TIMESTAMP) {
        timestampMs = timestampMs("timestamp");
        next = nextToken();
        if (next != Token.LINEBREAK && next != Token.COMMENT) {
          throw unexpected("expected next entry after timestamp", next);
        }
      }
      if (next == Token.COMMENT) {
        Exemplar exemplar = exemplar();
        sink.sample(series, value, timestampMs);
        sink.exemplar(exemplar.labels, exemplar.value, exemplar.timestampMs);
      } else if (next == Token.LINEBREAK) {
        sink.sample(series, value, timestampMs);
      } else {
        throw unexpected("expected timestamp or new record", next);
      }
    }

    private record Exemplar(
        dev.mangru.model.metric.Labels labels, double value, long timestampMs) {}

    private Exemplar exemplar() throws ExpositionException {
      labels(true);
      double value = value(nextToken(), "exemplar labels");
      long timestampMs = ExpositionSink.NO_TIMESTAMP;
      Token next = nextToken();
      if (next == Token.EOF) {
        throw noEnd();
      }
      if (next == Token.TIMESTAMP) {
        timestampMs = timestampMs("exemplar timestamp");
        Token last = nextToken();
        if (last != Token.LINEBREAK) {
          throw unexpected("expected next entry after exemplar timestamp", last);
        }
      } else if (next != Token.LINEBREAK) {
        throw unexpected("expected timestamp or comment", next);
      }
      return new Exemplar(takeLabels(null), value, timestampMs);
    }

    private double value(Token token, String after) throws ExpositionException {
      if (token != Token.VALUE) {
        throw unexpected("expected value after " + after, token);
      }
      return number(lexer.tokenStart() + 1);
    }

    /// Seconds with a fraction, as milliseconds.
    private long timestampMs(String what) throws ExpositionException {
      double seconds = number(lexer.tokenStart() + 1);
      if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
        String word = Double.isNaN(seconds) ? "NaN" : seconds > 0 ? "+Inf" : "-Inf";
        throw new ExpositionException("invalid " + what + " " + word);
      }
      return (long) (seconds * 1000);
    }
  }
}
