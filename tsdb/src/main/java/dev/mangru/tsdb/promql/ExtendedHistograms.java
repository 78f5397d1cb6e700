package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.tsdb.promql.ExtendedSelectors.Reach;
import dev.mangru.tsdb.promql.SelectorReader.RawSeries;
import org.jspecify.annotations.Nullable;

/// `anchored` and `smoothed` windows with native histograms. Confined to the query's thread.
///
/// The rules are those of floats: the value at an end of a smoothed window lies on the line between
/// its neighbours, and that of a counter that was reset between them grows from nothing.
final class ExtendedHistograms {

  private final QueryContext context;
  private final Position position;

  ExtendedHistograms(QueryContext context, Position position) {
    this.context = context;
    this.position = position;
  }

  /// `changes` or `resets` over the samples of a window, the one before it included.
  static double count(RawSeries raw, Reach reach, boolean resets) {
    @Nullable FloatHistogram[] histograms = raw.histograms();
    int found = 0;
    for (int i = reach.first() + 1; histograms != null && i <= reach.last(); i++) {
      boolean one =
          resets
              ? SamplePair.isReset(raw.values(), histograms, i)
              : SamplePair.isChange(raw.values(), histograms, i);
      found += one ? 1 : 0;
    }
    return found;
  }

  static @Nullable FloatHistogram at(RawSeries raw, int index) {
    @Nullable FloatHistogram[] histograms = raw.histograms();
    return histograms == null ? null : histograms[index];
  }

  /// How many samples of a window are histograms.
  static int histogramsIn(RawSeries raw, int first, int last) {
    int found = 0;
    for (int i = first; i <= last; i++) {
      found += at(raw, i) == null ? 0 : 1;
    }
    return found;
  }

  void warnMixed(RawSeries raw) {
    context.annotations().mixedSamples(raw.labels(), position);
  }

  private void warnLayouts(RawSeries raw) {
    context.annotations().mixedLayouts(raw.labels().metricName(), position);
  }

  private void warnNot(String kind, RawSeries raw) {
    context.annotations().wrongKind(kind, raw.labels(), position);
  }

  /// The increase over a window of nothing but histograms; null, with a warning, where layouts do
  /// not fit.
  @Nullable FloatHistogram increase(
      RawSeries raw, Reach reach, long start, long end, boolean smoothed, boolean counter) {
    int first = reach.first();
    int last = reach.last();
    if (!fits(raw, reach, counter)) {
      return null;
    }
    boolean leftBetween = smoothed && raw.times()[first] < start && first < last;
    boolean rightBetween = smoothed && raw.times()[last] > end && first < last;
    FloatHistogram left = leftBetween ? between(raw, first, start, counter) : at(raw, first);
    FloatHistogram right = rightBetween ? between(raw, last - 1, end, counter) : at(raw, last);
    if (left == null || right == null) {
      return null;
    }
    if (!counter && !(MixedFunctions.isGauge(left) && MixedFunctions.isGauge(right))) {
      warnNot("gauge", raw);
    }
    HistogramSum sum = new HistogramSum();
    sum.set(right);
    sum.subtract(left);
    noteBounds(sum, "subtraction");
    HistogramSum lost = counter ? lost(raw, reach, left, right, leftBetween) : null;
    if (lost != null) {
      sum.add(lost.result());
      noteBounds(sum, "addition");
    }
    return sum.result().withHint(ResetHint.GAUGE).compact();
  }

  /// Whether buckets are all exponential or all custom. Says where a gauge is taken for a counter.
  private boolean fits(RawSeries raw, Reach reach, boolean counter) {
    FloatHistogram oldest = at(raw, reach.first());
    for (int i = reach.first(); oldest != null && i <= reach.last(); i++) {
      FloatHistogram one = at(raw, i);
      if (one != null && one.custom() != oldest.custom()) {
        warnLayouts(raw);
        return false;
      }
      if (one != null && counter && MixedFunctions.isGauge(one)) {
        warnNot("counter", raw);
      }
    }
    return oldest != null;
  }

  /// What resets between the two ends have taken away; null if nothing.
  private @Nullable HistogramSum lost(
      RawSeries raw, Reach reach, FloatHistogram left, FloatHistogram right, boolean leftBetween) {
    int next = reach.first() + 1;
    FloatHistogram previous = left;
    if (leftBetween) {
      FloatHistogram oldest = at(raw, reach.first());
      FloatHistogram second = at(raw, next);
      if (oldest != null && second != null && HistogramResets.between(oldest, second)) {
        previous = second; // the left end stands for what came after this reset
        next++;
      }
    }
    if (next > reach.last()) {
      return null;
    }
    HistogramSum lost = null;
    for (int i = next; i <= reach.last(); i++) {
      FloatHistogram one = i == reach.last() ? right : at(raw, i);
      if (one != null) {
        if (HistogramResets.between(previous, one)) {
          lost = plus(lost, previous);
        }
        previous = one;
      }
    }
    return lost;
  }

  private HistogramSum plus(@Nullable HistogramSum sum, FloatHistogram term) {
    HistogramSum result = sum == null ? new HistogramSum() : sum;
    if (sum == null) {
      result.set(term);
    } else {
      result.add(term);
      noteBounds(result, "addition");
    }
    return result;
  }

  private void noteBounds(HistogramSum sum, String operation) {
    if (sum.reconciledLast()) {
      context.annotations().reconciledBounds(operation, position);
    }
  }

  /// The histogram at `time`, between samples `before` and `before + 1`; null, with a warning, if
  /// their layouts do not fit.
  @Nullable FloatHistogram between(RawSeries raw, int before, long time, boolean counter) {
    FloatHistogram one = at(raw, before);
    FloatHistogram other = at(raw, before + 1);
    if (one == null || other == null) {
      return null;
    }
    if (one.custom() != other.custom()) {
      warnLayouts(raw);
      return null;
    }
    double fraction =
        (double) (time - raw.times()[before]) / (raw.times()[before + 1] - raw.times()[before]);
    if (counter && HistogramResets.between(one, other)) {
      return other.times(fraction);
    }
    HistogramSum difference = new HistogramSum();
    difference.set(other);
    difference.subtract(one);
    noteBounds(difference, "subtraction");
    HistogramSum sum = new HistogramSum();
    sum.set(difference.result().times(fraction));
    sum.add(one);
    noteBounds(sum, "addition");
    return sum.result().compact();
  }
}
