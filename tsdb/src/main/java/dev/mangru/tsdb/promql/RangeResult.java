package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.tsdb.promql.SelectorReader.RawSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The answer to an instant query whose expression is itself a range vector: the samples of one
/// window. Confined to the query's thread.
final class RangeResult {

  private final QueryContext context;
  private final Evaluator evaluator;

  RangeResult(QueryContext context, Evaluator evaluator) {
    this.context = context;
    this.evaluator = evaluator;
  }

  QueryValue.Matrix read(Expr range, Steps steps) {
    RangeReader ranges = evaluator.ranges();
    RangeReader.Placement placement = ranges.placement(range);
    Expr.Extension extension = ranges.extension(range);
    long end = placement.endMs(context, steps.startMs());
    long start = end - placement.rangeMs();
    long before = extension == Expr.Extension.NONE ? 0 : context.lookbackMs();
    long after = extension == Expr.Extension.SMOOTHED ? context.lookbackMs() : 0;
    ExtendedSelectors extended = new ExtendedSelectors(context, new SelectorReader(context));
    List<QueryValue.Points> series = new ArrayList<>();
    Set<Labels> seen = new HashSet<>();
    QueryTally tally = context.watch().tally();
    QueryTally.Counts counted = context.watch().counts();
    if (tally != null && StepInvariance.unwrap(range) instanceof Expr.Subquery subquery) {
      tally.whole(subquery);
      counted = null; // what is inside counts
    }
    QueryTally.Counts counts = counted;
    PlanTrace trace = context.watch().trace();
    if (trace != null) {
      trace.enter(StepInvariance.unwrap(range), 1);
    }
    ranges.forEach(
        range,
        steps,
        before,
        after,
        raw -> {
          RawSeries shown =
              extension == Expr.Extension.NONE
                  ? raw
                  : extended.window(
                      raw, start, end, extension == Expr.Extension.SMOOTHED, range.position());
          if (shown.count() == 0) {
            return;
          }
          Labels labels = raw.dropName() ? context.withoutName(raw.labels()) : raw.labels();
          if (!seen.add(labels)) {
            throw Evaluator.duplicate();
          }
          context
              .budget()
              .hold(StepSeries.LABELS + shown.count() + StepSeries.weight(shown.histograms()));
          if (counts != null) {
            counts.add(0, QueryTally.weight(shown));
          }
          series.add(
              new QueryValue.Points(
                  labels,
                  Arrays.copyOf(shown.times(), shown.count()),
                  Arrays.copyOf(shown.values(), shown.count()),
                  histograms(shown)));
        });
    if (trace != null) {
      trace.exit(StepInvariance.unwrap(range), series.size());
    }
    series.sort(Comparator.comparing(QueryValue.Points::labels));
    return new QueryValue.Matrix(series);
  }

  private static @Nullable FloatHistogram[] histograms(RawSeries shown) {
    @Nullable FloatHistogram[] all = shown.histograms();
    return all == null ? new FloatHistogram[0] : Arrays.copyOf(all, shown.count());
  }
}
