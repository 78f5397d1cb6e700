package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/// Evaluates function calls. Confined to the query's thread.
final class CallEvaluator {

  /// Work of one comparison while sorting.
  private static final int COMPARING = 8;

  private final QueryContext context;
  private final Evaluator evaluator;
  private final SeriesStream stream;
  private final RangeFunctions rangeFunctions;

  CallEvaluator(
      QueryContext context,
      Evaluator evaluator,
      SeriesStream stream,
      RangeFunctions rangeFunctions) {
    this.context = context;
    this.evaluator = evaluator;
    this.stream = stream;
    this.rangeFunctions = rangeFunctions;
  }

  Evaluated evaluate(Expr.Call call, Steps steps) {
    return switch (call.function()) {
      case ABS -> map(call, steps, Math::abs);
      case CEIL -> map(call, steps, Math::ceil);
      case FLOOR -> map(call, steps, Math::floor);
      case EXP -> map(call, steps, Math::exp);
      case SQRT -> map(call, steps, Math::sqrt);
      case LN -> map(call, steps, Math::log);
      case LOG2 -> map(call, steps, GoMath::log2);
      case LOG10 -> map(call, steps, Math::log10);
      case SIN -> map(call, steps, Math::sin);
      case COS -> map(call, steps, Math::cos);
      case TAN -> map(call, steps, Math::tan);
      case ASIN -> map(call, steps, Math::asin);
      case ACOS -> map(call, steps, Math::acos);
      case ATAN -> map(call, steps, Math::atan);
      case SINH -> map(call, steps, Math::sinh);
      case COSH -> map(call, steps, Math::cosh);
      case TANH -> map(call, steps, Math::tanh);
      case ASINH -> map(call, steps, GoMath::asinh);
      case ACOSH -> map(call, steps, GoMath::acosh);
      case ATANH -> map(call, steps, GoMath::atanh);
      case RAD -> map(call, steps, value -> value * Math.PI / 180);
      case DEG -> map(call, steps, value -> value * 180 / Math.PI);
      case SGN -> map(call, steps, value -> value < 0 ? -1 : value > 0 ? 1 : value);
      case ROUND -> round(call, steps);
      case CLAMP, CLAMP_MIN, CLAMP_MAX -> clamp(call, steps);
      case TIME -> perStep(steps, i -> steps.time(i) / 1000.0);
      case PI -> evaluator.constant(Math.PI, steps);
      case START -> evaluator.constant(context.startMs() / 1000.0, steps);
      case END -> evaluator.constant(context.endMs() / 1000.0, steps);
      case STEP -> evaluator.constant(context.stepMs() / 1000.0, steps);
      case RANGE -> evaluator.constant((context.endMs() - context.startMs()) / 1000.0, steps);
      case MIN_OF, MAX_OF -> extremeOf(call, steps);
      case SCALAR_OF -> scalarOf(call, steps);
      case VECTOR_OF ->
          alone(Labels.empty(), evaluator.scalars(call.arguments().getFirst(), steps));
      case YEAR, MONTH, DAY_OF_MONTH, DAY_OF_WEEK, DAY_OF_YEAR, DAYS_IN_MONTH, HOUR, MINUTE ->
          calendar(call, steps);
      case TIMESTAMP -> timestamp(call, steps);
      case START_TIMESTAMP -> startTimestamp(call, steps);
      case ABSENT -> absent(call, steps);
      case ABSENT_OVER_TIME -> absentOverTime(call, steps);
      case SORT, SORT_DESC, SORT_BY_LABEL, SORT_BY_LABEL_DESC -> sort(call, steps);
      case LABEL_REPLACE, LABEL_JOIN ->
          new LabelFunctions(context, evaluator).evaluate(call, steps);
      case HISTOGRAM_QUANTILE, HISTOGRAM_QUANTILES, HISTOGRAM_FRACTION ->
          evaluator.findingResets(
              false, () -> new ClassicHistograms(context, evaluator).evaluate(call, steps));
      case HISTOGRAM_AVG, HISTOGRAM_COUNT, HISTOGRAM_SUM, HISTOGRAM_STDDEV, HISTOGRAM_STDVAR ->
          histogramStatistic(call, steps);
      case INFO -> new InfoFunction(context, evaluator).evaluate(call, steps);
      case RATE,
          INCREASE,
          DELTA,
          IRATE,
          IDELTA,
          CHANGES,
          RESETS,
          DERIV,
          PREDICT_LINEAR,
          DOUBLE_EXPONENTIAL_SMOOTHING,
          AVG_OVER_TIME,
          SUM_OVER_TIME,
          COUNT_OVER_TIME,
          MIN_OVER_TIME,
          MAX_OVER_TIME,
          STDDEV_OVER_TIME,
          STDVAR_OVER_TIME,
          MAD_OVER_TIME,
          QUANTILE_OVER_TIME,
          PRESENT_OVER_TIME,
          FIRST_OVER_TIME,
          LAST_OVER_TIME,
          TS_OF_FIRST_OVER_TIME,
          TS_OF_LAST_OVER_TIME,
          TS_OF_MIN_OVER_TIME,
          TS_OF_MAX_OVER_TIME ->
          rangeFunctions.evaluate(call, steps);
    };
  }

  // Functions of each value ---------------------------------------------------------------------

  private Evaluated map(Expr.Call call, Steps steps, DoubleUnaryOperator function) {
    Evaluated.Vectors input = evaluator.vectors(call.arguments().getFirst(), steps);
    return evaluator.map(input, (value, _) -> function.applyAsDouble(value));
  }

  private Evaluated round(Expr.Call call, Steps steps) {
    Evaluated.Vectors input = evaluator.vectors(call.arguments().getFirst(), steps);
    double[] to =
        call.arguments().size() > 1
            ? evaluator.scalars(call.arguments().get(1), steps)
            : evaluator.constant(1, steps).values();
    return evaluator.map(
        input,
        (value, i) -> {
          double inverse = 1.0 / to[i];
          return Math.floor(value * inverse + 0.5) / inverse;
        });
  }

  private Evaluated clamp(Expr.Call call, Steps steps) {
    Evaluated.Vectors input = evaluator.vectors(call.arguments().getFirst(), steps);
    double[] first = evaluator.scalars(call.arguments().get(1), steps);
    return switch (call.function()) {
      case CLAMP_MIN -> evaluator.map(input, (value, i) -> GoMath.max(first[i], value));
      case CLAMP_MAX -> evaluator.map(input, (value, i) -> GoMath.min(first[i], value));
      case Function _ -> {
        double[] second = evaluator.scalars(call.arguments().get(2), steps);
        yield evaluator.map(
            input,
            (value, i) ->
                second[i] < first[i]
                    ? StepSeries.ABSENT
                    : GoMath.max(first[i], GoMath.min(second[i], value)));
      }
    };
  }

  private interface StepFunction {
    double apply(int step);
  }

  private Evaluated.Scalars perStep(Steps steps, StepFunction function) {
    double[] values = evaluator.allocate(steps);
    for (int i = 0; i < values.length; i++) {
      values[i] = function.apply(i);
    }
    return new Evaluated.Scalars(values);
  }

  private Evaluated extremeOf(Expr.Call call, Steps steps) {
    double[] one = evaluator.scalars(call.arguments().get(0), steps);
    double[] other = evaluator.scalars(call.arguments().get(1), steps);
    boolean max = call.function() == Function.MAX_OF;
    return perStep(steps, i -> max ? GoMath.max(one[i], other[i]) : GoMath.min(one[i], other[i]));
  }

  private Evaluated scalarOf(Expr.Call call, Steps steps) {
    Evaluated.Vectors input = evaluator.vectors(call.arguments().getFirst(), steps);
    Evaluated result =
        perStep(
            steps,
            i -> {
              double found = Double.NaN;
              int count = 0;
              for (StepSeries series : input.series()) {
                if (!StepSeries.isAbsent(series.values()[i])) {
                  found = series.values()[i];
                  count++;
                }
              }
              context.budget().work(input.series().size());
              return count == 1 ? found : Double.NaN;
            });
    evaluator.release(input);
    return result;
  }

  private Evaluated calendar(Expr.Call call, Steps steps) {
    if (call.arguments().isEmpty()) {
      double[] values = evaluator.allocate(steps);
      for (int i = 0; i < values.length; i++) {
        values[i] = Calendar.field(call.function(), steps.time(i) / 1000.0);
      }
      return alone(Labels.empty(), values);
    }
    return map(call, steps, value -> Calendar.field(call.function(), value));
  }

  private Evaluated timestamp(Expr.Call call, Steps steps) {
    Expr argument = StepInvariance.unwrap(call.arguments().getFirst());
    if (argument instanceof Expr.VectorSelector selector
        && selector.extension() == Expr.Extension.NONE) {
      return evaluator.map(evaluator.instant(selector, steps, true), (value, _) -> value);
    }
    Evaluated.Vectors input = evaluator.vectors(argument, steps);
    Evaluated result = perSample(input, (_, i) -> steps.time(i) / 1000.0);
    evaluator.release(input);
    return result;
  }

  /// A function of samples of either kind.
  private interface SampleFunction {
    double apply(StepSeries series, int step);
  }

  private Evaluated perSample(Evaluated.Vectors input, SampleFunction function) {
    List<StepSeries> result = new ArrayList<>();
    for (StepSeries series : input.series()) {
      context.budget().holdLabels();
      double[] values = context.budget().allocate(series.values().length);
      for (int i = 0; i < values.length; i++) {
        if (series.present(i)) {
          values[i] = function.apply(series, i);
        }
      }
      context.budget().work(values.length);
      result.add(evaluator.withoutName(series.labels(), values));
    }
    return evaluator.named(result);
  }

  /// When the counter of the newest sample began, in seconds.
  private Evaluated startTimestamp(Expr.Call call, Steps steps) {
    Expr argument = StepInvariance.unwrap(call.arguments().getFirst());
    List<StepSeries> result = new ArrayList<>();
    if (argument instanceof Expr.VectorSelector selector
        && selector.extension() == Expr.Extension.NONE) {
      stream.instant(
          selector,
          steps,
          new WindowKernels.NoFloats().with(MixedFunctions.newestStart()),
          new SelectorReader.Reading(true, steps.count() == 1, false, false),
          (labels, dropName, values, _, _) -> {
            context.budget().holdLabels();
            result.add(evaluator.withoutName(labels, context.budget().copy(values)));
          });
    }
    return evaluator.named(result);
  }

  private Evaluated histogramStatistic(Expr.Call call, Steps steps) {
    boolean wholeBuckets =
        call.function() == Function.HISTOGRAM_STDDEV
            || call.function() == Function.HISTOGRAM_STDVAR;
    Evaluated.Vectors input =
        evaluator.findingResets(
            !wholeBuckets, () -> evaluator.vectors(call.arguments().getFirst(), steps));
    Evaluated result =
        perSample(
            input,
            (series, i) -> {
              FloatHistogram one = series.histogram(i);
              return one == null ? StepSeries.ABSENT : statistic(call.function(), one);
            });
    evaluator.release(input);
    return result;
  }

  private static double statistic(Function function, FloatHistogram one) {
    return switch (function) {
      case HISTOGRAM_COUNT -> one.count();
      case HISTOGRAM_SUM -> one.sum();
      case HISTOGRAM_AVG -> one.sum() / one.count();
      case HISTOGRAM_STDVAR -> HistogramQuantiles.variance(one);
      case HISTOGRAM_STDDEV -> Math.sqrt(HistogramQuantiles.variance(one));
      case Function other ->
          throw new IllegalStateException(other.text() + " is no statistic of a histogram");
    };
  }

  // Functions of the vector as a whole ----------------------------------------------------------

  private Evaluated absent(Expr.Call call, Steps steps) {
    Expr argument = call.arguments().getFirst();
    double[] values = evaluator.constant(1, steps).values();
    if (evaluator.isPlainSelector(argument, steps)) {
      stream.instant(
          (Expr.VectorSelector) StepInvariance.unwrap(argument),
          steps,
          new WindowKernels.Edge(true),
          true,
          (_, _, present, _, _) -> removePresent(values, present));
    } else {
      Evaluated.Vectors input = evaluator.vectors(argument, steps);
      for (StepSeries series : input.series()) {
        removePresent(values, series.values());
        for (int i = 0; series.histograms() != null && i < values.length; i++) {
          if (series.histogram(i) != null) {
            values[i] = StepSeries.ABSENT;
          }
        }
      }
      evaluator.release(input);
    }
    return alone(AbsentLabels.of(argument), values);
  }

  /// One series of its own.
  private Evaluated.Vectors alone(Labels labels, double[] values) {
    context.budget().holdLabels();
    return new Evaluated.Vectors(List.of(new StepSeries(labels, false, values)));
  }

  private void removePresent(double[] values, double[] present) {
    for (int i = 0; i < values.length; i++) {
      if (!StepSeries.isAbsent(present[i])) {
        values[i] = StepSeries.ABSENT;
      }
    }
    context.budget().work(values.length >> 1);
  }

  private Evaluated absentOverTime(Expr.Call call, Steps steps) {
    Expr range = call.arguments().getFirst();
    double[] values = evaluator.constant(1, steps).values();
    stream.overRange(
        range,
        steps,
        new WindowKernels.Count(true),
        true,
        (_, _, present, _, _) -> removePresent(values, present));
    return alone(AbsentLabels.of(range), values);
  }

  private Evaluated sort(Expr.Call call, Steps steps) {
    Evaluated.Vectors input = evaluator.vectors(call.arguments().getFirst(), steps);
    if (context.stepMs() != 0) {
      context
          .annotations()
          .warn(
              "sort is ineffective for range queries since results are always ordered by labels",
              call.position());
    }
    boolean byValue = call.function() == Function.SORT || call.function() == Function.SORT_DESC;
    List<StepSeries> sorted = byValue ? withoutHistograms(input.series()) : input.series();
    if (steps.count() != 1) {
      return new Evaluated.Vectors(sorted);
    }
    boolean descending =
        call.function() == Function.SORT_DESC || call.function() == Function.SORT_BY_LABEL_DESC;
    if (byValue) {
      sorted = Selection.sorted(sorted, descending, context.budget());
    } else {
      List<String> names = new ArrayList<>();
      call.arguments().stream().skip(1).forEach(name -> names.add(evaluator.text(name)));
      NaturalOrder order = new NaturalOrder(names);
      sorted = new ArrayList<>(sorted);
      sorted.sort((a, b) -> {
        context.budget().work(COMPARING);
        return descending
            ? order.compare(b.labels(), a.labels())
            : order.compare(a.labels(), b.labels());
      });
    }
    return new Evaluated.Vectors(sorted);
  }

  private static List<StepSeries> withoutHistograms(List<StepSeries> series) {
    List<StepSeries> floats = new ArrayList<>(series.size());
    for (StepSeries one : series) {
      if (one.histograms() == null) {
        floats.add(one);
      } else if (SeriesStream.anyPresent(one.values())) {
        floats.add(new StepSeries(one.labels(), one.dropName(), one.values()));
      }
    }
    return floats;
  }
}
