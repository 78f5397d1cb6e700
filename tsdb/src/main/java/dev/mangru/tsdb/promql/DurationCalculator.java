package dev.mangru.tsdb.promql;

import dev.mangru.model.error.MangruException;
import dev.mangru.tsdb.promql.Expr.Span;

/// Computes lengths of time once a query's step and range are known.
///
/// @param stepSeconds 0 for an instant query
/// @param rangeSeconds end minus start
record DurationCalculator(double stepSeconds, double rangeSeconds) {

  private static final double MAX_SECONDS = Long.MAX_VALUE / 1e9;

  /// Milliseconds; may be negative.
  long milliseconds(Span span) {
    return switch (span) {
      case Span.Fixed(long ms) -> ms;
      case Span.Computed(DurationExpr expression) -> (long) (seconds(expression) * 1000);
    };
  }

  /// Milliseconds of a range or step, which must be positive.
  long positive(Span span) {
    return switch (span) {
      case Span.Fixed(long ms) -> ms;
      case Span.Computed(DurationExpr expression) -> {
        double seconds = seconds(expression);
        if (seconds <= 0) {
          throw error(expression, "duration must be greater than 0");
        }
        yield (long) (seconds * 1000);
      }
    };
  }

  private double seconds(DurationExpr expression) {
    double value = evaluate(expression);
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw error(expression, "duration is NaN or infinite");
    }
    if (Math.abs(value) > MAX_SECONDS) {
      throw error(expression, "duration is out of range");
    }
    return value;
  }

  private double evaluate(DurationExpr expression) {
    return switch (expression) {
      case DurationExpr.Literal(double seconds, boolean _, Position _) -> seconds;
      case DurationExpr.Step _ -> stepSeconds;
      case DurationExpr.Range _ -> rangeSeconds;
      case DurationExpr.Negate(DurationExpr inner, Position _) -> -evaluate(inner);
      case DurationExpr.Paren(DurationExpr inner, Position _) -> evaluate(inner);
      case DurationExpr.Extreme(boolean max, DurationExpr left, DurationExpr right, Position _) ->
          max
              ? GoMath.max(evaluate(left), evaluate(right))
              : GoMath.min(evaluate(left), evaluate(right));
      case DurationExpr.Arithmetic arithmetic -> arithmetic(arithmetic);
    };
  }

  private double arithmetic(DurationExpr.Arithmetic arithmetic) {
    double left = evaluate(arithmetic.left());
    double right = evaluate(arithmetic.right());
    return switch (arithmetic.symbol()) {
      case '+' -> left + right;
      case '-' -> left - right;
      case '*' -> left * right;
      case '/' -> {
        if (right == 0) {
          throw error(arithmetic, "division by zero");
        }
        yield left / right;
      }
      case '%' -> {
        if (right == 0) {
          throw error(arithmetic, "modulo by zero");
        }
        yield left % right;
      }
      case '^' -> GoMath.pow(left, right);
      default -> throw new IllegalStateException("no such operator: " + arithmetic.symbol());
    };
  }

  private static RuntimeException error(DurationExpr expression, String message) {
    Position position = expression.position();
    return MangruException.badData(position.start() + ":" + position.end() + ": " + message);
  }
}
