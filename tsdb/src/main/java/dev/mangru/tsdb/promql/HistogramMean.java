package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;

/// The sum or the mean of native histograms. From the first sum on of which anything would be
/// infinite, a mean is carried on instead: `m x (n - 1) / n + x / n`. Confined to the query's
/// thread.
///
/// Source: Prometheus, `avg` and `avg_over_time` of histograms.
final class HistogramMean {

  /// Two numbers up to here have a finite sum.
  private static final double SAFE = Double.MAX_VALUE / 2;

  private final boolean average;
  private HistogramSum sum = new HistogramSum();
  private int count;
  private boolean incremental;
  private boolean incompatible;
  private boolean withFloats;

  HistogramMean(boolean average) {
    this.average = average;
  }

  /// Adds a term; false, once, if it has exponential and those before custom buckets, or the other
  /// way round.
  boolean add(FloatHistogram one) {
    count++;
    if (incompatible) {
      return true;
    }
    if (incremental) {
      proceed(one);
      return !incompatible;
    }
    boolean mayOverflow = average && count > 1 && (sum.exceeds(SAFE) || exceeds(one));
    HistogramSum before = mayOverflow ? sum.copy() : sum;
    incompatible = !sum.add(one);
    if (mayOverflow
        && !incompatible
        && sum.exceeds(Double.MAX_VALUE)
        && !before.exceeds(Double.MAX_VALUE)) {
      incremental = true;
      sum = before;
      sum.scale(count - 1, true);
      proceed(one);
    }
    return !incompatible;
  }

  /// Ends it without a result.
  ///
  /// @param alsoFloats whether there were floats as well before that
  void close(boolean alsoFloats) {
    incompatible = true;
    withFloats = alsoFloats;
  }

  /// Whether floats that are there too count: those after terms that did not fit do not.
  boolean seesFloats() {
    return !incompatible || withFloats;
  }

  private static boolean exceeds(FloatHistogram one) {
    HistogramSum alone = new HistogramSum();
    alone.set(one);
    return alone.exceeds(SAFE);
  }

  private void proceed(FloatHistogram one) {
    sum.scale((double) (count - 1) / count, false);
    incompatible |= !sum.add(one.dividedBy(count));
  }

  /// Whether some have exponential and others custom buckets.
  boolean incompatible() {
    return incompatible;
  }

  boolean conflictingResets() {
    return sum.conflictingResets();
  }

  boolean reconciledBounds() {
    return sum.reconciledBounds();
  }

  /// Empty buckets included.
  FloatHistogram result() {
    FloatHistogram result = sum.result();
    return incremental || !average ? result : result.dividedBy(count);
  }
}
