package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Evaluates functions of a range vector: `rate`, `avg_over_time` and the like. Confined to the
/// query's thread.
final class RangeFunctions {

  private static final List<String> COUNTER_SUFFIXES =
      List.of("_total", "_sum", "_count", "_bucket");

  /// To these a histogram is a sample like any other.
  private static final Set<Function> TAKING_ANY =
      EnumSet.of(
          Function.COUNT_OVER_TIME,
          Function.PRESENT_OVER_TIME,
          Function.TS_OF_FIRST_OVER_TIME,
          Function.TS_OF_LAST_OVER_TIME);

  private final QueryContext context;
  private final Evaluator evaluator;
  private final SelectorReader reader;
  private final RangeReader ranges;
  private final SeriesStream stream;

  RangeFunctions(
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
        (labels, dropName, values, histograms, _) -> {
          context.budget().hold(StepSeries.LABELS + StepSeries.weight(histograms));
          StepSeries one =
              new StepSeries(labels, dropName, context.budget().copy(values), histograms);
          result.add(keepsName ? one : evaluator.withoutName(one));
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

  /// Whether a call reads a range vector.
  boolean overRange(Expr.Call call) {
    return isOverRange(call.function());
  }

  /// How the windows of a call are computed, for people.
  static String windowing(Expr.Call call) {
    return switch (call.function()) {
      case RATE,
          INCREASE,
          DELTA,
          IRATE,
          IDELTA,
          CHANGES,
          RESETS,
          COUNT_OVER_TIME,
          PRESENT_OVER_TIME,
          FIRST_OVER_TIME,
          LAST_OVER_TIME,
          TS_OF_FIRST_OVER_TIME,
          TS_OF_LAST_OVER_TIME ->
          "each window in constant time";
      case AVG_OVER_TIME, SUM_OVER_TIME -> "each window in constant time where sums are exact";
      case MIN_OVER_TIME, MAX_OVER_TIME -> "each window in constant time where there is no NaN";
      case Function _ -> "each window from all of its samples";
    };
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
    boolean presence = TAKING_ANY.contains(function);
    boolean onceIsEnough = haveOneName(range);
    boolean[] noted = {function != Function.RATE && function != Function.INCREASE};
    PlanTrace trace = context.watch().trace();
    SeriesStream.Sink taker = sink;
    if (trace != null) {
      trace.enter(call, steps.count());
      taker = trace.charging(sink);
    }
    SeriesStream.Sink next = taker;
    stream.overRange(
        range,
        steps,
        kernel(call, steps).with(mixed(call, steps)),
        presence,
        (labels, dropName, values, histograms, full) -> {
          next.accept(labels, dropName, values, histograms, full);
          if (!noted[0] && (histograms == null || SeriesStream.anyPresent(values))) {
            noteNonCounter(function, labels, evaluator.place(call, range), context);
            noted[0] = onceIsEnough;
          }
        });
    if (trace != null) {
      trace.exit(call, 0);
    }
  }

  private MixedFunction mixed(Expr.Call call, Steps steps) {
    MixedFunction mixed =
        new MixedFunctions(context, evaluator.place(call, call.arguments().getFirst()))
            .of(call.function());
    if (call.function() != Function.DOUBLE_EXPONENTIAL_SMOOTHING) {
      return mixed;
    }
    FactorCheck factors = factors(call, steps);
    return (window, step, out) -> { // where there are histograms only, too
      factors.check(step);
      return mixed.apply(window, step, out);
    };
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
                evaluator.place(call, parameter));
      }
      return WindowFunctions.quantile(quantiles[i], window);
    };
  }

  private WindowKernels.WindowFunction smoothing(Expr.Call call, Steps steps) {
    FactorCheck factors = factors(call, steps);
    return (window, i) -> {
      factors.check(i);
      return window.size() < 2
          ? StepSeries.ABSENT
          : WindowFunctions.smooth(window, factors.smoothing()[i], factors.trend()[i]);
    };
  }

  private FactorCheck factors(Expr.Call call, Steps steps) {
    return new FactorCheck(
        evaluator.scalars(call.arguments().get(1), steps),
        evaluator.scalars(call.arguments().get(2), steps));
  }

  /// The factors of each step, which are looked at where there is a sample.
  @SuppressWarnings("ArrayRecordComponent") // hot, and never compared
  private record FactorCheck(double[] smoothing, double[] trend) {
    void check(int step) {
      checkFactor("smoothing", "sf", smoothing[step]);
      checkFactor("trend", "tf", trend[step]);
    }
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
}
