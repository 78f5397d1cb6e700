package dev.mangru.tsdb.promql;

import dev.mangru.tsdb.promql.Expr.Cardinality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Operators between scalars, between a vector and a scalar, and the set operators; two vectors go
/// to [VectorMatcher]. Confined to the query's thread.
final class BinaryEvaluator {

  private final QueryContext context;
  private final Evaluator evaluator;

  BinaryEvaluator(QueryContext context, Evaluator evaluator) {
    this.context = context;
    this.evaluator = evaluator;
  }

  Evaluated evaluate(Expr.Binary binary, Steps steps) {
    Evaluated left = evaluator.evaluate(binary.left(), steps);
    Evaluated right = evaluator.evaluate(binary.right(), steps);
    if (left instanceof Evaluated.Scalars(double[] a)) {
      if (right instanceof Evaluated.Scalars(double[] b)) {
        return scalars(binary, a, b, steps);
      }
      if (right instanceof Evaluated.Vectors vectors) {
        return vectorAndScalar(binary, vectors, a, true);
      }
    }
    if (left instanceof Evaluated.Vectors one) {
      if (right instanceof Evaluated.Scalars(double[] b)) {
        return vectorAndScalar(binary, one, b, false);
      }
      if (right instanceof Evaluated.Vectors other) {
        return vectors(binary, one, other, steps);
      }
    }
    throw new IllegalStateException("the parser lets no strings through");
  }

  private Evaluated vectors(
      Expr.Binary binary, Evaluated.Vectors left, Evaluated.Vectors right, Steps steps) {
    if (binary.matching().cardinality() == Cardinality.MANY_TO_MANY) {
      return new Evaluated.Vectors(
          new SetOperation(binary, context).apply(left.series(), right.series(), steps));
    }
    Evaluated result =
        new Evaluated.Vectors(
            new VectorMatcher(binary, context, evaluator)
                .apply(left.series(), right.series(), steps));
    evaluator.release(left);
    evaluator.release(right);
    return result;
  }

  private Evaluated scalars(Expr.Binary binary, double[] left, double[] right, Steps steps) {
    double[] values = evaluator.allocate(steps);
    if (isTrim(binary.operator())) {
      throw QueryContext.execution(
          "operator "
              + GoText.quote(binary.operator().symbol())
              + " not allowed for Scalar operations");
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = binary.operator().apply(left[i], right[i]);
    }
    context.budget().work(values.length);
    return new Evaluated.Scalars(values);
  }

  static boolean isTrim(BinaryOperator operator) {
    return operator == BinaryOperator.TRIM_LOWER || operator == BinaryOperator.TRIM_UPPER;
  }

  static void incompatible(Expr.Binary binary, QueryContext context) {
    String symbol = binary.operator().symbol();
    context
        .annotations()
        .info(
            "incompatible sample types encountered for binary operator "
                + GoText.quote(symbol)
                + ": float "
                + symbol
                + " float",
            binary.position());
  }

  private Evaluated.Vectors vectorAndScalar(
      Expr.Binary binary, Evaluated.Vectors vectors, double[] scalars, boolean scalarLeft) {
    BinaryOperator operator = binary.operator();
    boolean filter = operator.isComparison() && !binary.bool();
    List<StepSeries> result = new ArrayList<>();
    for (StepSeries series : vectors.series()) {
      double[] own = series.values();
      double[] values = new double[own.length];
      double[] left = scalarLeft ? scalars : own;
      double[] right = scalarLeft ? own : scalars;
      if (isTrim(operator)) {
        if (series.anyPresent()) {
          incompatible(binary, context);
        }
        Arrays.fill(values, StepSeries.ABSENT);
      } else if (filter) {
        Arithmetic.filter(operator, left, right, own, values);
      } else {
        Arithmetic.apply(operator, left, right, values);
      }
      context.budget().work(values.length);
      result.add(
          filter
              ? new StepSeries(series.labels(), series.dropName(), values)
              : evaluator.withoutName(series.labels(), values));
    }
    return filter ? new Evaluated.Vectors(result) : evaluator.named(result);
  }
}
