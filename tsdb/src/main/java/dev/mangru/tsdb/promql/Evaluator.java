package dev.mangru.tsdb.promql;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Evaluates an expression at all steps at once, series by series. Confined to the query's thread.
///
/// Every node answers with dense arrays, one value per step ([StepSeries]); selectors read each
/// series once for the whole range, and windows slide over it with two pointers.
final class Evaluator {

  private final QueryContext context;
  private final StepInvariance invariance;
  private final SelectorReader reader;
  private final RangeReader ranges;
  private final SeriesStream stream;
  private final CallEvaluator calls;
  private final AggregateEvaluator aggregates;
  private final BinaryEvaluator binaries;
  private final RangeFunctions functions;

  Evaluator(QueryContext context, Expr root) {
    this.context = context;
    DurationCheck.check(root, context);
    this.invariance = new StepInvariance(root);
    this.reader = new SelectorReader(context);
    this.ranges = new RangeReader(context, reader, this);
    this.stream = new SeriesStream(context, ranges);
    this.functions = new RangeFunctions(context, this, reader, ranges, stream);
    this.calls = new CallEvaluator(context, this, stream, functions);
    this.aggregates = new AggregateEvaluator(context, this, functions, stream);
    this.binaries = new BinaryEvaluator(context, this);
  }

  /// Evaluates with [SeriesStream#findsResets] set.
  <T> T findingResets(boolean find, Supplier<T> part) {
    boolean before = stream.findsResets;
    stream.findsResets = find;
    try {
      return part.get();
    } finally {
      stream.findsResets = before;
    }
  }

  RangeReader ranges() {
    return ranges;
  }

  RangeFunctions functions() {
    return functions;
  }

  /// Whether `expression` is worked out once, for all of `steps`.
  boolean broadcasts(Expr expression, Steps steps) {
    return steps.count() > 1 && invariance.holds(expression) && !isLiteral(expression);
  }

  /// Where annotations about an argument of `call` point to: what stands inside parentheses, unless
  /// they are worked out once for all steps. A computed range has no place of its own in
  /// Prometheus, and so they point to the start of the query.
  Position place(Expr.Call call, Expr argument) {
    Expr inner = StepInvariance.unwrap(argument);
    if (inner instanceof Expr.Subquery) {
      return new Position(0, 0);
    }
    boolean once = invariance.holds(argument) && !invariance.holds(call);
    return (once ? argument : inner).position();
  }

  Evaluated evaluate(Expr expression, Steps steps) {
    context.budget().work(16);
    if (broadcasts(expression, steps)) {
      return broadcast(once(expression, steps), steps.count());
    }
    return context.watch().trace() == null
        ? evaluateNode(expression, steps)
        : traced(expression, steps, context.watch().trace());
  }

  /// What is the same at all steps, at the first of them.
  private Evaluated once(Expr expression, Steps steps) {
    QueryTally tally = context.watch().tally();
    PlanTrace trace = context.watch().trace();
    if (trace != null) {
      return traced(expression, steps.first(), trace);
    }
    return tally == null
        ? evaluateNode(expression, steps.first())
        : tally.repeated(steps.count(), () -> evaluateNode(expression, steps.first()));
  }

  private Evaluated traced(Expr expression, Steps steps, PlanTrace trace) {
    trace.enter(expression, steps.count());
    Evaluated result = evaluateNode(expression, steps);
    trace.exit(
        expression,
        switch (result) {
          case Evaluated.Vectors(List<StepSeries> series) -> series.size();
          case Evaluated.Scalars _, Evaluated.Text _ -> 0;
        });
    return result;
  }

  private static boolean isLiteral(Expr expression) {
    return expression instanceof Expr.NumberLiteral || expression instanceof Expr.StringLiteral;
  }

  private Evaluated evaluateNode(Expr expression, Steps steps) {
    return switch (expression) {
      case Expr.NumberLiteral number -> constant(number.value(), steps);
      case Expr.StringLiteral string -> new Evaluated.Text(string.value());
      case Expr.Paren paren -> evaluate(paren.inner(), steps);
      case Expr.Unary unary -> unary(unary, steps);
      case Expr.Binary binary -> binaries.evaluate(binary, steps);
      case Expr.Call call -> calls.evaluate(call, steps);
      case Expr.Aggregate aggregate -> aggregates.evaluate(aggregate, steps);
      case Expr.VectorSelector selector -> selector(selector, steps);
      case Expr.MatrixSelector _, Expr.Subquery _ ->
          throw new IllegalStateException("a range vector is read by its function");
    };
  }

  private Evaluated.Vectors selector(Expr.VectorSelector selector, Steps steps) {
    return switch (selector.extension()) {
      case NONE -> instant(selector, steps, false);
      case SMOOTHED -> new ExtendedSelectors(context, reader).smoothedInstant(selector, steps);
      case ANCHORED ->
          throw QueryContext.execution("anchored modifier can only be used with range selectors");
    };
  }

  /// Whether `expression` is a selector without extension that is to be read at every step.
  boolean isPlainSelector(Expr expression, Steps steps) {
    return StepInvariance.unwrap(expression) instanceof Expr.VectorSelector selector
        && selector.extension() == Expr.Extension.NONE
        && !broadcasts(selector, steps);
  }

  /// A selector without extension.
  ///
  /// @param timestamps whether the sample's own time in seconds is wanted instead of its value
  Evaluated.Vectors instant(Expr.VectorSelector selector, Steps steps, boolean timestamps) {
    List<StepSeries> result = new ArrayList<>();
    stream.instant(
        selector,
        steps,
        timestamps ? new WindowKernels.EdgeTime(true) : new WindowKernels.Edge(true),
        timestamps,
        (labels, dropName, values, histograms, _) -> {
          context.budget().hold(StepSeries.LABELS + StepSeries.weight(histograms));
          result.add(new StepSeries(labels, dropName, context.budget().copy(values), histograms));
        });
    return new Evaluated.Vectors(result);
  }

  private Evaluated unary(Expr.Unary unary, Steps steps) {
    Evaluated inner = evaluate(unary.inner(), steps);
    if (!unary.minus()) {
      return inner;
    }
    return switch (inner) {
      case Evaluated.Scalars(double[] values) -> {
        double[] negated = values.clone();
        for (int i = 0; i < negated.length; i++) {
          negated[i] = -negated[i];
        }
        yield new Evaluated.Scalars(negated);
      }
      case Evaluated.Vectors vectors -> negate(vectors);
      case Evaluated.Text text -> text;
    };
  }

  private Evaluated.Vectors negate(Evaluated.Vectors vectors) {
    List<StepSeries> result = new ArrayList<>(vectors.series().size());
    for (StepSeries series : vectors.series()) {
      double[] values = series.values().clone();
      for (int i = 0; i < values.length; i++) {
        values[i] = StepSeries.isAbsent(values[i]) ? StepSeries.ABSENT : -values[i];
      }
      context.budget().work(values.length);
      result.add(
          withoutName(
              new StepSeries(
                  series.labels(),
                  series.dropName(),
                  values,
                  StepHistograms.map(series.histograms(), one -> one.times(-1)))));
    }
    return named(result);
  }

  // For the evaluators of single kinds of nodes ---------------------------------------------------

  /// A function of one value at one step.
  @FunctionalInterface
  interface ValueFunction {
    double apply(double value, int step);
  }

  /// Applies `function` to every float and drops the metric name; histograms have no result.
  Evaluated.Vectors map(Evaluated.Vectors vectors, ValueFunction function) {
    List<StepSeries> result = new ArrayList<>(vectors.series().size());
    for (StepSeries series : vectors.series()) {
      double[] values = series.values().clone();
      for (int i = 0; i < values.length; i++) {
        if (!StepSeries.isAbsent(values[i])) {
          values[i] = function.apply(values[i], i);
        }
      }
      context.budget().work(values.length);
      result.add(withoutName(series.labels(), values));
    }
    return named(result);
  }

  /// A series whose metric name goes: now, or at the end of the query.
  StepSeries withoutName(Labels labels, double[] values) {
    return context.options().delayedNameRemoval()
        ? new StepSeries(labels, true, values)
        : new StepSeries(context.withoutName(labels), false, values);
  }

  /// The same for a series that has histograms.
  StepSeries withoutName(StepSeries series) {
    return context.options().delayedNameRemoval()
        ? series.relabeled(series.labels(), true)
        : series.relabeled(context.withoutName(series.labels()), false);
  }

  /// After names have gone: with immediate removal, series that became equal are one.
  Evaluated.Vectors named(List<StepSeries> series) {
    return new Evaluated.Vectors(
        context.options().delayedNameRemoval() ? series : mergeEqual(series));
  }

  /// Series with equal labels become one.
  ///
  /// @throws MangruException `EXECUTION` if two of them have a value at the same step
  static List<StepSeries> mergeEqual(List<StepSeries> series) {
    Map<Labels, StepSeries> merged = new LinkedHashMap<>();
    for (StepSeries next : series) {
      StepSeries before = merged.putIfAbsent(next.labels(), next);
      if (before != null) {
        merged.put(next.labels(), union(before, next));
      }
    }
    return merged.size() == series.size() ? series : new ArrayList<>(merged.values());
  }

  static StepSeries union(StepSeries one, StepSeries other) {
    double[] values = one.values().clone();
    for (int i = 0; i < values.length; i++) {
      if (other.present(i)) {
        if (one.present(i)) {
          throw duplicate();
        }
        values[i] = other.values()[i];
      }
    }
    return new StepSeries(
        one.labels(),
        one.dropName() && other.dropName(),
        values,
        StepHistograms.union(one.histograms(), other.histograms()));
  }

  static MangruException duplicate() {
    return QueryContext.execution("vector cannot contain metrics with the same labelset");
  }

  /// An array without any value, counted against the budget before it exists.
  double[] allocate(Steps steps) {
    return context.budget().allocate(steps.count());
  }

  Evaluated.Scalars constant(double value, Steps steps) {
    double[] values = allocate(steps);
    Arrays.fill(values, value);
    return new Evaluated.Scalars(values);
  }

  double[] scalars(Expr expression, Steps steps) {
    return switch (evaluate(expression, steps)) {
      case Evaluated.Scalars(double[] values) -> values;
      case Evaluated.Vectors _, Evaluated.Text _ ->
          throw new IllegalStateException("the parser lets only scalars through");
    };
  }

  Evaluated.Vectors vectors(Expr expression, Steps steps) {
    return switch (evaluate(expression, steps)) {
      case Evaluated.Vectors vectors -> vectors;
      case Evaluated.Scalars _, Evaluated.Text _ ->
          throw new IllegalStateException("the parser lets only vectors through");
    };
  }

  String text(Expr expression) {
    return switch (StepInvariance.unwrap(expression)) {
      case Expr.StringLiteral string -> string.value();
      case Expr other ->
          throw new IllegalStateException("the parser lets only strings through: " + other);
    };
  }

  /// Gives back what an intermediate result holds.
  void release(Evaluated consumed) {
    context.budget().release(weight(consumed));
  }

  /// Counts a result, made of parts of others without counting, in their place.
  void replace(List<? extends Evaluated> consumed, Evaluated result) {
    consumed.forEach(this::release);
    context.budget().hold(weight(result));
  }

  private static long weight(Evaluated result) {
    return switch (result) {
      case Evaluated.Scalars(double[] values) -> values.length;
      case Evaluated.Vectors(List<StepSeries> series) -> {
        long sum = 0;
        for (StepSeries one : series) {
          sum += one.weight();
        }
        yield sum;
      }
      case Evaluated.Text _ -> 0;
    };
  }

  private Evaluated broadcast(Evaluated once, int count) {
    return switch (once) {
      case Evaluated.Scalars(double[] values) -> new Evaluated.Scalars(repeat(values[0], count));
      case Evaluated.Vectors(List<StepSeries> series) -> {
        List<StepSeries> repeated = new ArrayList<>(series.size());
        for (StepSeries one : series) {
          repeated.add(
              new StepSeries(
                  one.labels(),
                  one.dropName(),
                  repeat(one.values()[0], count),
                  StepHistograms.repeat(one.histograms(), count)));
        }
        yield new Evaluated.Vectors(repeated);
      }
      case Evaluated.Text text -> text;
    };
  }

  private double[] repeat(double value, int count) {
    context.budget().hold(count - 1L);
    context.budget().work(count);
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }
}
