package dev.mangru.tsdb.promql;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.metric.QueryPlan;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers PromQL over a [MetricStore], as Prometheus 3 does. Thread-safe; each query runs on its
/// caller's thread, and the few threads of a pool that all engines share help to read and compute
/// many series where the store allows it ([ParallelScan]).
///
/// Texts of errors and annotations are Prometheus', positions included. A query ends by itself at
/// its timeout, at its sample limit, and within a few thousand samples of being cancelled.
public final class PromqlEngine implements MetricQuery {

  /// Most steps of one query that arrays can hold with room to spare; callers over HTTP allow far
  /// fewer ([PromqlOptions#MAX_STEPS]).
  static final int MOST_STEPS = 1 << 27;

  /// What one element of a result holds beside its labels and values, in samples.
  private static final int SHOWN = 3;

  private final MetricStore store;
  private final PromqlOptions options;
  private final Ticker ticker;
  private final QueryMemory memory;
  private final ResultCache cache;
  private final long owner = ResultCache.newOwner();

  /// An engine over `store`, timed by the machine's monotonic clock.
  public PromqlEngine(MetricStore store, PromqlOptions options) {
    this(store, options, Ticker.SYSTEM);
  }

  /// An engine that reads elapsed time from `ticker`.
  public PromqlEngine(MetricStore store, PromqlOptions options, Ticker ticker) {
    this(store, options, ticker, QueryMemory.unbounded());
  }

  /// An engine whose queries hold no more than `memory` has for all, those of other engines
  /// included.
  public PromqlEngine(MetricStore store, PromqlOptions options, Ticker ticker, QueryMemory memory) {
    this(store, options, ticker, memory, new ResultCache(0));
  }

  /// The same, and results of range queries are kept in `cache`.
  public PromqlEngine(
      MetricStore store,
      PromqlOptions options,
      Ticker ticker,
      QueryMemory memory,
      ResultCache cache) {
    this.store = store;
    this.options = options;
    this.ticker = ticker;
    this.memory = memory;
    this.cache = cache;
  }

  @Override
  public QueryResult instant(String expression, long timeMs, Options limits) {
    if (limits.memory() == null) {
      try (QueryMemory.Share share = memory.open()) {
        return instant(expression, timeMs, limits.withMemory(share));
      }
    }
    long begun = ticker.read();
    Expr parsed = PromqlParser.parse(expression, options);
    long parsedNs = ticker.read() - begun;
    QueryContext context = context(expression, timeMs, timeMs, 0, 1, limits);
    Evaluator evaluator = new Evaluator(context, parsed);
    Steps steps = new Steps(timeMs, 0, 1);
    if (limits.detail() == Detail.PLAN_ONLY) {
      return planned(context, evaluator, parsed, steps, parsedNs);
    }
    watch(context, parsed);
    QueryValue value =
        switch (parsed.type()) {
          case MATRIX -> new RangeResult(context, evaluator).read(parsed, steps);
          case SCALAR, VECTOR, STRING ->
              instantValue(evaluator.evaluate(parsed, steps), context, timeMs);
        };
    return result(value, context, plan(context, evaluator, parsed, steps), parsedNs);
  }

  private static QueryValue instantValue(Evaluated evaluated, QueryContext context, long timeMs) {
    return switch (evaluated) {
      case Evaluated.Scalars(double[] values) -> new QueryValue.Scalar(timeMs, values[0]);
      case Evaluated.Text(String text) -> new QueryValue.Text(timeMs, text);
      case Evaluated.Vectors(List<StepSeries> series) -> {
        List<QueryValue.Sample> samples = new ArrayList<>();
        for (StepSeries one : finish(series, context)) {
          if (one.present(0)) {
            context.budget().hold(SHOWN);
            FloatHistogram histogram = one.histogram(0);
            double value = histogram == null ? one.values()[0] : Double.NaN;
            samples.add(new QueryValue.Sample(one.labels(), timeMs, value, histogram));
          }
        }
        yield new QueryValue.Vector(samples);
      }
    };
  }

  @Override
  public QueryResult range(
      String expression, long startMs, long endMs, long stepMs, Options limits) {
    if (limits.memory() == null) {
      try (QueryMemory.Share share = memory.open()) {
        return range(expression, startMs, endMs, stepMs, limits.withMemory(share));
      }
    }
    if (stepMs <= 0) {
      throw MangruException.badData("the step of a range query must be positive: " + stepMs);
    }
    if (endMs < startMs) {
      throw MangruException.badData("end timestamp must not be before start time");
    }
    long begun = ticker.read();
    Expr parsed = PromqlParser.parse(expression, options);
    long parsedNs = ticker.read() - begun;
    if (parsed.type() != ValueType.SCALAR && parsed.type() != ValueType.VECTOR) {
      throw MangruException.badData(
          "invalid expression type "
              + GoText.quote(parsed.type().text())
              + " for range query, must be Scalar or instant Vector");
    }
    long span = endMs - startMs;
    long count = span / stepMs + 1;
    if (span < 0 || count > MOST_STEPS) {
      throw MangruException.badData(
          "a range query may have "
              + MOST_STEPS
              + " steps: from "
              + startMs
              + " to "
              + endMs
              + " ms there are more");
    }
    QueryContext context = context(expression, startMs, endMs, stepMs, (int) count, limits);
    Evaluator evaluator = new Evaluator(context, parsed);
    Steps steps = new Steps(startMs, stepMs, (int) count);
    if (limits.detail() == Detail.PLAN_ONLY) {
      return planned(context, evaluator, parsed, steps, parsedNs);
    }
    watch(context, parsed);
    CachedRange cached =
        limits.cached() && (limits.detail() == Detail.NONE || limits.detail() == Detail.PLAN)
            ? CachedRange.of(cache, owner, parsed, context, steps)
            : null;
    List<StepSeries> series =
        cached == null
            ? series(evaluator, parsed, steps, context)
            : cached.answer(some -> series(new Evaluator(context, parsed), parsed, some, context));
    PlanTrace trace = context.watch().trace();
    if (cached != null && trace != null && cached.cachedSteps() > 0) {
      trace.cached(parsed, cached.cachedSteps(), "older steps taken from the cache of results");
    }
    List<QueryValue.Points> points = new ArrayList<>();
    for (StepSeries one : series) {
      context.budget().work(steps.count());
      if (one.anyPresent()) {
        context.budget().hold(SHOWN + steps.count() / 2L); // beside the 8 bytes that are held
        points.add(points(one, steps));
      }
    }
    long sorting = context.watch().now();
    points.sort((a, b) -> {
      context.budget().work(8);
      return a.labels().compareTo(b.labels());
    });
    context.watch().sorted(sorting);
    return result(
        new QueryValue.Matrix(points), context, plan(context, evaluator, parsed, steps), parsedNs);
  }

  private static void watch(QueryContext context, Expr parsed) {
    PlanTrace trace = context.watch().trace();
    if (trace != null) {
      trace.expect(QueryPlanner.operators(parsed), context.budget());
    }
  }

  /// How a query was evaluated, if that was asked for.
  private static @Nullable QueryPlan plan(
      QueryContext context, Evaluator evaluator, Expr parsed, Steps steps) {
    return context.watch().trace() == null
        ? null
        : new QueryPlanner(context, evaluator).plan(parsed, steps);
  }

  /// How a query would be evaluated.
  private static QueryResult planned(
      QueryContext context, Evaluator evaluator, Expr parsed, Steps steps, long parsedNs) {
    return result(
        new QueryValue.Vector(List.of()),
        context,
        new QueryPlanner(context, evaluator).plan(parsed, steps),
        parsedNs);
  }

  /// The series of a range query at some of its steps, under their final names.
  private static List<StepSeries> series(
      Evaluator evaluator, Expr parsed, Steps steps, QueryContext context) {
    return switch (evaluator.evaluate(parsed, steps)) {
      case Evaluated.Scalars(double[] values) ->
          List.of(new StepSeries(Labels.empty(), false, values));
      case Evaluated.Vectors(List<StepSeries> found) -> finish(found, context);
      case Evaluated.Text _ -> throw new IllegalStateException("refused above");
    };
  }

  private static QueryValue.Points points(StepSeries series, Steps steps) {
    int count = 0;
    for (int i = 0; i < steps.count(); i++) {
      count += series.present(i) ? 1 : 0;
    }
    long[] times = new long[count];
    double[] values = new double[count];
    @Nullable FloatHistogram[] histograms =
        new @Nullable FloatHistogram[series.histograms() == null ? 0 : count];
    int next = 0;
    for (int i = 0; i < steps.count(); i++) {
      if (series.present(i)) {
        times[next] = steps.time(i);
        values[next] = series.values()[i];
        FloatHistogram histogram = series.histogram(i);
        if (histogram != null) {
          histograms[next] = histogram;
          values[next] = Double.NaN;
        }
        next++;
      }
    }
    return new QueryValue.Points(series.labels(), times, values, histograms);
  }

  /// Removes the names that were marked on the way; what became equal is one series.
  private static List<StepSeries> finish(List<StepSeries> series, QueryContext context) {
    List<StepSeries> named = new ArrayList<>(series.size());
    for (StepSeries one : series) {
      named.add(one.dropName() ? one.relabeled(context.withoutName(one.labels()), false) : one);
    }
    return Evaluator.mergeEqual(named);
  }

  private QueryContext context(
      String expression, long startMs, long endMs, long stepMs, int steps, Options limits) {
    QueryBudget budget =
        new QueryBudget(
            ticker, limits.timeout(), limits.cancellation(), limits.maxSamples(), limits.memory());
    budget.check();
    long lookback = (limits.lookback() == null ? options.lookback() : limits.lookback()).toMillis();
    long longest = limits.maxSourceResolution().toMillis();
    MetricStore source = longest == 0 ? store : new SummaryStore(store, longest);
    lookback = Math.max(lookback, longest); // a bucket is one sample
    return new QueryContext(
        source,
        options,
        startMs,
        endMs,
        stepMs,
        lookback,
        budget,
        new Annotations(expression),
        new QueryWatch(limits.detail(), steps, ticker));
  }

  private static QueryResult result(
      QueryValue value, QueryContext context, @Nullable QueryPlan plan, long parsedNs) {
    SummaryStore.note(context.store(), context.annotations());
    return new QueryResult(
        value,
        context.annotations().warnings(),
        context.annotations().infos(),
        context.budget().samplesRead(),
        context.watch().stats(parsedNs, context.budget()),
        plan);
  }
}
