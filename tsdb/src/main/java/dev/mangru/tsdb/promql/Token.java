package dev.mangru.tsdb.promql;

/// One word of an expression.
///
/// @param text as written
/// @param start its first UTF-16 unit
record Token(Kind kind, String text, int start) {

  enum Kind {
    END_OF_INPUT("end of input"),
    IDENTIFIER("identifier"),
    METRIC_IDENTIFIER("metric identifier"),
    STRING("string"),
    NUMBER("number"),
    DURATION("duration"),
    OPERATOR(""),
    AGGREGATION(""),
    KEYWORD(""),
    PUNCTUATION("");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  int end() {
    return start + text.length();
  }

  Position position() {
    return new Position(start, end());
  }

  boolean is(String symbol) {
    return (kind == Kind.PUNCTUATION || kind == Kind.OPERATOR) && text.equals(symbol);
  }

  boolean isKeyword(String word) {
    return kind == Kind.KEYWORD && text.equalsIgnoreCase(word);
  }

  boolean isOperator() {
    return kind == Kind.OPERATOR;
  }

  /// As an error message names it.
  String describe() {
    return switch (kind) {
      case END_OF_INPUT -> kind.text;
      case IDENTIFIER, METRIC_IDENTIFIER -> kind.text + " " + GoText.quote(text);
      case STRING, NUMBER, DURATION -> kind.text + " " + shortened();
      case OPERATOR -> "<op:" + text + ">";
      case AGGREGATION -> "<aggr:" + text + ">";
      case KEYWORD -> "<" + text + ">";
      case PUNCTUATION -> GoText.quote(text);
    };
  }

  private String shortened() {
    return text.length() > 10 ? GoText.quote(text.substring(0, 10)) + "..." : GoText.quote(text);
  }
}
