package dev.mangru.tsdb.promql;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Turns the text of an expression into an [Expr]. Stateless from outside; thread-safe.
///
/// Errors are `BAD_DATA` with Prometheus' text: `1:4: parse error: unexpected end of input`.
/// Expressions may nest [#MAX_DEPTH] deep and be [#MAX_LENGTH] long.
public final class PromqlParser {

  /// Deepest nesting of an expression, operators in a chain included. Chosen so that every
  /// recursive walk over the tree fits a thread's default stack several times over.
  public static final int MAX_DEPTH = 500;

  /// Longest expression, in UTF-16 units. Chosen: generated dashboards stay well below.
  public static final int MAX_LENGTH = 256 * 1024;

  /// What parsing led to.
  ///
  /// @param errors empty if and only if `expression` is there; the first is the one to show
  public record Outcome(Optional<Expr> expression, List<SyntaxError> errors) {
    public Outcome {
      errors = List.copyOf(errors);
    }
  }

  private PromqlParser() {}

  /// Parses with Prometheus' default options.
  public static Expr parse(String expression) {
    return parse(expression, PromqlOptions.defaults());
  }

  /// Parses with the language that `options` turns on.
  public static Expr parse(String expression, PromqlOptions options) {
    Outcome outcome = tryParse(expression, options);
    return outcome
        .expression()
        .orElseThrow(
            () -> MangruException.badData(outcome.errors().getFirst().describe(expression)));
  }

  /// Parses and tells all errors found instead of throwing.
  public static Outcome tryParse(String expression, PromqlOptions options) {
    List<SyntaxError> errors = new ArrayList<>();
    if (expression.length() > MAX_LENGTH) {
      errors.add(
          new SyntaxError(
              Position.NONE,
              "expression of "
                  + expression.length()
                  + " characters is longer than the limit of "
                  + MAX_LENGTH));
      return new Outcome(Optional.empty(), errors);
    }
    try {
      Expr parsed = new ExpressionParser(expression, options, errors).parseWhole();
      new TypeCheck(expression, errors).check(parsed);
      return errors.isEmpty()
          ? new Outcome(Optional.of(TypeCheck.normalize(parsed)), errors)
          : new Outcome(Optional.empty(), errors);
    } catch (PromqlSyntaxException e) {
      errors.add(e.error());
      return new Outcome(Optional.empty(), errors);
    }
  }

  /// Parses a series selector such as `up{job="api"}`, for `match[]` parameters.
  ///
  /// @throws MangruException `BAD_DATA` if it is none, or if all its matchers match the empty value
  public static List<LabelMatcher> parseSelector(String selector) {
    Expr parsed = parse(selector);
    if (parsed instanceof Expr.VectorSelector vector
        && vector.time().equals(Expr.TimeModifiers.NONE)
        && vector.extension() == Expr.Extension.NONE) {
      return vector.matchers();
    }
    throw MangruException.badData(
        "1:1: parse error: a series selector is expected, got " + parsed.type().text());
  }
}
