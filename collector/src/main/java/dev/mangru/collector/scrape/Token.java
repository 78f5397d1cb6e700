package dev.mangru.collector.scrape;

/// What the scraping lexers tell apart. The words appear in error messages, as Prometheus' do.
enum Token {
  INVALID("INVALID"),
  EOF("EOF"),
  LINEBREAK("LINEBREAK"),
  WHITESPACE("WHITESPACE"),
  HELP("HELP"),
  TYPE("TYPE"),
  UNIT("UNIT"),
  EOF_WORD("EOFWORD"),
  TEXT("TEXT"),
  COMMENT("COMMENT"),
  METRIC_NAME("MNAME"),
  QUOTED("QSTRING"),
  BRACE_OPEN("BOPEN"),
  BRACE_CLOSE("BCLOSE"),
  LABEL_NAME("LNAME"),
  LABEL_VALUE("LVALUE"),
  COMMA("COMMA"),
  EQUAL("EQUAL"),
  TIMESTAMP("TIMESTAMP"),
  VALUE("VALUE");

  private final String word;

  Token(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }
}
