package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import org.jspecify.annotations.Nullable;

/// What a function of a range makes of a window with native histograms, or with start timestamps
/// where those matter. Windows of nothing but plain floats go to a [WindowKernel].
interface MixedFunction {

  /// Histograms are no samples.
  MixedFunction FLOATS_ONLY = (_, _, _) -> null;

  /// Whether windows without histograms come here too if samples have start timestamps.
  default boolean usesStarts() {
    return false;
  }

  /// The result of one window, which has a sample: a float goes to `out[step]`, where the result
  /// for the floats alone stands already; a histogram is returned.
  @Nullable FloatHistogram apply(MixedWindow window, int step, double[] out);

  /// A window of a series. Used again for the next one.
  final class MixedWindow {
    final MixedSeries series;
    final Labels labels;
    final long rangeMs;

    /// First sample.
    int from;

    /// After the last sample.
    int to;

    /// The end of the window, inclusive, in milliseconds; it begins `rangeMs` before that.
    long endMs;

    MixedWindow(MixedSeries series, Labels labels, long rangeMs) {
      this.series = series;
      this.labels = labels;
      this.rangeMs = rangeMs;
    }

    int histograms() {
      return series.histogramsIn(from, to);
    }

    int size() {
      return to - from;
    }

    boolean onlyHistograms() {
      return histograms() == size();
    }

    boolean mixed() {
      return histograms() > 0 && histograms() < size();
    }
  }
}
