package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
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
  ///   are like floats
  /// @param findsResets whether histograms that say nothing of counter resets are told from the
  ///   ones before them
  record Reading(
      boolean keepsStale, boolean newestOnly, boolean takesHistograms, boolean findsResets) {
    static final Reading FLOATS = new Reading(false, false, false, false);
    static final Reading FLOATS_AND_STALE = new Reading(true, false, false, false);
  }

  /// Hands every series with samples in `(afterMs, untilMs]` to `sink`, one after the other, so
  /// that the raw samples of one series only are in memory. The arrays are used again for the next
  /// series.
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
    budget.check();
    SampleColumns columns = new SampleColumns();
    long[] grown = {0};
    columns.beforeGrowth(samples -> {
      budget.hold(samples);
      grown[0] += samples;
    });
    try (Querier querier = context.store().querier(new TimeRange(afterMs + 1, untilMs))) {
      querier.guardBy(budget);
      for (Querier.Series series : querier.select(matchers)) {
        read(series, reading, columns);
        if (columns.anyHistogram()) {
          MixedSeries mixed = MixedSeries.of(columns, reading, budget);
          hand(
              new RawSeries(
                  series.labels(), false, mixed.times, mixed.values, mixed.histograms, mixed.count),
              mixed.weight(),
              sink);
        } else {
          int count = wanted(reading, columns);
          hand(
              new RawSeries(
                  series.labels(), false, columns.timesMs(), columns.values(), null, count),
              0,
              sink);
        }
        budget.work(64);
      }
    }
    budget.release(grown[0]);
    budget.releaseSelected();
  }

  private void hand(RawSeries raw, long weight, Consumer<RawSeries> sink) {
    count(raw.count(), context.budget());
    if (raw.count() > 0) {
      context.budget().hold(raw.count());
      sink.accept(raw);
      context.budget().release(raw.count());
    }
    context.budget().release(weight);
  }

  /// Reads one series into `columns`, stale markers included.
  static void read(Querier.Series series, Reading reading, SampleColumns columns) {
    if (reading.newestOnly()) {
      series.readNewest(columns);
    } else {
      series.read(columns);
    }
  }

  /// Moves the samples that `reading` asks for to the front of the times and values of `columns`,
  /// and returns how many there are.
  static int wanted(Reading reading, SampleColumns columns) {
    return reading.keepsStale()
        ? columns.count()
        : withoutStale(columns.timesMs(), columns.values(), columns.count());
  }

  static void count(int samples, QueryBudget budget) {
    budget.countRead(samples);
    budget.work(samples);
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
  /// @param histograms null where a sample is a float; null if all are
  @SuppressWarnings("ArrayRecordComponent") // hot, and never compared
  record RawSeries(
      Labels labels,
      boolean dropName,
      long[] times,
      double[] values,
      @Nullable FloatHistogram @Nullable [] histograms,
      int count) {}
}
