package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Expr.Cardinality;
import dev.mangru.tsdb.promql.Expr.Matching;
import java.util.ArrayList;
import java.util.List;

/// Finds what parses but makes no sense: wrong types, wrong numbers of arguments, selectors of
/// everything.
final class TypeCheck {

  private final String input;
  private final List<SyntaxError> errors;

  TypeCheck(String input, List<SyntaxError> errors) {
    this.input = input;
    this.errors = errors;
  }

  void check(Expr expression) {
    switch (expression) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> {
        return;
      }
      case Expr.Paren paren -> check(paren.inner());
      case Expr.Unary unary -> {
        check(unary.inner());
        ValueType type = unary.inner().type();
        if (type != ValueType.SCALAR && type != ValueType.VECTOR) {
          error(
              unary.position(),
              "unary expression only allowed on expressions of type scalar or instant vector, got "
                  + GoText.quote(type.text()));
        }
      }
      case Expr.Binary binary -> checkBinary(binary);
      case Expr.Call call -> checkCall(call);
      case Expr.Aggregate aggregate -> checkAggregate(aggregate);
      case Expr.VectorSelector selector -> checkSelector(selector);
      case Expr.MatrixSelector matrix -> check(matrix.selector());
      case Expr.Subquery subquery -> {
        check(subquery.inner());
        ValueType type = subquery.inner().type();
        if (type != ValueType.VECTOR) {
          error(
              subquery.position(),
              "subquery is only allowed on instant vector, got " + type.code() + " instead");
        }
      }
    }
  }

  private void checkBinary(Expr.Binary binary) {
    check(binary.left());
    check(binary.right());
    BinaryOperator operator = binary.operator();
    ValueType left = binary.left().type();
    ValueType right = binary.right().type();
    Matching matching = binary.matching();
    if (binary.bool() && !operator.isComparison()) {
      error(operatorPosition(binary), "bool modifier can only be used on comparison operators");
    }
    if (operator.isComparison()
        && !binary.bool()
        && left == ValueType.SCALAR
        && right == ValueType.SCALAR) {
      error(operatorPosition(binary), "comparisons between scalars must use BOOL modifier");
    }
    for (String label : matching.labels()) {
      if (matching.on() && matching.include().contains(label)) {
        error(
            operatorPosition(binary),
            "label " + GoText.quote(label) + " must not occur in ON and GROUP clause at once");
      }
    }
    for (Expr side : List.of(binary.left(), binary.right())) {
      if (side.type() != ValueType.SCALAR && side.type() != ValueType.VECTOR) {
        error(
            side.position(), "binary expression must contain only scalar and instant vector types");
      }
    }
    boolean fills = matching.fillLeft() != null || matching.fillRight() != null;
    if (left != ValueType.VECTOR || right != ValueType.VECTOR) {
      if (!matching.labels().isEmpty()) {
        error(binary.position(), "vector matching only allowed between instant vectors");
      }
      if (fills) {
        error(binary.position(), "filling in missing series only allowed between instant vectors");
      }
    } else if (operator.isSet()) {
      if (matching.cardinality() == Cardinality.MANY_TO_ONE
          || matching.cardinality() == Cardinality.ONE_TO_MANY) {
        error(
            binary.position(),
            "no grouping allowed for " + GoText.quote(operator.symbol()) + " operation");
        error(binary.position(), "set operations must always be many-to-many");
      }
      if (fills) {
        error(binary.position(), "filling in missing series not allowed for set operators");
      }
    }
    if (operator.isSet() && (left == ValueType.SCALAR || right == ValueType.SCALAR)) {
      error(
          binary.position(),
          "set operator "
              + GoText.quote(operator.symbol())
              + " not allowed in binary scalar expression");
    }
  }

  private Position operatorPosition(Expr.Binary binary) {
    int start = binary.left().position().end();
    while (start < input.length() && Lexer.isSpace(input.charAt(start))) {
      start++;
    }
    int end = binary.right().position().start() - 1;
    while (end > start && Lexer.isSpace(input.charAt(end))) {
      end--;
    }
    return new Position(start, end);
  }

  private void checkAggregate(Expr.Aggregate aggregate) {
    expect(aggregate.inner(), ValueType.VECTOR, "aggregation expression");
    if (aggregate.parameter() != null) {
      ValueType wanted =
          aggregate.operation() == Aggregation.COUNT_VALUES ? ValueType.STRING : ValueType.SCALAR;
      expect(aggregate.parameter(), wanted, "aggregation parameter");
    }
  }

  private void expect(Expr expression, ValueType wanted, String context) {
    check(expression);
    if (expression.type() != wanted) {
      error(
          expression.position(),
          "expected type "
              + wanted.text()
              + " in "
              + context
              + ", got "
              + expression.type().text());
    }
  }

  private void checkCall(Expr.Call call) {
    Function function = call.function();
    int given = call.arguments().size();
    int declared = function.arguments().size();
    String name = GoText.quote(function.text());
    if (function.variadic() == 0) {
      if (given != declared) {
        error(
            call.position(),
            "expected " + declared + " argument(s) in call to " + name + ", got " + given);
      }
    } else if (given < declared - 1) {
      error(
          call.position(),
          "expected at least "
              + (declared - 1)
              + " argument(s) in call to "
              + name
              + ", got "
              + given);
    } else if (function.variadic() > 0 && given > declared - 1 + function.variadic()) {
      error(
          call.position(),
          "expected at most "
              + (declared - 1 + function.variadic())
              + " argument(s) in call to "
              + name
              + ", got "
              + given);
    }
    if (function == Function.INFO && given > 1) {
      checkInfoSelector(call.arguments().get(1));
    }
    for (int i = 0; i < given; i++) {
      if (i >= declared && function.variadic() == 0) {
        return;
      }
      Expr argument = call.arguments().get(i);
      ValueType wanted = function.arguments().get(Math.min(i, declared - 1));
      if (!(function == Function.INFO && i == 1 && argument instanceof Expr.VectorSelector)) {
        check(argument);
      }
      if (argument.type() != wanted) {
        error(
            argument.position(),
            "expected type "
                + wanted.text()
                + " in call to function "
                + name
                + ", got "
                + argument.type().text());
      }
    }
  }

  private void checkInfoSelector(Expr argument) {
    if (!(argument instanceof Expr.VectorSelector selector)) {
      error(argument.position(), "expected label selectors only");
    } else if (!selector.name().isEmpty()) {
      error(argument.position(), "expected label selectors only, got vector selector instead");
    }
  }

  private void checkSelector(Expr.VectorSelector selector) {
    List<LabelMatcher> matchers = selector.matchers();
    if (!selector.name().isEmpty()) {
      for (LabelMatcher matcher : matchers.subList(0, matchers.size() - 1)) {
        if (matcher.name().equals(Labels.METRIC_NAME)) {
          error(
              selector.position(),
              "metric name must not be set twice: "
                  + GoText.quote(selector.name())
                  + " or "
                  + GoText.quote(matcher.value()));
        }
      }
      return;
    }
    if (matchers.stream().allMatch(LabelMatcher::matchesEmpty)) {
      error(selector.position(), "vector selector must contain at least one non-empty matcher");
    }
  }

  private void error(Position position, String message) {
    errors.add(new SyntaxError(position, message));
  }

  /// The tree as evaluated: set operators are many-to-many.
  static Expr normalize(Expr expression) {
    return switch (expression) {
      case Expr.NumberLiteral _,
          Expr.StringLiteral _,
          Expr.VectorSelector _,
          Expr.MatrixSelector _ ->
          expression;
      case Expr.Paren e -> new Expr.Paren(normalize(e.inner()), e.position());
      case Expr.Unary e -> new Expr.Unary(e.minus(), normalize(e.inner()), e.position());
      case Expr.Binary e -> {
        Matching m = e.matching();
        Matching matching =
            e.operator().isSet()
                ? new Matching(
                    Cardinality.MANY_TO_MANY, m.labels(), m.on(), m.include(), null, null)
                : m;
        yield new Expr.Binary(
            e.operator(), normalize(e.left()), normalize(e.right()), e.bool(), matching);
      }
      case Expr.Call e -> {
        List<Expr> arguments = new ArrayList<>();
        e.arguments().forEach(argument -> arguments.add(normalize(argument)));
        yield new Expr.Call(e.function(), arguments, e.position());
      }
      case Expr.Aggregate e ->
          new Expr.Aggregate(
              e.operation(),
              normalize(e.inner()),
              e.parameter() == null ? null : normalize(e.parameter()),
              e.grouping(),
              e.without(),
              e.position());
      case Expr.Subquery e ->
          new Expr.Subquery(normalize(e.inner()), e.range(), e.step(), e.time(), e.position());
    };
  }
}
