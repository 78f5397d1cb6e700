package dev.mangru.tsdb.promql;

import dev.mangru.tsdb.promql.Expr.Span;
import dev.mangru.tsdb.promql.Token.Kind;
import java.util.List;
import java.util.Locale;

/// Reads the lengths of time in brackets and after `offset`. Plain numbers and durations are
/// [Span.Fixed]; arithmetic is [Span.Computed] and needs its flag.
final class DurationParser {

  private static final String OPERANDS = "number, duration, step(), or range()";
  private static final double MAX_SECONDS = Long.MAX_VALUE / 1e9;

  private final TokenStream tokens;
  private final PromqlOptions options;
  private final List<SyntaxError> errors;
  private int depth;

  DurationParser(TokenStream tokens, PromqlOptions options, List<SyntaxError> errors) {
    this.tokens = tokens;
    this.options = options;
    this.errors = errors;
  }

  /// The range in brackets.
  Span positive(String context) {
    return checkPositive(whole(context, OPERANDS));
  }

  /// The step of a subquery.
  Span positiveStep() {
    return checkPositive(whole("subquery selector", "number, duration, step(), range(), or \"]\""));
  }

  private Span checkPositive(DurationExpr expression) {
    if (expression instanceof DurationExpr.Literal(double seconds, boolean _, Position position)) {
      if (seconds <= 0 || Double.isNaN(seconds)) {
        errors.add(new SyntaxError(position, "duration must be greater than 0"));
      }
      return new Span.Fixed(milliseconds(seconds));
    }
    return computed(expression);
  }

  private DurationExpr whole(String context, String expected) {
    return expression(0, context, expected);
  }

  /// What follows `offset`: one signed operand; arithmetic needs parentheses.
  Span offset() {
    Token token = tokens.peek();
    boolean minus = false;
    if (token.is("+") || token.is("-")) {
      minus = tokens.next().is("-");
    }
    DurationExpr operand = operand("offset", OPERANDS, token.start());
    if (operand instanceof DurationExpr.Literal literal) {
      return new Span.Fixed(milliseconds(minus ? -literal.seconds() : literal.seconds()));
    }
    return computed(
        minus
            ? new DurationExpr.Negate(
                operand, new Position(token.start(), operand.position().end()))
            : operand);
  }

  private Span computed(DurationExpr expression) {
    if (!options.durationExpressions()) {
      errors.add(
          new SyntaxError(
              tokens.peek().position(), "experimental duration expression is not enabled"));
    }
    return new Span.Computed(expression);
  }

  private DurationExpr expression(int leastPrecedence, String context, String expected) {
    enter();
    DurationExpr left = unary(context, expected);
    while (true) {
      Token operator = tokens.peek();
      int precedence = precedence(operator);
      if (precedence < 0 || precedence < leastPrecedence) {
        depth--;
        return left;
      }
      tokens.next();
      char symbol = operator.text().charAt(0);
      DurationExpr right =
          expression(symbol == '^' ? precedence : precedence + 1, context, expected);
      left = arithmetic(symbol, left, right, operator);
    }
  }

  private void enter() {
    depth++;
    if (depth > PromqlParser.MAX_DEPTH) {
      throw new PromqlSyntaxException(
          tokens.peek().position(),
          "duration is nested deeper than the limit of " + PromqlParser.MAX_DEPTH);
    }
  }

  private DurationExpr arithmetic(
      char symbol, DurationExpr left, DurationExpr right, Token operator) {
    if (right instanceof DurationExpr.Literal(double seconds, boolean _, Position _)
        && seconds == 0
        && (symbol == '/' || symbol == '%')) {
      errors.add(
          new SyntaxError(
              operator.position(), symbol == '/' ? "division by zero" : "modulo by zero"));
      return new DurationExpr.Literal(0, false, Position.NONE);
    }
    return new DurationExpr.Arithmetic(symbol, left, right);
  }

  private static int precedence(Token operator) {
    if (!operator.isOperator()) {
      return -1;
    }
    return switch (operator.text()) {
      case "+", "-" -> 1;
      case "*", "/", "%" -> 2;
      case "^" -> 3;
      default -> -1;
    };
  }

  private DurationExpr unary(String context, String expected) {
    Token sign = tokens.peek();
    if (!sign.is("+") && !sign.is("-")) {
      return operand(context, expected, sign.start());
    }
    tokens.next();
    DurationExpr inner = expression(3, context, expected);
    if (sign.text().equals("+")) {
      return inner;
    }
    if (inner instanceof DurationExpr.Literal literal) {
      return new DurationExpr.Literal(
          -literal.seconds(),
          literal.duration(),
          new Position(sign.start(), literal.position().end()));
    }
    return new DurationExpr.Negate(inner, new Position(sign.start(), inner.position().end()));
  }

  private DurationExpr operand(String context, String expected, int start) {
    Token token = tokens.peek();
    if (token.kind() == Kind.NUMBER || token.kind() == Kind.DURATION) {
      tokens.next();
      boolean duration = token.kind() == Kind.DURATION;
      double seconds =
          duration ? Numbers.parseDuration(token, errors) : Numbers.parse(token, errors);
      if (!(Math.abs(seconds) <= MAX_SECONDS)) {
        errors.add(new SyntaxError(token.position(), "duration out of range"));
        return new DurationExpr.Literal(0, false, Position.NONE);
      }
      return new DurationExpr.Literal(seconds, duration, new Position(start, token.end()));
    }
    String word = token.text().toLowerCase(Locale.ROOT);
    if (token.is("(")) {
      tokens.next();
      DurationExpr inner = expression(0, context, expected);
      tokens.expect(")", context, "\")\"");
      return new DurationExpr.Paren(inner, here(token));
    }
    if (token.isKeyword("step") || token.isKeyword("range")) {
      tokens.next();
      tokens.expect("(", context, expected);
      tokens.expect(")", context, "\")\"");
      return word.equals("step")
          ? new DurationExpr.Step(here(token))
          : new DurationExpr.Range(here(token));
    }
    if (word.equals("min_of") || word.equals("max_of")) {
      tokens.next();
      tokens.expect("(", context, "\"(\"");
      DurationExpr left = expression(0, context, expected);
      tokens.expect(",", context, "\",\"");
      DurationExpr right = expression(0, context, expected);
      tokens.expect(")", context, "\")\"");
      return new DurationExpr.Extreme(word.equals("max_of"), left, right, here(token));
    }
    throw tokens.unexpected(context, expected);
  }

  private Position here(Token first) {
    return new Position(first.start(), tokens.consumedEnd());
  }

  /// Rounded to nanoseconds, then cut to milliseconds, as Prometheus does.
  private static long milliseconds(double seconds) {
    return Math.round(seconds * 1e9) / 1_000_000;
  }
}
