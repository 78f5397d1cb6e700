package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Sums or means of the native histograms of one group, one per step. Confined to the query's
/// thread.
final class FoldedHistograms {

  private final boolean average;
  private final QueryBudget budget;
  private final @Nullable HistogramMean[] means;
  private final Set<String> misfits = new LinkedHashSet<>();
  private long held;

  FoldedHistograms(int steps, boolean average, QueryBudget budget) {
    this.average = average;
    this.budget = budget;
    this.means = new @Nullable HistogramMean[steps];
  }

  /// Adds the histograms of a series.
  ///
  /// @param floats sums of the floats before; where one was before the first histogram, the step
  ///   has no result, and histograms are not looked at
  void add(@Nullable FloatHistogram[] histograms, double[] floats, Labels labels) {
    for (int i = 0; i < histograms.length; i++) {
      FloatHistogram one = histograms[i];
      if (one != null) {
        HistogramMean mean = means[i];
        boolean afterFloats = !StepSeries.isAbsent(floats[i]);
        if (mean == null) {
          hold(one.memoryBytes() / 8); // sums and what was lost of them
          mean = new HistogramMean(average);
          means[i] = mean;
          if (afterFloats) {
            mean.close(true);
          }
        }
        if (!mean.add(one)) {
          misfits.add(labels.metricName());
          mean.close(afterFloats);
        }
      }
    }
  }

  private void hold(long weight) {
    held += weight;
    budget.hold(weight);
  }

  /// Gives back what is held; the results are not.
  void release() {
    budget.release(held);
    held = 0;
  }

  /// Metric names of series whose buckets were exponential where those before were custom, or the
  /// other way round.
  Set<String> misfits() {
    return misfits;
  }

  /// What was added at a step, or null if nothing was.
  @Nullable HistogramMean at(int step) {
    return means[step];
  }
}
