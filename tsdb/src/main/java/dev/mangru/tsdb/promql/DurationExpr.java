package dev.mangru.tsdb.promql;

/// Arithmetic on lengths of time, in seconds.
public sealed interface DurationExpr {

  /// Where it stands in the text.
  Position position();

  /// A number of seconds.
  ///
  /// @param duration whether it was written as a duration
  record Literal(double seconds, boolean duration, Position position) implements DurationExpr {}

  /// The query's step; 0 for an instant query.
  record Step(Position position) implements DurationExpr {}

  /// End minus start of the query.
  record Range(Position position) implements DurationExpr {}

  /// The opposite.
  record Negate(DurationExpr inner, Position position) implements DurationExpr {}

  /// In parentheses.
  record Paren(DurationExpr inner, Position position) implements DurationExpr {}

  /// Two operands.
  ///
  /// @param symbol one of `+ - * / % ^`
  record Arithmetic(char symbol, DurationExpr left, DurationExpr right) implements DurationExpr {
    @Override
    public Position position() {
      return new Position(left.position().start(), right.position().end());
    }
  }

  /// The smaller or larger of two.
  record Extreme(boolean max, DurationExpr left, DurationExpr right, Position position)
      implements DurationExpr {}
}
