package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import org.jspecify.annotations.Nullable;

/// The functions of ranges over windows with native histograms or start timestamps. Thread-safe, as
/// are the functions.
///
/// Source: Prometheus `promql/functions.go`.
final class MixedFunctions {

  private final QueryContext context;

  /// Of the first argument, where annotations point to.
  private final Position position;

  MixedFunctions(QueryContext context, Position position) {
    this.context = context;
    this.position = position;
  }

  MixedFunction of(Function function) {
    return switch (function) {
      case RATE -> new MixedRate(this, context, true, true);
      case INCREASE -> new MixedRate(this, context, true, false);
      case DELTA -> new MixedRate(this, context, false, false);
      case IRATE -> new MixedLastTwo(this, context, true);
      case IDELTA -> new MixedLastTwo(this, context, false);
      case CHANGES -> this::changes;
      case RESETS -> new MixedResets(context);
      case SUM_OVER_TIME -> (window, step, out) -> total(window, step, out, false);
      case AVG_OVER_TIME -> (window, step, out) -> total(window, step, out, true);
      case FIRST_OVER_TIME -> (window, step, out) -> edge(window, window.from, step, out);
      case LAST_OVER_TIME -> (window, step, out) -> edge(window, window.to - 1, step, out);
      case COUNT_OVER_TIME, PRESENT_OVER_TIME, TS_OF_FIRST_OVER_TIME, TS_OF_LAST_OVER_TIME ->
          MixedFunction.FLOATS_ONLY; // they take histograms as they take floats
      case Function _ -> this::floatsOnly;
    };
  }

  /// The newest sample, for an instant selector.
  static MixedFunction newest() {
    return (window, step, out) -> edge(window, window.to - 1, step, out);
  }

  /// When the counter of the newest sample began, in seconds.
  static MixedFunction newestStart() {
    return new MixedFunction() {
      @Override
      public boolean usesStarts() {
        return true;
      }

      @Override
      public @Nullable FloatHistogram apply(MixedWindow window, int step, double[] out) {
        int last = window.to - 1;
        long start = window.series.starts[last];
        boolean stale = StepSeries.isAbsent(window.series.values[last]);
        out[step] = stale || start == SampleCursor.NO_START ? StepSeries.ABSENT : start / 1000.0;
        return null;
      }
    };
  }

  private static @Nullable FloatHistogram edge(
      MixedFunction.MixedWindow window, int index, int step, double[] out) {
    FloatHistogram histogram = window.series.histograms[index];
    out[step] = histogram == null ? window.series.values[index] : StepSeries.ABSENT;
    return histogram;
  }

  private @Nullable FloatHistogram floatsOnly(
      MixedFunction.MixedWindow window, int step, double[] out) {
    if (window.mixed()) {
      context
          .annotations()
          .info(
              "ignored histograms in a range containing both floats and histograms for metric name "
                  + GoText.quote(window.labels.metricName()),
              position);
    }
    return null;
  }

  void warnMixed(MixedFunction.MixedWindow window) {
    context.annotations().mixedSamples(window.labels, position);
  }

  void warnLayouts(MixedFunction.MixedWindow window) {
    context.annotations().mixedLayouts(window.labels.metricName(), position);
  }

  void warnNot(String kind, MixedFunction.MixedWindow window) {
    context.annotations().wrongKind(kind, window.labels, position);
  }

  void warnOverlap(MixedFunction.MixedWindow window) {
    context
        .annotations()
        .warnEach(
            "sample has start time that overlaps with previous sample timestamp for metric "
                + GoText.quote(window.labels.metricName()),
            position);
  }

  void noteBounds(String operation) {
    context.annotations().reconciledBounds(operation, position);
  }

  private @Nullable FloatHistogram total(
      MixedFunction.MixedWindow window, int step, double[] out, boolean average) {
    out[step] = StepSeries.ABSENT;
    if (!window.onlyHistograms()) {
      warnMixed(window);
      return null;
    }
    HistogramMean sum = new HistogramMean(average);
    for (int i = window.from; i < window.to; i++) {
      FloatHistogram histogram = window.series.histograms[i];
      if (histogram != null) {
        sum.add(histogram);
      }
    }
    if (sum.incompatible()) {
      warnLayouts(window);
      return null;
    }
    if (sum.conflictingResets()) {
      context.annotations().conflictingResets("aggregation", position);
    }
    if (sum.reconciledBounds()) {
      noteBounds("aggregation");
    }
    return sum.result();
  }

  private @Nullable FloatHistogram changes(
      MixedFunction.MixedWindow window, int step, double[] out) {
    int changes = 0;
    MixedSeries series = window.series;
    for (int i = window.from + 1; i < window.to; i++) {
      changes += SamplePair.isChange(series.values, series.histograms, i) ? 1 : 0;
    }
    out[step] = changes;
    return null;
  }

  /// Whether the histogram is marked as no counter.
  static boolean isGauge(FloatHistogram histogram) {
    return histogram.hint() == ResetHint.GAUGE;
  }
}
