package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.TimeRange;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads selected series from the store, one after the other into the same columns. Confined to the
/// query's thread.
final class SelectorReader {

  private final QueryContext context;

  SelectorReader(QueryContext context) {
    this.context = context;
  }

  /// Which samples are wanted.
  ///
  /// @param keepsStale whether stale markers are among them
  /// @param newestOnly whether the newest sample of each series is enough
  /// @param takesHistograms whether only the presence of samples matters, so that native histograms
  ///   may be among them, with any value
  record Reading(boolean keepsStale, boolean newestOnly, boolean takesHistograms) {
    static final Reading FLOATS = new Reading(false, false, false);
    static final Reading FLOATS_AND_STALE = new Reading(true, false, false);
  }

  /// Hands every series with samples in `(afterMs, untilMs]` to `sink`, one after the other, so
  /// that the raw samples of one series only are in memory. The arrays are used again for the next
  /// series.
  ///
  /// @throws dev.mangru.model.error.MangruException `EXECUTION` if there are native histograms and
  ///   `reading` has no use for them
  void forEach(
      List<LabelMatcher> matchers,
      long afterMs,
      long untilMs,
      Reading reading,
      Consumer<RawSeries> sink) {
    if (untilMs <= afterMs) {
      return;
    }
    QueryBudget budget = context.budget();
    SampleColumns columns = new SampleColumns();
    try (Querier querier = context.store().querier(new TimeRange(afterMs + 1, untilMs))) {
      for (Querier.Series series : querier.select(matchers)) {
        int count = read(series, reading, columns, budget);
        if (count > 0) {
          budget.hold(count);
          sink.accept(
              new RawSeries(series.labels(), false, columns.timesMs(), columns.values(), count));
          budget.release(count);
        }
        budget.work(64);
      }
    }
  }

  /// Reads one series into `columns` and returns how many samples from the first on count.
  static int read(
      Querier.Series series, Reading reading, SampleColumns columns, QueryBudget budget) {
    if (reading.newestOnly()) {
      series.readNewest(columns);
    } else {
      series.read(columns);
    }
    if (columns.anyHistogram() && !reading.takesHistograms()) {
      throw QueryContext.execution(
          "series "
              + series.labels()
              + " holds native histograms, which this function or operator does not support yet");
    }
    int count = columns.count();
    if (!reading.keepsStale()) {
      count = withoutStale(columns.timesMs(), columns.values(), count);
    }
    budget.countRead(count);
    budget.work(count);
    return count;
  }

  /// Moves what is no stale marker to the front and returns how much that is.
  private static int withoutStale(long[] times, double[] values, int count) {
    int first = 0;
    while (first < count && !StaleMarker.is(values[first])) {
      first++;
    }
    int kept = first;
    for (int i = first; i < count; i++) {
      if (!StaleMarker.is(values[i])) {
        times[kept] = times[i];
        values[kept] = values[i];
        kept++;
      }
    }
    return kept;
  }

  long reference(Expr.@Nullable At at, long stepMs, long offsetMs) {
    return context.at(at, stepMs) - offsetMs;
  }

  /// Samples of one series in time order.
  ///
  /// @param times may be longer than `count`
  @SuppressWarnings("ArrayRecordComponent") // hot, and never compared
  record RawSeries(Labels labels, boolean dropName, long[] times, double[] values, int count) {}
}
