package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.promql.SelectorReader.RawSeries;
import dev.mangru.tsdb.promql.SelectorReader.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Computes selectors and functions of a range series by series, so that an aggregation need not
/// hold them all. Confined to the query's thread.
final class SeriesStream {

  private final QueryContext context;
  private final RangeReader ranges;

  /// Whether selectors tell resets of histograms from the samples before: Prometheus does while it
  /// reads nothing but counts and sums of them.
  boolean findsResets;

  /// Kept to the end of the query: both sides of a ratio have the same windows.
  private final List<StepWindows> windowsSeen = new ArrayList<>();

  SeriesStream(QueryContext context, RangeReader ranges) {
    this.context = context;
    this.ranges = ranges;
  }

  /// Takes series that have a value at one step at least.
  @FunctionalInterface
  interface Sink {
    /// Takes one series.
    ///
    /// @param labels as the store has them, metric name included
    /// @param dropName whether the argument of the function had lost its name already
    /// @param values one per step; used again for the next series
    /// @param histograms one per step, null for none; the taker's own
    /// @param full whether it is known that there is a float at every step
    void accept(
        Labels labels,
        boolean dropName,
        double[] values,
        @Nullable FloatHistogram @Nullable [] histograms,
        boolean full);
  }

  /// An instant selector: the newest sample not older than the lookback, at every step.
  ///
  /// @param kernel [WindowKernels.Edge] or the like
  /// @param presence whether only the presence of values matters
  void instant(
      Expr.VectorSelector selector, Steps steps, WindowKernel kernel, boolean presence, Sink sink) {
    instant(
        selector,
        steps,
        kernel.with(MixedFunctions.newest()),
        new Reading(true, steps.count() == 1 && !findsResets, presence, findsResets),
        sink);
  }

  /// The same with a kernel that knows what to do with histograms or start timestamps.
  void instant(
      Expr.VectorSelector selector, Steps steps, WindowKernel kernel, Reading reading, Sink sink) {
    if (steps.count() == 0) {
      return;
    }
    long lookback = context.lookbackMs();
    RangeReader.Placement placement =
        new RangeReader.Placement(selector.time().at(), context.offset(selector.time()), lookback);
    long first = placement.endMs(context, steps.time(0)) - lookback;
    long last = placement.endMs(context, steps.last());
    SeriesWorker worker = worker(placement, steps, kernel);
    worker.count(
        context.watch().counts(),
        reading.takesHistograms() && kernel instanceof WindowKernels.EdgeTime
            ? SeriesWorker.Counting.NEWEST_AS_ONE
            : SeriesWorker.Counting.NEWEST);
    traced(
        selector,
        steps,
        sink,
        to -> scan(selector.matchers(), first, last, reading, worker, null, to));
  }

  /// A function of the windows of a range vector without extension.
  ///
  /// @param presence whether only the presence of samples matters
  void overRange(Expr range, Steps steps, WindowKernel kernel, boolean presence, Sink sink) {
    if (steps.count() == 0) {
      return;
    }
    Reading reading = new Reading(false, false, presence, findsResets);
    RangeReader.Placement placement = ranges.placement(range);
    SeriesWorker worker = worker(placement, steps, kernel);
    worker.count(context.watch().counts(), SeriesWorker.Counting.WINDOWS);
    if (StepInvariance.unwrap(range) instanceof Expr.MatrixSelector matrix) {
      long first = placement.endMs(context, steps.time(0)) - placement.rangeMs();
      long last = placement.endMs(context, steps.last());
      BucketReading buckets =
          BucketReading.of(context, kernel.buckets(), placement, windows(placement, steps));
      traced(
          matrix,
          steps,
          sink,
          to -> scan(matrix.selector().matchers(), first, last, reading, worker, buckets, to));
      return;
    }
    double[] values = context.budget().allocate(steps.count());
    ranges.forEach(
        range,
        steps,
        0,
        0,
        reading,
        raw -> {
          SeriesWorker.Presence found = worker.compute(presence ? withoutKinds(raw) : raw, values);
          if (found != SeriesWorker.Presence.NONE) {
            sink.accept(
                raw.labels(),
                raw.dropName(),
                values,
                worker.histograms(),
                found == SeriesWorker.Presence.FULL);
          }
        });
    context.budget().release(values.length);
  }

  /// The same samples, where it does not matter which of them are histograms.
  private static RawSeries withoutKinds(RawSeries raw) {
    @Nullable FloatHistogram[] histograms = raw.histograms();
    if (histograms == null) {
      return raw;
    }
    double[] values = raw.values().clone();
    for (int i = 0; i < raw.count(); i++) {
      if (histograms[i] != null) {
        values[i] = 0;
      }
    }
    return new RawSeries(raw.labels(), raw.dropName(), raw.times(), values, null, raw.count());
  }

  /// Reads `selector` and measures it, if that is asked for.
  private void traced(Expr selector, Steps steps, Sink sink, Consumer<Sink> read) {
    PlanTrace trace = context.watch().trace();
    if (trace == null) {
      read.accept(sink);
      return;
    }
    trace.enter(selector, steps.count());
    read.accept(trace.charging(sink));
    trace.exit(selector, 0);
  }

  private SeriesWorker worker(RangeReader.Placement placement, Steps steps, WindowKernel kernel) {
    return new SeriesWorker(kernel, windows(placement, steps), context.budget());
  }

  private void scan(
      List<LabelMatcher> matchers,
      long afterMs,
      long untilMs,
      Reading reading,
      SeriesWorker worker,
      @Nullable BucketReading buckets,
      Sink sink) {
    if (untilMs <= afterMs) {
      return;
    }
    if (buckets != null) {
      worker.use(buckets);
    }
    context.budget().check();
    TimeRange range = new TimeRange(afterMs + 1, untilMs);
    long looking = context.watch().now();
    try (Querier querier =
        buckets == null
            ? context.store().querier(range)
            : context.store().querier(range, buckets.wanted())) {
      querier.guardBy(context.budget());
      List<Querier.Series> selected =
          reading.newestOnly() ? querier.selectNewest(matchers) : querier.select(matchers);
      context.watch().prepared(looking, selected.size());
      if (!ParallelScan.isWorth(querier, selected.size(), worker)
          || !new ParallelScan(context, selected, reading, worker).run(sink)) {
        scanAlone(selected, reading, worker, sink);
      } else if (context.watch().trace() != null) {
        context.watch().trace().note(ParallelScan.described());
      }
      if (buckets != null && context.watch().trace() != null) {
        context.watch().trace().note(buckets.described());
      }
    }
    context.budget().release(worker.grown());
    context.budget().releaseSelected();
  }

  private void scanAlone(
      List<Querier.Series> selected, Reading reading, SeriesWorker worker, Sink sink) {
    QueryBudget budget = context.budget();
    double[] values = budget.allocate(worker.steps());
    for (Querier.Series series : selected) {
      SeriesWorker.Presence presence = worker.compute(series, reading, values);
      if (presence != SeriesWorker.Presence.NONE) {
        sink.accept(
            series.labels(),
            false,
            values,
            worker.histograms(),
            presence == SeriesWorker.Presence.FULL);
      }
      budget.work(64);
    }
    budget.release(values.length);
  }

  private StepWindows windows(RangeReader.Placement placement, Steps steps) {
    for (StepWindows windows : windowsSeen) {
      if (windows.areFor(placement, steps)) {
        return windows;
      }
    }
    StepWindows windows = new StepWindows(context, placement, steps, context.budget());
    windowsSeen.add(windows);
    return windows;
  }

  /// Whether different series that these matchers select still differ without the metric name.
  static boolean haveOneName(List<LabelMatcher> matchers) {
    for (LabelMatcher matcher : matchers) {
      if (matcher.operator() == LabelMatcher.Operator.EQUAL
          && matcher.name().equals(Labels.METRIC_NAME)) {
        return true;
      }
    }
    return false;
  }

  static boolean anyPresent(double[] values) {
    for (double value : values) {
      if (!StepSeries.isAbsent(value)) {
        return true;
      }
    }
    return false;
  }
}
