package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import org.jspecify.annotations.Nullable;

/// `resets`: a lower float, a reset histogram, a change between the two, a new start. Thread-safe.
final class MixedResets implements MixedFunction {

  private final QueryContext context;

  MixedResets(QueryContext context) {
    this.context = context;
  }

  @Override
  public boolean usesStarts() {
    return context.options().startTimestamps();
  }

  @Override
  public @Nullable FloatHistogram apply(MixedWindow window, int step, double[] out) {
    MixedSeries series = window.series;
    int resets = 0;
    for (int i = window.from + 1; i < window.to; i++) {
      boolean reset =
          SamplePair.isReset(series.values, series.histograms, i)
              || (usesStarts() && StartTimestamps.isReset(series, i - 1, i));
      resets += reset ? 1 : 0;
    }
    out[step] = resets;
    return null;
  }
}
