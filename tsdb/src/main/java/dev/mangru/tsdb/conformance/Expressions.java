package dev.mangru.tsdb.conformance;

import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.Expr.At;
import dev.mangru.tsdb.promql.Expr.TimeModifiers;
import java.util.ArrayList;
import java.util.List;

/// Walks over expressions and changes them, for re-runs.
final class Expressions {

  private Expressions() {}

  /// All nodes, parents first.
  static void collect(Expr node, List<Expr> into) {
    into.add(node);
    switch (node) {
      case Expr.NumberLiteral _, Expr.StringLiteral _, Expr.VectorSelector _ -> {
        return;
      }
      case Expr.Paren paren -> collect(paren.inner(), into);
      case Expr.Unary unary -> collect(unary.inner(), into);
      case Expr.Binary binary -> {
        collect(binary.left(), into);
        collect(binary.right(), into);
      }
      case Expr.Call call -> call.arguments().forEach(argument -> collect(argument, into));
      case Expr.Aggregate aggregate -> {
        if (aggregate.parameter() != null) {
          collect(aggregate.parameter(), into);
        }
        collect(aggregate.inner(), into);
      }
      case Expr.MatrixSelector matrix -> collect(matrix.selector(), into);
      case Expr.Subquery subquery -> collect(subquery.inner(), into);
    }
  }

  /// The expression with `@ atMs` on every selector and subquery that has none, but not inside
  /// subqueries.
  static Expr pinned(Expr node, long atMs) {
    return switch (node) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> node;
      case Expr.Paren e -> new Expr.Paren(pinned(e.inner(), atMs), e.position());
      case Expr.Unary e -> new Expr.Unary(e.minus(), pinned(e.inner(), atMs), e.position());
      case Expr.Binary e ->
          new Expr.Binary(
              e.operator(),
              pinned(e.left(), atMs),
              pinned(e.right(), atMs),
              e.bool(),
              e.matching());
      case Expr.Call e -> {
        List<Expr> arguments = new ArrayList<>();
        e.arguments().forEach(argument -> arguments.add(pinned(argument, atMs)));
        yield new Expr.Call(e.function(), arguments, e.position());
      }
      case Expr.Aggregate e ->
          new Expr.Aggregate(
              e.operation(),
              pinned(e.inner(), atMs),
              e.parameter() == null ? null : pinned(e.parameter(), atMs),
              e.grouping(),
              e.without(),
              e.position());
      case Expr.VectorSelector e -> pinned(e, atMs);
      case Expr.MatrixSelector e ->
          new Expr.MatrixSelector(pinned(e.selector(), atMs), e.range(), e.position());
      case Expr.Subquery e ->
          new Expr.Subquery(e.inner(), e.range(), e.step(), pinned(e.time(), atMs), e.position());
    };
  }

  private static Expr.VectorSelector pinned(Expr.VectorSelector e, long atMs) {
    return new Expr.VectorSelector(
        e.name(), e.matchers(), pinned(e.time(), atMs), e.extension(), e.position());
  }

  private static TimeModifiers pinned(TimeModifiers time, long atMs) {
    return time.at() == null ? new TimeModifiers(time.offset(), new At.Instant(atMs)) : time;
  }
}
