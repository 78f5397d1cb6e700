package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import org.jspecify.annotations.Nullable;

/// Sums or means of the native histograms of one group, one per step. Confined to the query's
/// thread.
final class FoldedHistograms {

  private final boolean average;
  private final @Nullable HistogramMean[] means;

  FoldedHistograms(int steps, boolean average) {
    this.average = average;
    this.means = new @Nullable HistogramMean[steps];
  }

  void add(@Nullable FloatHistogram[] histograms) {
    for (int i = 0; i < histograms.length; i++) {
      FloatHistogram one = histograms[i];
      if (one != null) {
        HistogramMean mean = means[i];
        if (mean == null) {
          mean = new HistogramMean(average);
          means[i] = mean;
        }
        mean.add(one);
      }
    }
  }

  /// What was added at a step, or null if nothing was.
  @Nullable HistogramMean at(int step) {
    return means[step];
  }
}
