package dev.mangru.tsdb.promql;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/// Finds the parts of an expression whose value is the same at every step, so that they are
/// evaluated once.
final class StepInvariance {

  private final Set<Expr> invariant = Collections.newSetFromMap(new IdentityHashMap<>());

  StepInvariance(Expr root) {
    visit(root);
  }

  boolean holds(Expr expression) {
    return invariant.contains(expression);
  }

  private boolean visit(Expr expression) {
    boolean same =
        switch (expression) {
          case Expr.NumberLiteral _, Expr.StringLiteral _ -> true;
          case Expr.Paren paren -> visit(paren.inner());
          case Expr.Unary unary -> visit(unary.inner());
          case Expr.Binary binary -> {
            boolean left = visit(binary.left());
            yield visit(binary.right()) && left;
          }
          case Expr.Aggregate aggregate -> {
            boolean inner = visit(aggregate.inner());
            yield (aggregate.parameter() == null || visit(aggregate.parameter())) && inner;
          }
          case Expr.VectorSelector selector -> selector.time().at() != null;
          case Expr.MatrixSelector matrix -> matrix.selector().time().at() != null;
          case Expr.Subquery subquery -> {
            visit(subquery.inner());
            yield subquery.time().at() != null;
          }
          case Expr.Call call -> visit(call);
        };
    if (same) {
      invariant.add(expression);
    }
    return same;
  }

  private boolean visit(Expr.Call call) {
    boolean same = true;
    for (Expr argument : call.arguments()) {
      same &= visit(argument);
    }
    if (call.function() == Function.TIMESTAMP) {
      return same && unwrap(call.arguments().getFirst()) instanceof Expr.VectorSelector;
    }
    return same && !call.function().dependsOnTime();
  }

  /// The expression inside any parentheses.
  static Expr unwrap(Expr expression) {
    Expr inner = expression;
    while (inner instanceof Expr.Paren paren) {
      inner = paren.inner();
    }
    return inner;
  }
}
