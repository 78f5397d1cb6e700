package dev.mangru.tsdb.promql;

/// The operators between two operands, and how tightly they bind.
public enum BinaryOperator {
  OR("or", 1, Kind.SET),
  AND("and", 2, Kind.SET),
  UNLESS("unless", 2, Kind.SET),
  EQUAL("==", 3, Kind.COMPARISON),
  NOT_EQUAL("!=", 3, Kind.COMPARISON),
  LESS_OR_EQUAL("<=", 3, Kind.COMPARISON),
  LESS("<", 3, Kind.COMPARISON),
  GREATER_OR_EQUAL(">=", 3, Kind.COMPARISON),
  GREATER(">", 3, Kind.COMPARISON),
  TRIM_UPPER("</", 3, Kind.ARITHMETIC),
  TRIM_LOWER(">/", 3, Kind.ARITHMETIC),
  ADD("+", 4, Kind.ARITHMETIC),
  SUBTRACT("-", 4, Kind.ARITHMETIC),
  MULTIPLY("*", 5, Kind.ARITHMETIC),
  DIVIDE("/", 5, Kind.ARITHMETIC),
  MODULO("%", 5, Kind.ARITHMETIC),
  ATAN2("atan2", 5, Kind.ARITHMETIC),
  POWER("^", 6, Kind.ARITHMETIC);

  private enum Kind {
    SET,
    COMPARISON,
    ARITHMETIC
  }

  private final String symbol;
  private final int precedence;
  private final Kind kind;

  BinaryOperator(String symbol, int precedence, Kind kind) {
    this.symbol = symbol;
    this.precedence = precedence;
    this.kind = kind;
  }

  /// As PromQL writes it.
  public String symbol() {
    return symbol;
  }

  int precedence() {
    return precedence;
  }

  boolean rightAssociative() {
    return this == POWER;
  }

  boolean isSet() {
    return kind == Kind.SET;
  }

  boolean isComparison() {
    return kind == Kind.COMPARISON;
  }

  /// Applies an arithmetic operator, or a comparison that answers 1 or 0.
  double apply(double left, double right) {
    return switch (this) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> left / right;
      case MODULO -> left % right;
      case POWER -> GoMath.pow(left, right);
      case ATAN2 -> Math.atan2(left, right);
      case EQUAL -> left == right ? 1 : 0;
      case NOT_EQUAL -> left != right ? 1 : 0;
      case LESS_OR_EQUAL -> left <= right ? 1 : 0;
      case LESS -> left < right ? 1 : 0;
      case GREATER_OR_EQUAL -> left >= right ? 1 : 0;
      case GREATER -> left > right ? 1 : 0;
      case OR, AND, UNLESS, TRIM_UPPER, TRIM_LOWER ->
          throw new IllegalStateException(symbol + " does not apply to two numbers");
    };
  }

  /// Whether a comparison holds.
  boolean holds(double left, double right) {
    return apply(left, right) != 0;
  }
}
