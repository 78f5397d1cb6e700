package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.MetricType;

/// Reads the Prometheus text format 0.0.4, with the quoted UTF-8 names of 1.0.0.
///
/// Two readings: [#scrape] takes what Prometheus' scraper takes, and words errors as it does;
/// [#strict] is for checking a page, and also refuses a missing last line break, unknown escapes
/// and repeated metadata. Thread-safe: each call has its own state. Memory is bounded by a small
/// multiple of the page.
public final class PrometheusTextParser {

  private PrometheusTextParser() {}

  /// Reads a page the way a scraper does.
  ///
  /// @throws ExpositionException at the first line that cannot be understood; what came before has
  ///   been told to `sink`
  public static void scrape(byte[] page, ExpositionSink sink) throws ExpositionException {
    byte[] ended = java.util.Arrays.copyOf(page, page.length + 1);
    ended[page.length] = '\n';
    new Scraping(ended, sink).page();
  }

  /// Reads a page the way a checker does.
  ///
  /// @throws ExpositionException at the first line that breaks a rule
  public static void strict(byte[] page, ExpositionSink sink) throws ExpositionException {
    new StrictTextReader(page, sink).page();
  }

  private static final class Scraping extends LineParser {

    Scraping(byte[] page, ExpositionSink sink) {
      super(new PrometheusLexer(page), sink);
    }

    @Override
    Token nextToken() {
      Token token = lexer.next();
      while (token == Token.WHITESPACE) {
        token = lexer.next();
      }
      return token;
    }

    @Override
    boolean commaRequired() {
      return false;
    }

    void page() throws ExpositionException {
      startEntry();
      Token token = nextToken();
      while (token != Token.EOF) {
        entry(token);
        startEntry();
        token = nextToken();
      }
    }

    private void entry(Token first) throws ExpositionException {
      switch (first) {
        case LINEBREAK -> {}
        case HELP, TYPE -> metadata(first);
        case COMMENT -> lineBreak("linebreak expected after comment");
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
            EOF,
            WHITESPACE,
            UNIT,
            EOF_WORD,
            TEXT,
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

    private void metadata(Token keyword) throws ExpositionException {
      String family = familyName(keyword);
      Token token = nextToken();
      if (token != Token.TEXT) {
        throw new ExpositionException(
            "expected text in " + keyword.word() + ", got " + token.word());
      }
      int from = Math.min(lexer.tokenStart() + 1, lexer.position());
      int to = lexer.position();
      if (keyword == Token.HELP) {
        String help = GoText.utf8(lexer.page, from, to);
        if (help == null) {
          throw new ExpositionException(
              "help text " + GoText.quote(lexer.page, from, to) + " is not a valid utf8 string");
        }
        lineBreak("linebreak expected after metadata");
        sink.help(family, unescapeHelp(help));
      } else {
        MetricType type = type(from, to);
        lineBreak("linebreak expected after metadata");
        declareType(family, type);
      }
    }

    private MetricType type(int from, int to) throws ExpositionException {
      return switch (new String(
          lexer.page, from, to - from, java.nio.charset.StandardCharsets.UTF_8)) {
        case "counter" -> MetricType.COUNTER;
        case "gauge" -> MetricType.GAUGE;
        case "histogram" -> MetricType.HISTOGRAM;
        case "summary" -> MetricType.SUMMARY;
        case "untyped" -> MetricType.UNKNOWN;
        default ->
            throw new ExpositionException(
                "invalid metric type " + GoText.quote(lexer.page, from, to));
      };
    }

    private void lineBreak(String expected) throws ExpositionException {
      Token token = nextToken();
      if (token != Token.LINEBREAK) {
        throw unexpected(expected, token);
      }
    }

    private void sample(Token token) throws ExpositionException {
      if (token != Token.VALUE) {
        throw unexpected("expected value after metric", token);
      }
      double value = number(lexer.tokenStart());
      long timestampMs = ExpositionSink.NO_TIMESTAMP;
      Token next = nextToken();
      if (next == Token.TIMESTAMP) {
        timestampMs = timestampMs();
        lineBreak("expected next entry after timestamp");
      } else if (next != Token.LINEBREAK) {
        throw unexpected("expected timestamp or new record", next);
      }
      sink.sample(takeLabels(requireMetricName()), value, timestampMs);
    }

    private long timestampMs() throws ExpositionException {
      String digits = text(lexer.tokenStart(), lexer.position(), "timestamp");
      try {
        return Long.parseLong(digits);
      } catch (NumberFormatException _) {
        throw wrong("strconv.ParseInt: parsing " + GoText.quote(digits) + ": value out of range");
      }
    }

    /// Takes `\\` and `\n` apart; a quote needs no escape in a help text.
    private static String unescapeHelp(String text) {
      if (text.indexOf('\\') < 0) {
        return text;
      }
      StringBuilder plain = new StringBuilder(text.length());
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        char next = i + 1 < text.length() ? text.charAt(i + 1) : 0;
        if (c == '\\' && (next == '\\' || next == 'n')) {
          plain.append(next == 'n' ? '\n' : '\\');
          i++;
        } else {
          plain.append(c);
        }
      }
      return plain.toString();
    }
  }
}
