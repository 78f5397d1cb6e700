package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads selected series from the store. Confined to the query's thread.
final class SelectorReader {

  private final QueryContext context;

  SelectorReader(QueryContext context) {
    this.context = context;
  }

  /// Hands every series with samples in `(afterMs, untilMs]` to `sink`, one after the other, so
  /// that the raw samples of one series only are in memory. Stale markers are left out unless
  /// `withStale`.
  void forEach(
      List<LabelMatcher> matchers,
      long afterMs,
      long untilMs,
      boolean withStale,
      Consumer<RawSeries> sink) {
    if (untilMs <= afterMs) {
      return;
    }
    QueryBudget budget = context.budget();
    try (Querier querier = context.store().querier(new TimeRange(afterMs + 1, untilMs))) {
      for (Querier.Series series : querier.select(matchers)) {
        RawSeries raw = read(series, withStale);
        if (raw.count() > 0) {
          budget.hold(raw.count());
          sink.accept(raw);
          budget.release(raw.count());
        }
        budget.work(64);
      }
    }
  }

  private RawSeries read(Querier.Series series, boolean withStale) {
    QueryBudget budget = context.budget();
    long[] times = new long[128];
    double[] values = new double[128];
    int count = 0;
    SampleCursor cursor = series.samples();
    while (cursor.next()) {
      double value = cursor.value();
      if (!withStale && StaleMarker.is(value)) {
        continue;
      }
      if (count == times.length) {
        budget.work(count);
        budget.hold(2L * count);
        budget.release(2L * count);
        times = Arrays.copyOf(times, 2 * count);
        values = Arrays.copyOf(values, 2 * count);
      }
      times[count] = cursor.timestampMs();
      values[count] = value;
      count++;
    }
    budget.countRead(count);
    budget.work(count);
    return new RawSeries(series.labels(), false, times, values, count);
  }

  /// An instant selector: the newest sample not older than the lookback, at every step.
  ///
  /// @param timestamps whether the sample's own time in seconds is wanted instead of its value
  Evaluated.Vectors instant(Expr.VectorSelector selector, Steps steps, boolean timestamps) {
    List<StepSeries> result = new ArrayList<>();
    if (steps.count() == 0) {
      return new Evaluated.Vectors(result);
    }
    long offset = context.offset(selector.time());
    long first = reference(selector.time().at(), steps.time(0), offset);
    long last = reference(selector.time().at(), steps.last(), offset);
    long lookback = context.lookbackMs();
    forEach(
        selector.matchers(),
        first - lookback,
        last,
        true,
        raw -> {
          double[] values = context.budget().allocate(steps.count());
          boolean any = false;
          int next = 0;
          for (int i = 0; i < steps.count(); i++) {
            long at = reference(selector.time().at(), steps.time(i), offset);
            while (next < raw.count() && raw.times()[next] <= at) {
              next++;
            }
            int newest = next - 1;
            if (newest >= 0
                && raw.times()[newest] > at - lookback
                && !StaleMarker.is(raw.values()[newest])) {
              values[i] = timestamps ? raw.times()[newest] / 1000.0 : raw.values()[newest];
              any = true;
            }
            context.budget().work(1);
          }
          if (any) {
            result.add(new StepSeries(raw.labels(), false, values));
          } else {
            context.budget().release(steps.count());
          }
        });
    return new Evaluated.Vectors(result);
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
