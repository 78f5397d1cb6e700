package dev.mangru.tsdb.promql;

import dev.mangru.tsdb.promql.Expr.Cardinality;
import dev.mangru.tsdb.promql.Expr.Matching;
import dev.mangru.tsdb.promql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what may stand between an operator and its right operand: `bool`, `on`, `group_left`,
/// `fill` and the like.
final class MatchingParser {

  record Modifiers(boolean bool, Matching matching) {}

  private final TokenStream tokens;

  MatchingParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  Modifiers parse() {
    boolean bool = accept("bool");
    boolean on = tokens.peek().isKeyword("on");
    List<String> labels = List.of();
    List<String> include = List.of();
    Cardinality cardinality = Cardinality.ONE_TO_ONE;
    if (on || tokens.peek().isKeyword("ignoring")) {
      tokens.next();
      labels = new LabelListParser(tokens).parse();
      boolean left = tokens.peek().isKeyword("group_left");
      if (left || tokens.peek().isKeyword("group_right")) {
        tokens.next();
        cardinality = left ? Cardinality.MANY_TO_ONE : Cardinality.ONE_TO_MANY;
        include = tokens.peek().is("(") ? new LabelListParser(tokens).parse() : new ArrayList<>();
      }
    }
    Double fillLeft = null;
    Double fillRight = null;
    if (tokens.peek().isKeyword("fill")) {
      tokens.next();
      fillLeft = fillValue();
      fillRight = fillLeft;
    } else {
      for (int i = 0; i < 2; i++) {
        if (fillLeft == null && tokens.peek().isKeyword("fill_left")) {
          tokens.next();
          fillLeft = fillValue();
        } else if (fillRight == null && tokens.peek().isKeyword("fill_right")) {
          tokens.next();
          fillRight = fillValue();
        }
      }
    }
    return new Modifiers(bool, new Matching(cardinality, labels, on, include, fillLeft, fillRight));
  }

  private boolean accept(String keyword) {
    if (tokens.peek().isKeyword(keyword)) {
      tokens.next();
      return true;
    }
    return false;
  }

  private @Nullable Double fillValue() {
    tokens.expect("(", "fill modifier", "\"(\"");
    double sign = 1;
    if (tokens.peek().is("-") || tokens.peek().is("+")) {
      sign = tokens.next().is("-") ? -1 : 1;
    }
    Token number = tokens.peek();
    if (number.kind() != Kind.NUMBER && number.kind() != Kind.DURATION) {
      throw tokens.unexpected("fill modifier", "number");
    }
    tokens.next();
    List<SyntaxError> errors = new ArrayList<>();
    double value =
        number.kind() == Kind.NUMBER
            ? Numbers.parse(number, errors)
            : Numbers.parseDuration(number, errors);
    if (!errors.isEmpty()) {
      throw new PromqlSyntaxException(errors.getFirst().position(), errors.getFirst().message());
    }
    tokens.expect(")", "fill modifier", "\")\"");
    return sign * value;
  }
}
