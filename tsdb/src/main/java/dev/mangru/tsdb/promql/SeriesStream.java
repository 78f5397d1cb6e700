package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.SelectorReader.LabelSource;
import dev.mangru.tsdb.promql.SelectorReader.RawSeries;
import dev.mangru.tsdb.promql.SelectorReader.Reading;
import java.util.ArrayList;
import java.util.List;

/// Computes selectors and functions of a range series by series, so that an aggregation need not
/// hold them all. Confined to the query's thread.
final class SeriesStream {

  /// Steps between two looks at the clock.
  private static final int STEPS_AT_ONCE = 1 << 14;

  /// Samples of windows between two looks at the clock.
  private static final int SAMPLES_AT_ONCE = 4_096;

  private final QueryContext context;
  private final SelectorReader reader;
  private final RangeReader ranges;

  /// Kept to the end of the query: both sides of a ratio have the same windows.
  private final List<StepWindows> windowsSeen = new ArrayList<>();

  SeriesStream(QueryContext context, SelectorReader reader, RangeReader ranges) {
    this.context = context;
    this.reader = reader;
    this.ranges = ranges;
  }

  /// Takes series that have a value at one step at least.
  @FunctionalInterface
  interface Sink {
    /// Takes one series.
    ///
    /// @param series labels as the store has them, metric name included
    /// @param dropName whether the argument of the function had lost its name already
    /// @param values one per step; used again for the next series
    /// @param full whether it is known that there is a value at every step
    void accept(LabelSource series, boolean dropName, double[] values, boolean full);
  }

  /// An instant selector: the newest sample not older than the lookback, at every step.
  ///
  /// @param kernel [WindowKernels.Edge] or the like
  /// @param presence whether only the presence of values matters
  void instant(
      Expr.VectorSelector selector, Steps steps, WindowKernel kernel, boolean presence, Sink sink) {
    if (steps.count() == 0) {
      return;
    }
    long lookback = context.lookbackMs();
    RangeReader.Placement placement =
        new RangeReader.Placement(selector.time().at(), context.offset(selector.time()), lookback);
    long first = placement.endMs(context, steps.time(0)) - lookback;
    long last = placement.endMs(context, steps.last());
    Reading reading = new Reading(true, steps.count() == 1, presence);
    try (Run run = new Run(placement, steps, kernel, sink)) {
      reader.forEach(selector.matchers(), first, last, reading, run::series);
    }
  }

  /// A function of the windows of a range vector without extension.
  ///
  /// @param presence whether only the presence of samples matters
  void overRange(Expr range, Steps steps, WindowKernel kernel, boolean presence, Sink sink) {
    if (steps.count() == 0) {
      return;
    }
    Reading reading = new Reading(false, false, presence);
    try (Run run = new Run(ranges.placement(range), steps, kernel, sink)) {
      ranges.forEach(range, steps, 0, 0, reading, run::series);
    }
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

  /// One pass over all series.
  private final class Run implements AutoCloseable {
    private final QueryBudget budget = context.budget();
    private final StepWindows windows;
    private final WindowKernel kernel;
    private final double[] values;
    private final Sink sink;

    Run(RangeReader.Placement placement, Steps steps, WindowKernel kernel, Sink sink) {
      this.kernel = kernel;
      this.sink = sink;
      this.windows = windows(placement, steps);
      this.values = budget.allocate(steps.count());
    }

    void series(RawSeries raw) {
      StepWindows.Column column = windows.column(raw.times(), raw.count());
      kernel.series(raw.times(), raw.values(), raw.count());
      int first = 0;
      while (first < values.length) {
        int end = kernel.constantTime() ? runOf(first) : runOfWindows(column, first);
        kernel.apply(windows, column, first, end, values);
        first = end;
      }
      boolean full = column.smallest >= kernel.samplesNeeded();
      if (full || anyPresent(values)) {
        sink.accept(raw, raw.dropName(), values, full);
      }
    }

    private int runOf(int first) {
      int end = Math.min(values.length, first + STEPS_AT_ONCE);
      budget.work((end - first) >> 1);
      return end;
    }

    private int runOfWindows(StepWindows.Column column, int first) {
      int end = first;
      int work = 0;
      while (end < values.length && work < SAMPLES_AT_ONCE) {
        work += 1 + ((column.to[end] - column.from[end]) >> 2);
        end++;
      }
      budget.work(work);
      return end;
    }

    @Override
    public void close() {
      budget.release(values.length);
    }
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
