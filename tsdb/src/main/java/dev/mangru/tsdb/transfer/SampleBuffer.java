package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Samples of one series in the order they came, in arrays that begin small: there may be a million
/// of these. Confined to one thread.
final class SampleBuffer {

  private static final int INITIAL = 4;

  private long[] timesMs = new long[INITIAL];
  private double[] values = new double[INITIAL];
  private long @Nullable [] startsMs;
  private @Nullable NativeHistogram @Nullable [] histograms;
  private int count;
  private boolean sorted = true;

  int count() {
    return count;
  }

  long timeMs(int i) {
    return timesMs[i];
  }

  double value(int i) {
    return values[i];
  }

  long startMs(int i) {
    long[] starts = startsMs;
    return starts == null ? SampleCursor.NO_START : starts[i];
  }

  @Nullable NativeHistogram histogram(int i) {
    @Nullable NativeHistogram[] all = histograms;
    return all == null ? null : all[i];
  }

  void clear() {
    count = 0;
    sorted = true;
    startsMs = null;
    histograms = null;
  }

  /// Adds one sample.
  ///
  /// @return bytes of memory that this took
  int add(long timeMs, long startMs, double value, @Nullable NativeHistogram histogram) {
    if (count == timesMs.length) {
      grow();
    }
    sorted &= count == 0 || timesMs[count - 1] < timeMs;
    timesMs[count] = timeMs;
    values[count] = value;
    if (startMs != SampleCursor.NO_START && startsMs == null) {
      startsMs = new long[timesMs.length];
    }
    long[] starts = startsMs;
    if (starts != null) {
      starts[count] = startMs;
    }
    if (histogram != null && histograms == null) {
      histograms = new @Nullable NativeHistogram[timesMs.length];
    }
    @Nullable NativeHistogram[] all = histograms;
    if (all != null) {
      all[count] = histogram;
    }
    count++;
    return 24 + (starts == null ? 0 : 12) + (histogram == null ? 0 : histogram.memoryBytes() + 8);
  }

  private void grow() {
    int capacity = Math.multiplyExact(count, 2);
    timesMs = Arrays.copyOf(timesMs, capacity);
    values = Arrays.copyOf(values, capacity);
    if (startsMs != null) {
      startsMs = Arrays.copyOf(startsMs, capacity);
    }
    if (histograms != null) {
      histograms = Arrays.copyOf(histograms, capacity);
    }
  }

  /// Sorts by time; of equal times the one that came first stays first.
  void sort() {
    if (sorted) {
      return;
    }
    SampleBuffer old = new SampleBuffer();
    old.timesMs = timesMs;
    old.values = values;
    old.startsMs = startsMs;
    old.histograms = histograms;
    Integer[] order = new Integer[count];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(old::timeMs));
    timesMs = new long[order.length];
    values = new double[order.length];
    clear();
    for (int i : order) {
      add(old.timeMs(i), old.startMs(i), old.value(i), old.histogram(i));
    }
    sorted = true;
  }

  /// Adds the samples from `from` to `to`, exclusive, of another buffer.
  void addAll(SampleBuffer other, int from, int to) {
    for (int i = from; i < to; i++) {
      add(other.timesMs[i], other.startMs(i), other.values[i], other.histogram(i));
    }
  }

  /// Adds the sample at `i` to `columns`.
  void copyTo(SampleColumns columns, int i) {
    columns.add(timesMs[i], startMs(i), values[i], histogram(i));
  }

  /// Whether the samples at `i` and `j` are one, time aside.
  boolean same(int i, int j) {
    return startMs(i) == startMs(j) && sameValue(values[i], histogram(i), values[j], histogram(j));
  }

  /// Whether the sample at `i` is the one at `j` of `columns`, time aside.
  boolean same(int i, SampleColumns columns, int j) {
    return startMs(i) == columns.startMs(j)
        && sameValue(values[i], histogram(i), columns.values()[j], columns.histogram(j));
  }

  private static boolean sameValue(
      double left,
      @Nullable NativeHistogram leftHistogram,
      double right,
      @Nullable NativeHistogram rightHistogram) {
    if (leftHistogram == null || rightHistogram == null) {
      return leftHistogram == null
          && rightHistogram == null
          && Double.doubleToRawLongBits(left) == Double.doubleToRawLongBits(right);
    }
    return leftHistogram.equals(rightHistogram);
  }
}
