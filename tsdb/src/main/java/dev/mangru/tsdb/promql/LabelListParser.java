package dev.mangru.tsdb.promql;

import dev.mangru.tsdb.promql.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/// Reads `(a, "b.c", d,)`: the labels of `by`, `on`, `group_left` and the like.
final class LabelListParser {

  private static final String CONTEXT = "grouping opts";
  private final TokenStream tokens;

  LabelListParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  List<String> parse() {
    tokens.expect("(", CONTEXT, "\"(\"");
    List<String> labels = new ArrayList<>();
    if (tokens.peek().is(")")) {
      tokens.next();
      return labels;
    }
    while (true) {
      labels.add(label());
      if (tokens.peek().is(")")) {
        tokens.next();
        return labels;
      }
      tokens.expect(",", CONTEXT, "\",\" or \")\"");
      if (tokens.peek().is(")")) {
        tokens.next();
        return labels;
      }
    }
  }

  private String label() {
    Token token = tokens.peek();
    boolean word =
        token.kind() == Kind.IDENTIFIER
            || token.kind() == Kind.AGGREGATION
            || token.kind() == Kind.KEYWORD
            || (token.kind() == Kind.OPERATOR && Lexer.isAlpha(token.text().charAt(0)));
    if (!word && token.kind() != Kind.STRING) {
      throw tokens.unexpected(CONTEXT, "label");
    }
    tokens.next();
    return word ? token.text() : GoText.unquote(token.text());
  }
}
