package dev.mangru.tsdb.promql;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Expr.At;
import dev.mangru.tsdb.promql.Expr.Extension;
import dev.mangru.tsdb.promql.Expr.Span;
import dev.mangru.tsdb.promql.Expr.TimeModifiers;
import dev.mangru.tsdb.promql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Pratt parser for one expression: operands by recursive descent, operators by binding power.
/// Confined to one thread; used once.
///
/// What cannot be a tree ends parsing ([PromqlSyntaxException]); what is a tree but not allowed is
/// added to the list of errors and parsing goes on, as in Prometheus.
final class ExpressionParser {

  private static final Set<String> KEYWORDS_THAT_ARE_METRIC_NAMES =
      Set.of(
          "offset",
          "smoothed",
          "anchored",
          "by",
          "without",
          "start",
          "end",
          "step",
          "range",
          "fill",
          "fill_left",
          "fill_right");
  private static final Set<String> KEYWORDS_THAT_ARE_FUNCTIONS =
      Set.of("start", "end", "step", "range");

  private final TokenStream tokens;
  private final PromqlOptions options;
  private final List<SyntaxError> errors;
  private final DurationParser durations;
  private int depth;

  /// Aggregations whose arguments are being parsed; errors in there name it.
  private int aggregations;

  /// Height of the tree that the last parse method returned.
  private int height;

  /// Size of all regular expressions so far.
  private int programs;

  ExpressionParser(String input, PromqlOptions options, List<SyntaxError> errors) {
    this.tokens = new TokenStream(new Lexer(input));
    this.options = options;
    this.errors = errors;
    this.durations = new DurationParser(tokens, options, errors);
  }

  Expr parseWhole() {
    if (tokens.peek().kind() == Kind.END_OF_INPUT) {
      throw new PromqlSyntaxException(Position.NONE, "no expression found in input");
    }
    Expr expression = expression(0);
    if (tokens.peek().kind() != Kind.END_OF_INPUT) {
      throw tokens.unexpected("", "");
    }
    return expression;
  }

  private Expr expression(int leastPrecedence) {
    depth++;
    checkDepth(depth);
    Expr left = unary();
    while (true) {
      BinaryOperator operator = operatorAhead();
      if (operator == null || operator.precedence() < leastPrecedence) {
        depth--;
        return left;
      }
      int leftHeight = height;
      tokens.next();
      MatchingParser.Modifiers modifiers = new MatchingParser(tokens).parse();
      Expr right =
          expression(
              operator.rightAssociative() ? operator.precedence() : operator.precedence() + 1);
      height = Math.max(leftHeight, height) + 1;
      checkDepth(height);
      Expr.Binary binary =
          new Expr.Binary(operator, left, right, modifiers.bool(), modifiers.matching());
      if (!options.fillModifiers()
          && (modifiers.matching().fillLeft() != null
              || modifiers.matching().fillRight() != null)) {
        error(binary.position(), "binop fill modifiers are experimental and not enabled");
      }
      left = binary;
    }
  }

  private void checkDepth(int reached) {
    if (reached > PromqlParser.MAX_DEPTH) {
      throw new PromqlSyntaxException(
          tokens.peek().position(),
          "expression is nested deeper than the limit of " + PromqlParser.MAX_DEPTH);
    }
  }

  private @Nullable BinaryOperator operatorAhead() {
    Token token = tokens.peek();
    if (!token.isOperator()) {
      return null;
    }
    for (BinaryOperator operator : BinaryOperator.values()) {
      if (operator.symbol().equalsIgnoreCase(token.text())) {
        return operator;
      }
    }
    return null;
  }

  private Expr unary() {
    Token sign = tokens.peek();
    if (!sign.is("+") && !sign.is("-")) {
      return postfix(primary());
    }
    tokens.next();
    Expr inner = expression(BinaryOperator.POWER.precedence());
    int end = inner.position().end();
    boolean minus = sign.text().equals("-");
    if (inner instanceof Expr.NumberLiteral number) {
      return new Expr.NumberLiteral(
          minus ? -number.value() : number.value(),
          number.duration(),
          new Position(sign.start(), end));
    }
    height++;
    checkDepth(height);
    return new Expr.Unary(minus, inner, new Position(sign.start(), end));
  }

  // Operands ------------------------------------------------------------------------------------

  private Expr primary() {
    Token token = tokens.peek();
    height = 1;
    return switch (token.kind()) {
      case NUMBER, DURATION -> {
        tokens.next();
        double value =
            token.kind() == Kind.NUMBER
                ? Numbers.parse(token, errors)
                : Numbers.parseDuration(token, errors);
        yield new Expr.NumberLiteral(value, token.kind() == Kind.DURATION, token.position());
      }
      case STRING -> {
        tokens.next();
        yield new Expr.StringLiteral(GoText.unquote(token.text()), token.position());
      }
      case IDENTIFIER -> {
        tokens.next();
        yield tokens.peek().is("(") ? call(token) : selector(token);
      }
      case METRIC_IDENTIFIER -> {
        tokens.next();
        yield selector(token);
      }
      case AGGREGATION -> {
        tokens.next();
        Token after = tokens.peek();
        boolean aggregation = after.is("(") || after.isKeyword("by") || after.isKeyword("without");
        yield aggregation ? aggregate(token) : selector(token);
      }
      case KEYWORD -> {
        String word = token.text().toLowerCase(Locale.ROOT);
        if (!KEYWORDS_THAT_ARE_METRIC_NAMES.contains(word)) {
          throw unexpected();
        }
        tokens.next();
        yield KEYWORDS_THAT_ARE_FUNCTIONS.contains(word) && tokens.peek().is("(")
            ? call(token)
            : selector(token);
      }
      case OPERATOR -> {
        if (!Lexer.isAlpha(token.text().charAt(0)) || token.text().equalsIgnoreCase("atan2")) {
          throw unexpected();
        }
        tokens.next();
        yield selector(token);
      }
      case PUNCTUATION -> {
        if (token.is("(")) {
          yield parenthesized();
        }
        if (token.is("{")) {
          yield selector(null);
        }
        throw unexpected();
      }
      case END_OF_INPUT -> throw unexpected();
    };
  }

  private PromqlSyntaxException unexpected() {
    return tokens.unexpected(where(), "");
  }

  /// What the innermost construct around is called that Prometheus' grammar knows by name.
  private String where() {
    return aggregations > 0 ? "aggregation" : "";
  }

  private static boolean startsExpression(Token token) {
    return switch (token.kind()) {
      case NUMBER, DURATION, STRING, IDENTIFIER, METRIC_IDENTIFIER, AGGREGATION -> true;
      case KEYWORD ->
          KEYWORDS_THAT_ARE_METRIC_NAMES.contains(token.text().toLowerCase(Locale.ROOT));
      case OPERATOR ->
          token.is("+")
              || token.is("-")
              || (Lexer.isAlpha(token.text().charAt(0)) && !token.text().equalsIgnoreCase("atan2"));
      case PUNCTUATION -> token.is("(") || token.is("{");
      case END_OF_INPUT -> false;
    };
  }

  private Expr parenthesized() {
    Token open = tokens.next();
    Expr inner = expression(0);
    Token close = tokens.expect(")", where(), "");
    height++;
    checkDepth(height);
    return new Expr.Paren(inner, new Position(open.start(), close.end()));
  }

  private Expr call(Token name) {
    List<Expr> arguments = arguments();
    Function function = Function.named(name.text());
    if (function == null) {
      throw new PromqlSyntaxException(
          name.position(), "unknown function with name " + GoText.quote(name.text()));
    }
    if (function.experimental() && !options.experimentalFunctions()) {
      error(name.position(), "function " + GoText.quote(name.text()) + " is not enabled");
    }
    return new Expr.Call(function, arguments, new Position(name.start(), tokens.consumedEnd()));
  }

  private List<Expr> arguments() {
    tokens.expect("(", where(), "");
    List<Expr> arguments = new ArrayList<>();
    int tallest = 0;
    if (!tokens.peek().is(")")) {
      arguments.add(expression(0));
      tallest = height;
      while (tokens.peek().is(",")) {
        Token comma = tokens.next();
        if (!startsExpression(tokens.peek())) {
          error(comma.position(), "trailing commas not allowed in function call args");
          break;
        }
        arguments.add(expression(0));
        tallest = Math.max(tallest, height);
      }
    }
    tokens.expect(")", where(), "");
    height = tallest + 1;
    checkDepth(height);
    return arguments;
  }

  private Expr aggregate(Token name) {
    Aggregation operation =
        Objects.requireNonNull(Aggregation.named(name.text().toLowerCase(Locale.ROOT)));
    List<String> grouping = List.of();
    boolean without = false;
    boolean modified = false;
    if (!tokens.peek().is("(")) {
      without = tokens.next().isKeyword("without");
      grouping = new LabelListParser(tokens).parse();
      modified = true;
    }
    if (!tokens.peek().is("(")) {
      throw tokens.unexpected("aggregation", "");
    }
    aggregations++;
    List<Expr> arguments = arguments();
    aggregations--;
    int tall = height;
    if (!modified && (tokens.peek().isKeyword("by") || tokens.peek().isKeyword("without"))) {
      without = tokens.next().isKeyword("without");
      grouping = new LabelListParser(tokens).parse();
    }
    height = tall;
    Position position = new Position(name.start(), tokens.consumedEnd());
    if (arguments.isEmpty()) {
      throw new PromqlSyntaxException(position, "no arguments for aggregate expression provided");
    }
    if (operation.experimental() && !options.experimentalFunctions()) {
      throw new PromqlSyntaxException(
          position,
          operation.text()
              + "() is experimental and must be enabled with"
              + " --enable-feature=promql-experimental-functions");
    }
    int wanted = operation.hasParameter() ? 2 : 1;
    if (arguments.size() != wanted) {
      throw new PromqlSyntaxException(
          position,
          "wrong number of arguments for aggregate expression provided, expected "
              + wanted
              + ", got "
              + arguments.size());
    }
    return new Expr.Aggregate(
        operation,
        arguments.getLast(),
        operation.hasParameter() ? arguments.getFirst() : null,
        grouping,
        without,
        position);
  }

  private Expr selector(@Nullable Token name) {
    List<LabelMatcher> matchers = new ArrayList<>();
    int start = name == null ? tokens.peek().start() : name.start();
    if (tokens.peek().is("{")) {
      MatcherParser parser = new MatcherParser(tokens, errors, programs);
      parser.parse(matchers);
      programs = parser.programs();
    }
    Position position = new Position(start, tokens.consumedEnd());
    String metric = name == null ? "" : name.text();
    if (name != null) {
      matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, metric));
    }
    return new Expr.VectorSelector(metric, matchers, TimeModifiers.NONE, Extension.NONE, position);
  }

  // What may follow an operand ------------------------------------------------------------------

  private Expr postfix(Expr operand) {
    Expr result = operand;
    while (true) {
      Token token = tokens.peek();
      if (token.is("[")) {
        result = bracket(result);
      } else if (token.is("@")) {
        result = at(result);
      } else if (token.isKeyword("offset")) {
        result = offset(result);
      } else if (token.isKeyword("anchored")) {
        tokens.next();
        result = extend(result, Extension.ANCHORED, "anchored");
      } else if (token.isKeyword("smoothed")) {
        tokens.next();
        result = extend(result, Extension.SMOOTHED, "smoothed");
      } else {
        return result;
      }
    }
  }

  private Expr bracket(Expr operand) {
    Token open = tokens.next();
    Span range = durations.positive("subquery or range selector");
    height++;
    checkDepth(height);
    if (tokens.peek().is(":")) {
      tokens.next();
      Span step = null;
      if (!tokens.peek().is("]")) {
        step = durations.positiveStep();
      }
      Token close = tokens.expect("]", "subquery selector", "\"]\"");
      return new Expr.Subquery(
          operand,
          range,
          step,
          TimeModifiers.NONE,
          new Position(operand.position().start(), close.end()));
    }
    Token close = tokens.expect("]", "subquery or range", "\":\" or \"]\"");
    Position brackets = new Position(open.start(), close.end());
    Position whole = new Position(operand.position().start(), close.end());
    if (!(operand instanceof Expr.VectorSelector selector)) {
      throw new PromqlSyntaxException(brackets, "ranges only allowed for vector selectors");
    }
    if (selector.time().offset() != null) {
      error(brackets, "no offset modifiers allowed before range");
    } else if (selector.time().at() != null) {
      error(brackets, "no @ modifiers allowed before range");
    }
    return new Expr.MatrixSelector(selector, range, whole);
  }

  private Expr at(Expr operand) {
    tokens.next();
    Token token = tokens.peek();
    At at;
    if (token.isKeyword("start") || token.isKeyword("end")) {
      tokens.next();
      tokens.expect("(", "@", "timestamp");
      tokens.expect(")", "@", "timestamp");
      at = token.isKeyword("start") ? new At.Start() : new At.End();
    } else {
      double sign = 1;
      if (token.is("+") || token.is("-")) {
        sign = tokens.next().is("-") ? -1 : 1;
      }
      Token number = tokens.peek();
      if (number.kind() != Kind.NUMBER && number.kind() != Kind.DURATION) {
        throw tokens.unexpected("@", "timestamp");
      }
      tokens.next();
      double seconds =
          sign
              * (number.kind() == Kind.NUMBER
                  ? Numbers.parse(number, errors)
                  : Numbers.parseDuration(number, errors));
      if (!Double.isFinite(seconds) || seconds >= Long.MAX_VALUE || seconds <= Long.MIN_VALUE) {
        error(
            operand.position(),
            "timestamp out of bounds for @ modifier: " + GoFormat.fixed(seconds, 6));
        return operand;
      }
      at = new At.Instant(GoMath.round(seconds * 1000));
    }
    TimeModifiers before = modifiersOf(operand);
    if (before == null) {
      error(
          operand.position(),
          "@ modifier must be preceded by an instant vector selector or range vector selector or a"
              + " subquery");
      return operand;
    }
    if (before.at() != null) {
      error(operand.position(), "@ <timestamp> may not be set multiple times");
      return operand;
    }
    return withModifiers(operand, new TimeModifiers(before.offset(), at));
  }

  private Expr offset(Expr operand) {
    tokens.next();
    Span offset = durations.offset();
    TimeModifiers before = modifiersOf(operand);
    if (before == null) {
      error(
          operand.position(),
          "offset modifier must be preceded by an instant vector selector or range vector selector"
              + " or a subquery");
      return operand;
    }
    if (before.offset() != null && !before.offset().equals(new Span.Fixed(0))) {
      error(operand.position(), "offset may not be set multiple times");
      return operand;
    }
    return withModifiers(operand, new TimeModifiers(offset, before.at()));
  }

  private static @Nullable TimeModifiers modifiersOf(Expr operand) {
    return switch (operand) {
      case Expr.VectorSelector selector -> selector.time();
      case Expr.MatrixSelector matrix -> matrix.selector().time();
      case Expr.Subquery subquery -> subquery.time();
      case Expr.NumberLiteral _,
          Expr.StringLiteral _,
          Expr.Paren _,
          Expr.Unary _,
          Expr.Binary _,
          Expr.Call _,
          Expr.Aggregate _ ->
          null;
    };
  }

  private Expr withModifiers(Expr operand, TimeModifiers time) {
    Position position = new Position(operand.position().start(), tokens.consumedEnd());
    return switch (operand) {
      case Expr.VectorSelector s ->
          new Expr.VectorSelector(s.name(), s.matchers(), time, s.extension(), position);
      case Expr.MatrixSelector m -> {
        Expr.VectorSelector s = m.selector();
        yield new Expr.MatrixSelector(
            new Expr.VectorSelector(s.name(), s.matchers(), time, s.extension(), s.position()),
            m.range(),
            position);
      }
      case Expr.Subquery s -> new Expr.Subquery(s.inner(), s.range(), s.step(), time, position);
      case Expr.NumberLiteral _,
          Expr.StringLiteral _,
          Expr.Paren _,
          Expr.Unary _,
          Expr.Binary _,
          Expr.Call _,
          Expr.Aggregate _ ->
          operand;
    };
  }

  private Expr extend(Expr operand, Extension extension, String word) {
    if (!options.extendedRangeSelectors()) {
      error(operand.position(), word + " modifier is experimental and not enabled");
      return operand;
    }
    return switch (operand) {
      case Expr.VectorSelector selector -> extend(selector, extension, operand.position());
      case Expr.MatrixSelector matrix ->
          new Expr.MatrixSelector(
              extend(matrix.selector(), extension, operand.position()),
              matrix.range(),
              matrix.position());
      case Expr.Subquery _ -> {
        error(operand.position(), word + " modifier is not supported for subqueries");
        yield operand;
      }
      case Expr.NumberLiteral _,
          Expr.StringLiteral _,
          Expr.Paren _,
          Expr.Unary _,
          Expr.Binary _,
          Expr.Call _,
          Expr.Aggregate _ -> {
        error(operand.position(), word + " modifier not implemented");
        yield operand;
      }
    };
  }

  private Expr.VectorSelector extend(
      Expr.VectorSelector selector, Extension extension, Position position) {
    if (selector.extension() != Extension.NONE && selector.extension() != extension) {
      error(position, "anchored and smoothed modifiers cannot be used together");
    }
    return new Expr.VectorSelector(
        selector.name(), selector.matchers(), selector.time(), extension, selector.position());
  }

  private void error(Position position, String message) {
    errors.add(new SyntaxError(position, message));
  }

  /// A matcher whose regular expression does not parse becomes an error at its place.
  static void addMatcher(
      List<LabelMatcher> matchers,
      LabelMatcher.Operator operator,
      String name,
      String value,
      Position position,
      List<SyntaxError> errors) {
    try {
      matchers.add(LabelMatcher.of(operator, name, value));
    } catch (MangruException e) {
      errors.add(new SyntaxError(position, e.text()));
    }
  }
}
