package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Evaluates function calls. Confined to the query's thread.
final class CallEvaluator {

  private static final List<String> COUNTER_SUFFIXES =
      List.of("_total", "_sum", "_count", "_bucket");

  private final QueryContext context;
  private final Evaluator evaluator;
  private final SelectorReader reader;
  private final RangeReader ranges;
  private final SeriesStream stream;

  CallEvaluator(
      QueryContext context,
      Evaluator evaluator,
      SelectorReader reader,
      RangeReader ranges,
      SeriesStream stream) {
    this.context = context;
    this.evaluator = evaluator;
    this.reader = reader;
    this.ranges = ranges;
    this.stream = stream;
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
          new Evaluated.Vectors(
              List.of(
                  new StepSeries(
                      Labels.empty(),
                      false,
                      evaluator.scalars(call.arguments().getFirst(), steps))));
      case YEAR, MONTH, DAY_OF_MONTH, DAY_OF_WEEK, DAY_OF_YEAR, DAYS_IN_MONTH, HOUR, MINUTE ->
          calendar(call, steps);
      case TIMESTAMP -> timestamp(call, steps);
      case START_TIMESTAMP ->
          throw QueryContext.execution(
              "start_timestamp() needs start timestamps, which this store does not keep yet");
      case ABSENT -> absent(call, steps);
      case ABSENT_OVER_TIME -> absentOverTime(call, steps);
      case SORT, SORT_DESC, SORT_BY_LABEL, SORT_BY_LABEL_DESC -> sort(call, steps);
      case LABEL_REPLACE, LABEL_JOIN ->
          new LabelFunctions(context, evaluator).evaluate(call, steps);
      case HISTOGRAM_QUANTILE, HISTOGRAM_QUANTILES, HISTOGRAM_FRACTION ->
          new ClassicHistograms(context, evaluator).evaluate(call, steps);
      case HISTOGRAM_AVG, HISTOGRAM_COUNT, HISTOGRAM_SUM, HISTOGRAM_STDDEV, HISTOGRAM_STDVAR ->
          throw QueryContext.execution(
              call.function().text()
                  + "() needs native histograms, which this store does not keep yet");
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
          overRange(call, steps);
    };
  }

  // Functions of a range ------------------------------------------------------------------------

  private Evaluated overRange(Expr.Call call, Steps steps) {
    Function function = call.function();
    Expr range = rangeOf(call);
    Expr.Extension extension = ranges.extension(range);
    if (extension != Expr.Extension.NONE) {
      return new ExtendedSelectors(context, reader)
          .overRange(call, range, extension, steps, ranges, evaluator);
    }
    boolean keepsName = keepsName(function);
    boolean differ = keepsName || haveOneName(range);
    List<StepSeries> result = new ArrayList<>();
    stream(
        call,
        steps,
        (labels, dropName, values, _) -> {
          double[] copy = context.budget().copy(values);
          result.add(
              keepsName
                  ? new StepSeries(labels, dropName, copy)
                  : evaluator.withoutName(labels, copy));
        });
    return differ ? new Evaluated.Vectors(result) : evaluator.named(result);
  }

  /// The function of a range whose series can be had one by one without a look at the others, or
  /// null: its series are told apart by more than their metric name.
  Expr.@Nullable Call streamable(Expr expression) {
    if (!(expression instanceof Expr.Call call) || !isOverRange(call.function())) {
      return null;
    }
    Expr range = rangeOf(call);
    boolean differ =
        context.options().delayedNameRemoval() || keepsName(call.function()) || haveOneName(range);
    return differ && ranges.extension(range) == Expr.Extension.NONE ? call : null;
  }

  private static boolean isOverRange(Function function) {
    return function != Function.ABSENT_OVER_TIME && function.arguments().contains(ValueType.MATRIX);
  }

  static boolean keepsName(Function function) {
    return function == Function.FIRST_OVER_TIME || function == Function.LAST_OVER_TIME;
  }

  private boolean haveOneName(Expr range) {
    return !context.options().typeAndUnitLabels()
        && StepInvariance.unwrap(range) instanceof Expr.MatrixSelector matrix
        && SeriesStream.haveOneName(matrix.selector().matchers());
  }

  private static Expr rangeOf(Expr.Call call) {
    return call.arguments().get(call.function() == Function.QUANTILE_OVER_TIME ? 1 : 0);
  }

  /// Hands the series of a function of a range without extension to `sink`, with their names.
  void stream(Expr.Call call, Steps steps, SeriesStream.Sink sink) {
    Function function = call.function();
    Expr range = rangeOf(call);
    boolean presence =
        function == Function.COUNT_OVER_TIME || function == Function.PRESENT_OVER_TIME;
    boolean onceIsEnough = haveOneName(range);
    boolean[] noted = {function != Function.RATE && function != Function.INCREASE};
    stream.overRange(
        range,
        steps,
        kernel(call, steps),
        presence,
        (labels, dropName, values, full) -> {
          sink.accept(labels, dropName, values, full);
          if (!noted[0]) {
            noteNonCounter(function, labels, range.position(), context);
            noted[0] = onceIsEnough;
          }
        });
  }

  static void noteNonCounter(
      Function function, Labels labels, Position position, QueryContext context) {
    if (function != Function.RATE && function != Function.INCREASE) {
      return;
    }
    String metric = labels.metricName();
    if (metric.isEmpty()) {
      return;
    }
    String type = labels.get(QueryContext.TYPE_LABEL);
    if (context.options().typeAndUnitLabels() && !type.isEmpty()) {
      if (!type.equals("counter") && !type.equals("histogram")) {
        context
            .annotations()
            .info(
                "metric might not be a counter, __type__ label is not set to \"counter\" or"
                    + " \"histogram\", got "
                    + GoText.quote(type)
                    + ": "
                    + GoText.quote(metric),
                position);
      }
    } else if (!looksLikeCounter(metric)) {
      context
          .annotations()
          .info(
              "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                  + GoText.quote(metric),
              position);
    }
  }

  private static boolean looksLikeCounter(String metric) {
    for (String suffix : COUNTER_SUFFIXES) {
      if (metric.endsWith(suffix)) {
        return true;
      }
    }
    return false;
  }

  private WindowKernel kernel(Expr.Call call, Steps steps) {
    return switch (call.function()) {
      case RATE -> new RateKernel(true, true);
      case INCREASE -> new RateKernel(true, false);
      case DELTA -> new RateKernel(false, false);
      case IRATE -> new WindowKernels.LastTwo(true);
      case IDELTA -> new WindowKernels.LastTwo(false);
      case CHANGES -> new WindowKernels.Changes(false);
      case RESETS -> new WindowKernels.Changes(true);
      case AVG_OVER_TIME -> new SumKernel(true);
      case SUM_OVER_TIME -> new SumKernel(false);
      case COUNT_OVER_TIME -> new WindowKernels.Count(false);
      case PRESENT_OVER_TIME -> new WindowKernels.Count(true);
      case MIN_OVER_TIME -> new ExtremeKernel(false);
      case MAX_OVER_TIME -> new ExtremeKernel(true);
      case FIRST_OVER_TIME -> new WindowKernels.Edge(false);
      case LAST_OVER_TIME -> new WindowKernels.Edge(true);
      case TS_OF_FIRST_OVER_TIME -> new WindowKernels.EdgeTime(false);
      case TS_OF_LAST_OVER_TIME -> new WindowKernels.EdgeTime(true);
      case Function _ -> new WindowKernels.EachWindow(windowFunction(call, steps));
    };
  }

  private WindowKernels.WindowFunction windowFunction(Expr.Call call, Steps steps) {
    return switch (call.function()) {
      case TS_OF_MIN_OVER_TIME -> (window, _) -> timeOfExtreme(window, false);
      case TS_OF_MAX_OVER_TIME -> (window, _) -> timeOfExtreme(window, true);
      case STDVAR_OVER_TIME -> (window, _) -> WindowFunctions.variance(window);
      case STDDEV_OVER_TIME -> (window, _) -> Math.sqrt(WindowFunctions.variance(window));
      case MAD_OVER_TIME -> (window, _) -> WindowFunctions.medianAbsoluteDeviation(window);
      case DERIV ->
          (window, _) ->
              window.size() < 2
                  ? StepSeries.ABSENT
                  : WindowFunctions.regression(window, window.times[window.from]).slope();
      case PREDICT_LINEAR -> predictLinear(call, steps);
      case QUANTILE_OVER_TIME -> quantileOverTime(call, steps);
      case DOUBLE_EXPONENTIAL_SMOOTHING -> smoothing(call, steps);
      case Function other ->
          throw new IllegalStateException(other.text() + " is no function of a range");
    };
  }

  private static double timeOfExtreme(Window window, boolean largest) {
    int index = ExtremeKernel.extreme(window.values, window.from, window.to, largest);
    return window.times[index] / 1000.0;
  }

  private WindowKernels.WindowFunction predictLinear(Expr.Call call, Steps steps) {
    double[] seconds = evaluator.scalars(call.arguments().get(1), steps);
    return (window, i) -> {
      if (window.size() < 2) {
        return StepSeries.ABSENT;
      }
      WindowFunctions.Line line = WindowFunctions.regression(window, window.evaluationMs);
      return line.slope() * seconds[i] + line.intercept();
    };
  }

  private WindowKernels.WindowFunction quantileOverTime(Expr.Call call, Steps steps) {
    Expr parameter = call.arguments().getFirst();
    double[] quantiles = evaluator.scalars(parameter, steps);
    return (window, i) -> {
      if (Quantiles.isStrange(quantiles[i])) {
        context
            .annotations()
            .warn(
                "quantile value should be between 0 and 1, got " + SampleText.general(quantiles[i]),
                parameter.position());
      }
      return WindowFunctions.quantile(quantiles[i], window);
    };
  }

  private WindowKernels.WindowFunction smoothing(Expr.Call call, Steps steps) {
    double[] smoothing = evaluator.scalars(call.arguments().get(1), steps);
    double[] trend = evaluator.scalars(call.arguments().get(2), steps);
    return (window, i) -> {
      checkFactor("smoothing", "sf", smoothing[i]);
      checkFactor("trend", "tf", trend[i]);
      return window.size() < 2
          ? StepSeries.ABSENT
          : WindowFunctions.smooth(window, smoothing[i], trend[i]);
    };
  }

  private static void checkFactor(String name, String symbol, double factor) {
    if (factor <= 0 || factor >= 1) {
      throw QueryContext.execution(
          "invalid "
              + name
              + " factor. Expected: 0 < "
              + symbol
              + " < 1, got: "
              + GoFormat.fixed(factor, 6));
    }
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
      case CLAMP_MIN -> evaluator.map(input, (value, i) -> Math.max(first[i], value));
      case CLAMP_MAX -> evaluator.map(input, (value, i) -> Math.min(first[i], value));
      case Function _ -> {
        double[] second = evaluator.scalars(call.arguments().get(2), steps);
        yield evaluator.map(
            input,
            (value, i) ->
                second[i] < first[i]
                    ? StepSeries.ABSENT
                    : Math.max(first[i], Math.min(second[i], value)));
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
    return perStep(steps, i -> max ? Math.max(one[i], other[i]) : Math.min(one[i], other[i]));
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
                if (series.present(i)) {
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
      return new Evaluated.Vectors(List.of(new StepSeries(Labels.empty(), false, values)));
    }
    return map(call, steps, value -> Calendar.field(call.function(), value));
  }

  private Evaluated timestamp(Expr.Call call, Steps steps) {
    Expr argument = StepInvariance.unwrap(call.arguments().getFirst());
    if (argument instanceof Expr.VectorSelector selector
        && selector.extension() == Expr.Extension.NONE) {
      return evaluator.map(evaluator.instant(selector, steps, true), (value, _) -> value);
    }
    return evaluator.map(evaluator.vectors(argument, steps), (_, i) -> steps.time(i) / 1000.0);
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
          (_, _, present, _) -> removePresent(values, present));
    } else {
      Evaluated.Vectors input = evaluator.vectors(argument, steps);
      for (StepSeries series : input.series()) {
        removePresent(values, series.values());
      }
      evaluator.release(input);
    }
    return new Evaluated.Vectors(List.of(new StepSeries(AbsentLabels.of(argument), false, values)));
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
        (_, _, present, _) -> removePresent(values, present));
    return new Evaluated.Vectors(List.of(new StepSeries(AbsentLabels.of(range), false, values)));
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
    if (steps.count() != 1) {
      return input;
    }
    List<StepSeries> sorted = new ArrayList<>(input.series());
    boolean descending =
        call.function() == Function.SORT_DESC || call.function() == Function.SORT_BY_LABEL_DESC;
    if (call.function() == Function.SORT || call.function() == Function.SORT_DESC) {
      sorted.sort((a, b) -> Selection.compare(a.values()[0], b.values()[0], descending));
    } else {
      List<String> names = new ArrayList<>();
      call.arguments().stream().skip(1).forEach(name -> names.add(evaluator.text(name)));
      NaturalOrder order = new NaturalOrder(names);
      sorted.sort((a, b) ->
          descending
              ? order.compare(b.labels(), a.labels())
              : order.compare(a.labels(), b.labels()));
    }
    return new Evaluated.Vectors(sorted);
  }
}
