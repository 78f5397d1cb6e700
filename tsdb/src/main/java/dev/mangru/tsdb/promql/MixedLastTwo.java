package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import org.jspecify.annotations.Nullable;

/// `irate` and `idelta` of the last two samples, of whatever kind. Thread-safe.
///
/// Source: Prometheus `instantValue`.
final class MixedLastTwo implements MixedFunction {

  private final MixedFunctions functions;
  private final QueryContext context;
  private final boolean rate;

  MixedLastTwo(MixedFunctions functions, QueryContext context, boolean rate) {
    this.functions = functions;
    this.context = context;
    this.rate = rate;
  }

  @Override
  public boolean usesStarts() {
    return rate && context.options().startTimestamps();
  }

  @Override
  public @Nullable FloatHistogram apply(MixedWindow window, int step, double[] out) {
    out[step] = StepSeries.ABSENT;
    if (window.size() < 2) {
      return null;
    }
    MixedSeries series = window.series;
    int last = window.to - 1;
    double seconds = (series.times[last] - series.times[last - 1]) / 1000.0;
    if (seconds == 0) {
      return null;
    }
    boolean began = usesStarts() && StartTimestamps.isReset(series, last - 1, last);
    FloatHistogram now = series.histograms[last];
    FloatHistogram before = series.histograms[last - 1];
    if (now == null && before == null) {
      boolean reset = rate && (began || series.values[last] < series.values[last - 1]);
      double result = reset ? series.values[last] : series.values[last] - series.values[last - 1];
      out[step] = rate ? result / seconds : result;
      return null;
    }
    if (now == null || before == null) {
      functions.warnMixed(window);
      return null;
    }
    FloatHistogram result = histogram(window, before, now, began);
    return result == null || !rate ? result : result.dividedBy(seconds);
  }

  private @Nullable FloatHistogram histogram(
      MixedWindow window, FloatHistogram before, FloatHistogram now, boolean began) {
    boolean gauges = MixedFunctions.isGauge(before) && MixedFunctions.isGauge(now);
    if (rate && (MixedFunctions.isGauge(before) || MixedFunctions.isGauge(now))) {
      functions.warnNot("counter", window);
    }
    if (!rate && !gauges) {
      functions.warnNot("gauge", window);
    }
    if (rate && (began || HistogramResets.between(before, now))) {
      return now.withHint(ResetHint.GAUGE).compact();
    }
    HistogramSum sum = new HistogramSum();
    sum.set(now);
    if (!sum.subtract(before)) {
      functions.warnLayouts(window);
      return null;
    }
    if (sum.reconciledBounds()) {
      functions.noteBounds("subtraction");
    }
    return sum.result().withHint(ResetHint.GAUGE).compact();
  }
}
