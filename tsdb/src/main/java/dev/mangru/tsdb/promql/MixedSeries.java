package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import org.jspecify.annotations.Nullable;

/// Samples of one series of which some are native histograms or have start timestamps. Confined to
/// the query's thread.
final class MixedSeries {

  /// Times, values, starts, places of histograms and how many there are, in samples of 16 bytes.
  private static final int COLUMNS = 3;

  final long[] times;

  /// The floats; a stale marker where a series has ended, and no matter what for a histogram.
  final double[] values;

  /// Null where the sample is a float or a stale marker.
  final @Nullable FloatHistogram[] histograms;

  /// [SampleCursor#NO_START] where there is none.
  final long[] starts;

  final int count;

  /// How many of the first samples are histograms, for each number of first samples.
  private final int[] histogramsBefore;

  MixedSeries(
      long[] times,
      double[] values,
      @Nullable FloatHistogram[] histograms,
      long[] starts,
      int count) {
    this.times = times;
    this.values = values;
    this.histograms = histograms;
    this.starts = starts;
    this.count = count;
    this.histogramsBefore = new int[count + 1];
    for (int i = 0; i < count; i++) {
      histogramsBefore[i + 1] = histogramsBefore[i] + (histograms[i] == null ? 0 : 1);
    }
  }

  /// A copy of what was read.
  static MixedSeries of(SampleColumns columns, SelectorReader.Reading reading, QueryBudget budget) {
    int size = columns.count();
    budget.hold((long) COLUMNS * size);
    long[] times = new long[size];
    double[] values = new double[size];
    @Nullable FloatHistogram[] histograms = new @Nullable FloatHistogram[size];
    long[] starts = new long[size];
    int count = 0;
    FloatHistogram previous = null;
    for (int i = 0; i < size; i++) {
      double value = columns.values()[i];
      boolean stale = StaleMarker.is(value);
      if (stale && !reading.keepsStale()) {
        previous = null;
        continue;
      }
      NativeHistogram stored = stale ? null : columns.histogram(i);
      if (stored != null) {
        FloatHistogram histogram = FloatHistogram.of(stored);
        if (reading.findsResets() && previous != null && histogram.hint() == ResetHint.UNKNOWN) {
          boolean reset = HistogramResets.between(previous, histogram);
          histogram = histogram.withHint(reset ? ResetHint.RESET : ResetHint.NO_RESET);
        }
        budget.hold(histogram.memoryBytes() / 16);
        budget.work(histogram.memoryBytes() / 16);
        histograms[count] = histogram;
        previous = histogram;
      } else {
        previous = null;
      }
      times[count] = columns.timesMs()[i];
      values[count] = value;
      starts[count] = columns.startMs(i);
      count++;
    }
    return new MixedSeries(times, values, histograms, starts, count);
  }

  /// What a subquery computed: no stale markers, no start timestamps.
  static MixedSeries of(SelectorReader.RawSeries raw, @Nullable FloatHistogram[] histograms) {
    return new MixedSeries(
        raw.times(), raw.values(), histograms, new long[raw.count()], raw.count());
  }

  long weight() {
    return (long) COLUMNS * times.length + StepSeries.weight(histograms);
  }

  /// Histograms among the samples from `from`, inclusive, to `to`, exclusive.
  int histogramsIn(int from, int to) {
    return histogramsBefore[to] - histogramsBefore[from];
  }

  /// Moves the floats to the front of two arrays and returns how many there are.
  int floats(long[] toTimes, double[] toValues) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (histograms[i] == null) {
        toTimes[found] = times[i];
        toValues[found++] = values[i];
      }
    }
    return found;
  }
}
