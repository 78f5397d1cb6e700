package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.tsdb.promql.Expr.Cardinality;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    if (isTrim(binary.operator())) {
      return evaluator.findingResets(false, () -> operands(binary, steps));
    }
    return operands(binary, steps);
  }

  private Evaluated operands(Expr.Binary binary, Steps steps) {
    Evaluated left = evaluator.evaluate(binary.left(), steps);
    Evaluated right = evaluator.evaluate(binary.right(), steps);
    if (left instanceof Evaluated.Scalars(double[] a)) {
      if (right instanceof Evaluated.Scalars(double[] b)) {
        Evaluated result = scalars(binary, a, b, steps);
        evaluator.release(left);
        evaluator.release(right);
        return result;
      }
      if (right instanceof Evaluated.Vectors vectors) {
        Evaluated result = vectorAndScalar(binary, vectors, a, true);
        evaluator.release(left);
        return result;
      }
    }
    if (left instanceof Evaluated.Vectors one) {
      if (right instanceof Evaluated.Scalars(double[] b)) {
        Evaluated result = vectorAndScalar(binary, one, b, false);
        evaluator.release(right);
        return result;
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
      Evaluated.Vectors passed =
          new Evaluated.Vectors(
              new SetOperation(binary, context).apply(left.series(), right.series(), steps));
      evaluator.replace(List.of(left, right), passed);
      return passed;
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

  private Evaluated.Vectors vectorAndScalar(
      Expr.Binary binary, Evaluated.Vectors vectors, double[] scalars, boolean scalarLeft) {
    BinaryOperator operator = binary.operator();
    boolean filter = operator.isComparison() && !binary.bool();
    boolean keepsName = filter || isTrim(operator);
    List<StepSeries> result = new ArrayList<>();
    for (StepSeries series : vectors.series()) {
      double[] own = series.values();
      double[] values = new double[own.length];
      double[] left = scalarLeft ? scalars : own;
      double[] right = scalarLeft ? own : scalars;
      @Nullable FloatHistogram @Nullable [] histograms = null;
      if (isTrim(operator) || series.histograms() != null) {
        histograms =
            each(new SampleOperation(binary, context), series, scalars, scalarLeft, values);
      } else if (filter) {
        Arithmetic.filter(operator, left, right, own, values);
      } else {
        Arithmetic.apply(operator, left, right, values);
      }
      context.budget().work(values.length);
      StepSeries one = new StepSeries(series.labels(), series.dropName(), values, histograms);
      result.add(keepsName ? one : evaluator.withoutName(one));
    }
    return keepsName ? new Evaluated.Vectors(result) : evaluator.named(result);
  }

  /// Applies an operator sample by sample.
  private @Nullable FloatHistogram @Nullable [] each(
      SampleOperation operation,
      StepSeries series,
      double[] scalars,
      boolean scalarLeft,
      double[] values) {
    boolean filter = operation.filters();
    @Nullable FloatHistogram @Nullable [] histograms = null;
    for (int i = 0; i < values.length; i++) {
      values[i] = StepSeries.ABSENT;
      FloatHistogram own = series.histogram(i);
      double number = series.values()[i];
      boolean found =
          series.present(i)
              && (scalarLeft
                  ? operation.apply(scalars[i], null, number, own)
                  : operation.apply(number, own, scalars[i], null));
      if (found) {
        FloatHistogram histogram = filter ? own : operation.histogram;
        if (histogram == null) {
          values[i] = filter ? number : operation.value;
        } else {
          histograms = StepHistograms.with(histograms, values.length, i, histogram);
        }
      }
      context.budget().work(8);
    }
    context.budget().hold(StepSeries.weight(histograms));
    return histograms;
  }
}
