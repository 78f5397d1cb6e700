package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import java.util.ArrayList;
import java.util.List;

/// Which series an expression reads. Pure functions.
public final class Selectors {

  private Selectors() {}

  /// The matchers of every selector in the expression, from left to right. Source: Prometheus
  /// `promql/parser/ast.go`, `ExtractSelectors`.
  public static List<List<LabelMatcher>> of(Expr expression) {
    List<List<LabelMatcher>> found = new ArrayList<>();
    visit(expression, found);
    return found;
  }

  private static void visit(Expr expression, List<List<LabelMatcher>> found) {
    switch (expression) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> {}
      case Expr.Paren paren -> visit(paren.inner(), found);
      case Expr.Unary unary -> visit(unary.inner(), found);
      case Expr.Binary binary -> {
        visit(binary.left(), found);
        visit(binary.right(), found);
      }
      case Expr.Aggregate aggregate -> {
        visit(aggregate.inner(), found);
        if (aggregate.parameter() != null) {
          visit(aggregate.parameter(), found);
        }
      }
      case Expr.VectorSelector selector -> found.add(selector.matchers());
      case Expr.MatrixSelector matrix -> found.add(matrix.selector().matchers());
      case Expr.Subquery subquery -> visit(subquery.inner(), found);
      case Expr.Call call -> call.arguments().forEach(argument -> visit(argument, found));
    }
  }
}
