package dev.mangru.tsdb.promql;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.tsdb.promql.SelectorReader.RawSeries;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads range vectors, selected or computed by a subquery, series by series. Confined to the
/// query's thread.
final class RangeReader {

  private final QueryContext context;
  private final SelectorReader reader;
  private final Evaluator evaluator;

  RangeReader(QueryContext context, SelectorReader reader, Evaluator evaluator) {
    this.context = context;
    this.reader = reader;
    this.evaluator = evaluator;
  }

  /// Where the windows of a range vector lie.
  ///
  /// @param at null if each step has its own
  record Placement(Expr.@Nullable At at, long offsetMs, long rangeMs) {

    long endMs(QueryContext context, long stepMs) {
      return context.at(at, stepMs) - offsetMs;
    }
  }

  Placement placement(Expr range) {
    return switch (StepInvariance.unwrap(range)) {
      case Expr.MatrixSelector matrix ->
          new Placement(
              matrix.selector().time().at(),
              context.offset(matrix.selector().time()),
              context.range(matrix.range()));
      case Expr.Subquery subquery ->
          new Placement(
              subquery.time().at(),
              context.offset(subquery.time()),
              context.range(subquery.range()));
      case Expr other -> throw new IllegalStateException("not a range vector: " + other);
    };
  }

  Expr.Extension extension(Expr range) {
    return StepInvariance.unwrap(range) instanceof Expr.MatrixSelector matrix
        ? matrix.selector().extension()
        : Expr.Extension.NONE;
  }

  /// Hands every series to `sink`, with samples from `beforeMs` before the first window to
  /// `afterMs` after the last.
  void forEach(Expr range, Steps steps, long beforeMs, long afterMs, Consumer<RawSeries> sink) {
    forEach(range, steps, beforeMs, afterMs, SelectorReader.Reading.FLOATS, sink);
  }

  /// The same with the samples that `reading` asks for.
  void forEach(
      Expr range,
      Steps steps,
      long beforeMs,
      long afterMs,
      SelectorReader.Reading reading,
      Consumer<RawSeries> sink) {
    if (steps.count() == 0) {
      return;
    }
    Placement placement = placement(range);
    long first = placement.endMs(context, steps.time(0)) - placement.rangeMs() - beforeMs;
    long last = placement.endMs(context, steps.last()) + afterMs;
    switch (StepInvariance.unwrap(range)) {
      case Expr.MatrixSelector matrix ->
          reader.forEach(matrix.selector().matchers(), first, last, reading, sink);
      case Expr.Subquery subquery -> subquery(subquery, first, last, sink);
      case Expr other -> throw new IllegalStateException("not a range vector: " + other);
    }
  }

  /// What a histogram said of the sample before it is not true of the step before it.
  private static FloatHistogram withoutHint(FloatHistogram histogram) {
    return histogram.hint() == ResetHint.GAUGE ? histogram : histogram.withHint(ResetHint.UNKNOWN);
  }

  /// The steps at which a subquery is evaluated for windows in `(after, until]`; null for none.
  @Nullable Steps steps(Expr.Subquery subquery, long after, long until) {
    long step =
        subquery.step() == null
            ? context.options().defaultSubqueryStep().toMillis()
            : context.range(subquery.step());
    if (step <= 0) {
      throw QueryContext.execution("subquery step is shorter than a millisecond");
    }
    long start = Math.floorDiv(after, step) * step + step;
    if (start > until) {
      return null;
    }
    long count = (until - start) / step + 1;
    if (count > PromqlEngine.MOST_STEPS) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "query processing would load too many samples into memory in query execution: a subquery"
              + " of "
              + count
              + " steps");
    }
    return new Steps(start, step, (int) count);
  }

  /// The series inside a subquery, at its own steps.
  private Evaluated.Vectors inner(Expr.Subquery subquery, Steps inner) {
    QueryTally tally = context.watch().tally();
    Supplier<Evaluated.Vectors> read =
        () -> evaluator.findingResets(false, () -> evaluator.vectors(subquery.inner(), inner));
    if (tally == null) {
      return read.get();
    }
    return tally.countsInside(subquery) ? tally.repeated(1, read) : tally.suspended(read);
  }

  private void subquery(Expr.Subquery subquery, long after, long until, Consumer<RawSeries> sink) {
    Steps inner = steps(subquery, after, until);
    if (inner == null) {
      return;
    }
    int count = inner.count();
    PlanTrace trace = context.watch().trace();
    if (trace != null) {
      trace.enter(subquery, count);
    }
    Evaluated.Vectors vectors = inner(subquery, inner);
    for (StepSeries series : vectors.series()) {
      context.budget().hold(count);
      long[] times = new long[inner.count()];
      double[] values = new double[inner.count()];
      @Nullable FloatHistogram[] histograms =
          series.histograms() == null ? null : new @Nullable FloatHistogram[inner.count()];
      int present = 0;
      for (int i = 0; i < inner.count(); i++) {
        if (series.present(i)) {
          times[present] = inner.time(i);
          values[present] = series.values()[i];
          FloatHistogram histogram = series.histogram(i);
          if (histograms != null && histogram != null) {
            histograms[present] = withoutHint(histogram);
          }
          present++;
        }
        context.budget().work(1);
      }
      if (present > 0) {
        sink.accept(
            new RawSeries(series.labels(), series.dropName(), times, values, histograms, present));
      }
      context.budget().release(count);
    }
    evaluator.release(vectors);
    if (trace != null) {
      trace.exit(subquery, vectors.series().size());
    }
  }
}
