package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import org.jspecify.annotations.Nullable;

/// `rate`, `increase` and `delta` over native histograms, and over samples with start timestamps;
/// [RateKernel] is the same for plain floats. Thread-safe.
///
/// Source: Prometheus `extrapolatedRate`, `histogramRate`.
final class MixedRate implements MixedFunction {

  /// No schema: exponential and custom buckets in one window.
  private static final int INCOMPATIBLE = Integer.MIN_VALUE;

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
    boolean begins = usesStarts() && beginsInside(series, first, window.endMs - window.rangeMs);
    if (window.size() == 1 && !begins) {
      return null;
    }
    FloatHistogram oldest = series.histograms[first];
    if (oldest == null) {
      double result = floats(window, begins);
      boolean mayReachZero = result > 0 && series.values[first] >= 0;
      out[step] = result * factor(window, begins, mayReachZero, series.values[first], result);
      return null;
    }
    FloatHistogram result = window.size() == 1 ? oldest : difference(window, oldest);
    if (result != null && window.size() > 1 && begins) {
      result = withBeginning(window, result, oldest);
    }
    if (result == null) {
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
      warnOverlap(window);
      for (int i = window.from + 1; i < window.to; i++) {
        if (values[i] < values[i - 1] || beganBefore(window, i)) {
          result += values[i - 1];
        }
      }
    }
    return begins ? result + values[window.from] : result;
  }

  private boolean beganBefore(MixedWindow window, int at) {
    return usesStarts() && StartTimestamps.isReset(window.series, at - 1, at);
  }

  /// Once per window.
  private void warnOverlap(MixedWindow window) {
    for (int i = window.from + 1; usesStarts() && i < window.to; i++) {
      if (StartTimestamps.overlaps(window.series, i - 1, i)) {
        functions.warnOverlap(window);
        return;
      }
    }
  }

  /// What was counted from the first sample of at least two to the last, as a gauge; null, with a
  /// warning, where layouts do not fit.
  private @Nullable FloatHistogram difference(MixedWindow window, FloatHistogram oldest) {
    @Nullable FloatHistogram[] all = window.series.histograms;
    FloatHistogram second = all[window.from + 1];
    FloatHistogram last = all[window.to - 1];
    if (second == null || last == null) {
      return null;
    }
    FloatHistogram start = oldest;
    if (counter
        && (beganBefore(window, window.from + 1) || HistogramResets.between(oldest, second))) {
      start = nothing(second); // its layout may be of another kind
    }
    int schema = commonSchema(window, start, last);
    if (schema == INCOMPATIBLE) {
      return null;
    }
    HistogramSum sum = new HistogramSum();
    sum.set(last.reducedTo(schema));
    sum.subtract(start);
    if (sum.reconciledLast()) {
      functions.noteBounds("subtraction");
    }
    if (counter) {
      warnOverlap(window);
      addLost(sum, window, start);
    } else if (!MixedFunctions.isGauge(oldest) || !MixedFunctions.isGauge(last)) {
      functions.warnNot("gauge", window);
    }
    return sum.result().withHint(ResetHint.GAUGE).compact();
  }

  /// An empty histogram of the same layout.
  private static FloatHistogram nothing(FloatHistogram like) {
    return new FloatHistogram(
        like.schema(),
        ResetHint.UNKNOWN,
        0,
        0,
        0,
        0,
        FloatHistogram.Side.NONE,
        FloatHistogram.Side.NONE,
        like.customBounds());
  }

  /// The lowest schema of the samples that count, or [#INCOMPATIBLE], with a warning. Says where a
  /// gauge is taken for a counter.
  private int commonSchema(MixedWindow window, FloatHistogram start, FloatHistogram last) {
    @Nullable FloatHistogram[] all = window.series.histograms;
    FloatHistogram oldest = all[window.from];
    boolean gauge =
        counter
            && ((oldest != null && MixedFunctions.isGauge(oldest)) || MixedFunctions.isGauge(last));
    if (last.custom() != start.custom()) {
      if (gauge) {
        functions.warnNot("counter", window);
      }
      functions.warnLayouts(window);
      return INCOMPATIBLE;
    }
    int lowest = Math.min(last.schema(), start.schema());
    for (int i = window.from + 1; counter && i < window.to - 1; i++) {
      FloatHistogram one = all[i];
      if (one != null) {
        gauge |= MixedFunctions.isGauge(one);
        if (one.custom() != start.custom()) {
          functions.warnLayouts(window);
          return INCOMPATIBLE;
        }
        lowest = Math.min(lowest, one.schema());
      }
    }
    if (gauge) {
      functions.warnNot("counter", window);
    }
    return lowest;
  }

  /// Adds what each reset has taken away.
  private void addLost(HistogramSum sum, MixedWindow window, FloatHistogram start) {
    FloatHistogram previous = start;
    for (int i = window.from + 1; i < window.to; i++) {
      FloatHistogram one = window.series.histograms[i];
      if (one != null) {
        if (beganBefore(window, i) || HistogramResets.between(previous, one)) {
          sum.add(previous);
          if (sum.reconciledLast()) {
            functions.noteBounds("addition");
          }
        }
        previous = one;
      }
    }
  }

  /// With what was counted from the counter's beginning, inside the window, to the first sample.
  private @Nullable FloatHistogram withBeginning(
      MixedWindow window, FloatHistogram difference, FloatHistogram oldest) {
    HistogramSum sum = new HistogramSum();
    sum.set(difference);
    if (!sum.add(oldest)) {
      functions.warnLayouts(window);
      return null;
    }
    if (sum.reconciledLast()) {
      functions.noteBounds("addition");
    }
    return sum.result();
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
