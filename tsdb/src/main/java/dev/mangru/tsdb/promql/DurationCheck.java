package dev.mangru.tsdb.promql;

import dev.mangru.tsdb.promql.Expr.Span;
import org.jspecify.annotations.Nullable;

/// Computes all lengths of time of an expression before anything is read, so that a query with one
/// that cannot be is refused as a whole. Stateless.
final class DurationCheck {

  private DurationCheck() {}

  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` for the first that cannot be, outer
  ///   ones before inner ones
  static void check(Expr expression, QueryContext context) {
    switch (expression) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> {
        return;
      }
      case Expr.Paren paren -> check(paren.inner(), context);
      case Expr.Unary unary -> check(unary.inner(), context);
      case Expr.Binary binary -> {
        check(binary.left(), context);
        check(binary.right(), context);
      }
      case Expr.Call call -> call.arguments().forEach(argument -> check(argument, context));
      case Expr.Aggregate aggregate -> {
        check(aggregate.inner(), context);
        if (aggregate.parameter() != null) {
          check(aggregate.parameter(), context);
        }
      }
      case Expr.VectorSelector selector -> {
        long _ = context.offset(selector.time());
      }
      case Expr.MatrixSelector matrix -> {
        positive(matrix.range(), context);
        check(matrix.selector(), context);
      }
      case Expr.Subquery subquery -> {
        long _ = context.offset(subquery.time());
        positive(subquery.step(), context);
        positive(subquery.range(), context);
        check(subquery.inner(), context);
      }
    }
  }

  private static void positive(@Nullable Span span, QueryContext context) {
    if (span != null) {
      long _ = context.range(span);
    }
  }
}
