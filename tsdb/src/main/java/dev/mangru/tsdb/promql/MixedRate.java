package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import org.jspecify.annotations.Nullable;

/// `rate`, `increase` and `delta` over native histograms, and over samples with start timestamps;
/// [RateKernel] is the same for plain floats. Confined to the query's thread.
///
/// Source: Prometheus `extrapolatedRate`, `histogramRate`.
final class MixedRate implements MixedFunction {

  private final MixedFunctions functions;
  private final QueryContext context;
  private final boolean counter;
  private final boolean perSecond;

  MixedRate(MixedFunctions functions, QueryContext context, boolean counter, boolean perSecond) {
    this.functions = functions;
    this.context = context;
    this.counter = counter;
    this.perSecond = perSecond;
  }

  @Override
  public boolean usesStarts() {
    return counter && context.options().startTimestamps();
  }

  @Override
  public @Nullable FloatHistogram apply(MixedWindow window, int step, double[] out) {
    out[step] = StepSeries.ABSENT;
    if (window.mixed()) {
      functions.warnMixed(window);
      return null;
    }
    MixedSeries series = window.series;
    int first = window.from;
    int last = window.to - 1;
    long rangeStartMs = window.endMs - window.rangeMs;
    boolean begins = usesStarts() && beginsInside(series, first, rangeStartMs);
    if (first == last && !begins) {
      return null;
    }
    FloatHistogram newest = series.histograms[last];
    if (newest == null) {
      double result = floats(window, begins);
      double factor =
          factor(
              window,
              begins,
              result > 0 && series.values[first] >= 0,
              series.values[first],
              result);
      out[step] = result * factor;
      return null;
    }
    FloatHistogram result = histograms(window, newest, begins);
    FloatHistogram oldest = series.histograms[first];
    if (result == null || oldest == null) {
      return null;
    }
    boolean mayReachZero = result.count() > 0 && oldest.count() >= 0;
    return result.times(factor(window, begins, mayReachZero, oldest.count(), result.count()));
  }

  private static boolean beginsInside(MixedSeries series, int first, long rangeStartMs) {
    long start = series.starts[first];
    return start != SampleCursor.NO_START && start > rangeStartMs && start < series.times[first];
  }

  private double floats(MixedWindow window, boolean begins) {
    MixedSeries series = window.series;
    double[] values = series.values;
    double result = values[window.to - 1] - values[window.from];
    if (counter) {
      for (int i = window.from + 1; i < window.to; i++) {
        if (isReset(window, i) || values[i] < values[i - 1]) {
          result += values[i - 1];
        }
      }
    }
    return begins ? result + values[window.from] : result;
  }

  private boolean isReset(MixedWindow window, int at) {
    if (!usesStarts()) {
      return false;
    }
    if (StartTimestamps.overlaps(window.series, at - 1, at)) {
      functions.warnOverlap(window);
    }
    return StartTimestamps.isReset(window.series, at - 1, at);
  }

  private @Nullable FloatHistogram histograms(
      MixedWindow window, FloatHistogram last, boolean begins) {
    @Nullable FloatHistogram[] all = window.series.histograms;
    FloatHistogram first = all[window.from];
    if (first == null) {
      return null;
    }
    if (counter && (MixedFunctions.isGauge(first) || MixedFunctions.isGauge(last))) {
      functions.warnNot("counter", window);
    }
    boolean forgetsFirst = false;
    FloatHistogram second = window.size() > 1 ? all[window.from + 1] : null;
    if (counter && second != null) {
      forgetsFirst = isReset(window, window.from + 1) || HistogramResets.between(first, second);
    }
    boolean custom = (forgetsFirst && second != null) ? second.custom() : first.custom();
    for (int i = window.from + 1; i < window.to; i++) {
      FloatHistogram one = all[i];
      if (one != null && (counter || i == window.to - 1)) {
        if (counter && MixedFunctions.isGauge(one)) {
          functions.warnNot("counter", window);
        }
        if (one.custom() != custom) {
          functions.warnLayouts(window);
          return null;
        }
      }
    }
    HistogramSum sum = new HistogramSum();
    sum.set(atLowestSchema(last, window, forgetsFirst));
    if (!forgetsFirst && !begins) {
      subtract(sum, first);
    }
    if (!counter) {
      if (!MixedFunctions.isGauge(first) || !MixedFunctions.isGauge(last)) {
        functions.warnNot("gauge", window);
      }
    } else {
      addLost(sum, window, forgetsFirst);
      if (begins && forgetsFirst) {
        add(sum, first);
      }
    }
    return sum.result().withHint(ResetHint.GAUGE).compact();
  }

  private FloatHistogram atLowestSchema(
      FloatHistogram last, MixedWindow window, boolean forgetsFirst) {
    if (last.custom()) {
      return last;
    }
    int lowest = last.schema();
    for (int i = window.from + (forgetsFirst ? 1 : 0); i < window.to; i++) {
      FloatHistogram one = window.series.histograms[i];
      if (one != null && (counter || i == window.from)) {
        lowest = Math.min(lowest, one.schema());
      }
    }
    return last.reducedTo(lowest);
  }

  private void addLost(HistogramSum sum, MixedWindow window, boolean forgetsFirst) {
    FloatHistogram previous = window.series.histograms[window.from];
    for (int i = window.from + 1; i < window.to; i++) {
      FloatHistogram one = window.series.histograms[i];
      if (one != null && previous != null) {
        boolean skip = forgetsFirst && i == window.from + 1;
        if (!skip && (isReset(window, i) || HistogramResets.between(previous, one))) {
          add(sum, previous);
        }
        previous = one;
      }
    }
  }

  private void add(HistogramSum sum, FloatHistogram term) {
    boolean before = sum.reconciledBounds();
    sum.add(term);
    if (sum.reconciledBounds() && !before) {
      functions.noteBounds("addition");
    }
  }

  private void subtract(HistogramSum sum, FloatHistogram term) {
    sum.subtract(term);
    if (sum.reconciledBounds()) {
      functions.noteBounds("subtraction");
    }
  }

  /// What the difference of the samples is multiplied with.
  private double factor(
      MixedWindow window, boolean begins, boolean mayReachZero, double first, double result) {
    MixedSeries series = window.series;
    long firstMs = begins ? series.starts[window.from] : series.times[window.from];
    long lastMs = series.times[window.to - 1];
    long rangeStartMs = window.endMs - window.rangeMs;
    int gaps = window.size() - 1;
    double sampled = (lastMs - firstMs) / 1000.0;
    double between = (lastMs - series.times[window.from]) / 1000.0;
    double average = gaps == 0 ? 0 : between / gaps;
    double threshold = average * 1.1;
    double toStart = 0;
    if (!begins) {
      toStart = (firstMs - rangeStartMs) / 1000.0;
      if (toStart >= threshold) {
        toStart = average / 2;
      }
      if (counter && mayReachZero) {
        double toZero = sampled * (first / result);
        if (toZero < toStart) {
          toStart = toZero;
        }
      }
    }
    double toEnd = (window.endMs - lastMs) / 1000.0;
    if (toEnd >= threshold) {
      toEnd = average / 2;
    }
    double factor = sampled == 0 ? 1 : (sampled + toStart + toEnd) / sampled;
    return perSecond ? factor / (window.rangeMs / 1000.0) : factor;
  }
}
