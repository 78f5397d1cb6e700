package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.MetricQuery.Detail;
import dev.mangru.model.metric.QueryStats;
import dev.mangru.model.time.Ticker;
import org.jspecify.annotations.Nullable;

/// What a query is asked to tell of itself. Confined to the query's thread.
///
/// One that is asked for nothing looks at no clock and counts nothing.
final class QueryWatch {

  private final Ticker ticker;
  private final boolean timed;
  private final long began;
  private final @Nullable QueryTally tally;
  private final @Nullable PlanTrace trace;
  private long preparedNs;
  private long sortedNs;

  /// @param steps of the whole query
  QueryWatch(Detail detail, int steps, Ticker ticker) {
    this.ticker = ticker;
    this.timed = detail != Detail.NONE;
    this.began = now();
    this.tally =
        switch (detail) {
          case SAMPLES -> new QueryTally(steps, false);
          case SAMPLES_PER_STEP -> new QueryTally(steps, true);
          case NONE, PLAN, PLAN_ONLY -> null;
        };
    this.trace =
        switch (detail) {
          case PLAN -> new PlanTrace(ticker);
          case NONE, SAMPLES, SAMPLES_PER_STEP, PLAN_ONLY -> null;
        };
  }

  /// Counts samples, if that was asked for.
  @Nullable QueryTally tally() {
    return tally;
  }

  /// Where samples are to be counted now, or null.
  QueryTally.@Nullable Counts counts() {
    return tally == null ? null : tally.counts();
  }

  /// Measures operators, if that was asked for.
  @Nullable PlanTrace trace() {
    return trace;
  }

  /// The time, for [#prepared] and [#sorted].
  long now() {
    return timed ? ticker.read() : 0;
  }

  /// Since `start` series were looked for, and so many were found.
  void prepared(long start, int series) {
    preparedNs += now() - start;
    if (trace != null) {
      trace.selected(series);
    }
  }

  /// Since `start` the result was sorted.
  void sorted(long start) {
    sortedNs += now() - start;
  }

  /// All that is known at the end of the query.
  ///
  /// @param parsedNs how long reading the expression took
  QueryStats stats(long parsedNs, QueryBudget budget) {
    if (!timed) {
      return QueryStats.NONE;
    }
    long ranNs = now() - began;
    return new QueryStats(
        parsedNs + preparedNs,
        Math.max(0, ranNs - preparedNs - sortedNs),
        sortedNs,
        budget.mostHeld(),
        tally == null ? 0 : tally.total(),
        tally == null ? new long[0] : tally.perStep());
  }
}
