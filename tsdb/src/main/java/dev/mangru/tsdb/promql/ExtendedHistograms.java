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
    int found = 0;
    for (int i = reach.first() + 1; i <= reach.last(); i++) {
      FloatHistogram before = at(raw, i - 1);
      FloatHistogram now = at(raw, i);
      boolean one;
      if (before == null || now == null) {
        double a = raw.values()[i - 1];
        double b = raw.values()[i];
        boolean differ = b != a && !(Double.isNaN(a) && Double.isNaN(b));
        one = (before == null) != (now == null) || (resets ? b < a : differ);
      } else {
        one = resets ? HistogramResets.between(before, now) : !before.equalTo(now);
      }
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
    context
        .annotations()
        .warn(
            Annotations.forMetric(
                "encountered a mix of histograms and floats", raw.labels().metricName()),
            position);
  }

  private void warnLayouts(RawSeries raw) {
    context
        .annotations()
        .warn(
            Annotations.forMetric(
                "vector contains a mix of histograms with exponential and custom buckets schemas",
                raw.labels().metricName()),
            position);
  }

  private void warnNot(String kind, RawSeries raw) {
    context
        .annotations()
        .warn(
            "this native histogram metric is not a "
                + kind
                + ": "
                + GoText.quote(raw.labels().metricName()),
            position);
  }

  /// The increase over a window of nothing but histograms; null, with a warning, where layouts do
  /// not fit.
  @Nullable FloatHistogram increase(
      RawSeries raw, Reach reach, long start, long end, boolean smoothed, boolean counter) {
    int first = reach.first();
    int last = reach.last();
    FloatHistogram oldest = at(raw, first);
    FloatHistogram newest = at(raw, last);
    if (oldest == null || newest == null) {
      return null;
    }
    warnKinds(raw, reach, counter);
    boolean leftBetween = smoothed && raw.times()[first] < start && first < last;
    boolean rightBetween = smoothed && raw.times()[last] > end && last > 0;
    FloatHistogram left = leftBetween ? between(raw, first, start, counter) : oldest;
    FloatHistogram right = rightBetween ? between(raw, last - 1, end, counter) : newest;
    if (left == null || right == null) {
      return null;
    }
    HistogramSum sum = new HistogramSum();
    sum.set(right);
    boolean fits = sum.subtract(left);
    for (int i = first + 1; counter && i <= last && fits; i++) {
      FloatHistogram before = at(raw, i - 1);
      FloatHistogram now = at(raw, i);
      boolean crossedOnTheLeft = leftBetween && i == first + 1;
      if (before != null
          && now != null
          && !crossedOnTheLeft
          && HistogramResets.between(before, now)) {
        fits = sum.add(before);
      }
    }
    if (!fits) {
      warnLayouts(raw);
      return null;
    }
    return sum.result().withHint(ResetHint.GAUGE).compact();
  }

  private void warnKinds(RawSeries raw, Reach reach, boolean counter) {
    boolean anyGauge = false;
    for (int i = reach.first(); i <= reach.last(); i++) {
      FloatHistogram one = at(raw, i);
      anyGauge |= one != null && MixedFunctions.isGauge(one);
    }
    FloatHistogram oldest = at(raw, reach.first());
    FloatHistogram newest = at(raw, reach.last());
    if (counter && anyGauge) {
      warnNot("counter", raw);
    } else if (!counter
        && oldest != null
        && newest != null
        && !(MixedFunctions.isGauge(oldest) && MixedFunctions.isGauge(newest))) {
      warnNot("gauge", raw);
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
    FloatHistogram difference = HistogramMath.combine(other, one, true);
    return HistogramMath.combine(one, difference.times(fraction), false)
        .withHint(one.hint())
        .compact();
  }
}
