package dev.mangru.model.metric;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Samples of one series in time order, as columns; reused from series to series. Confined to one
/// thread.
///
/// The arrays may be longer than [#count] and may be replaced by any call that adds, so fetch them
/// again after it. Elements at [#count] and beyond mean nothing.
public final class SampleColumns {

  private static final NativeHistogram[] NO_HISTOGRAMS = {};
  private static final long[] NO_STARTS = {};

  private long[] timesMs = new long[512];
  private double[] values = new double[512];
  private @Nullable NativeHistogram[] histograms = NO_HISTOGRAMS;
  private long[] startsMs = NO_STARTS;
  private int count;
  private boolean anyHistogram;
  private boolean anyStart;
  private IntConsumer growth = _ -> {};

  /// Has `growth` called with the number of samples for which room is about to be added; what it
  /// throws ends the call that would add it.
  public void beforeGrowth(IntConsumer growth) {
    this.growth = growth;
  }

  /// How many samples there are.
  public int count() {
    return count;
  }

  /// Times in milliseconds since the epoch, ascending.
  public long[] timesMs() {
    return timesMs;
  }

  /// Values, NaN payloads kept; for a histogram its sum.
  public double[] values() {
    return values;
  }

  /// Whether any sample is a native histogram.
  public boolean anyHistogram() {
    return anyHistogram;
  }

  /// The histogram at `i`, or null if that sample is a float.
  public @Nullable NativeHistogram histogram(int i) {
    return anyHistogram ? histograms[i] : null;
  }

  /// Whether any sample has a start timestamp.
  public boolean anyStart() {
    return anyStart;
  }

  /// The start timestamp at `i`, or [SampleCursor#NO_START].
  public long startMs(int i) {
    return anyStart ? startsMs[i] : SampleCursor.NO_START;
  }

  /// Forgets everything and keeps the arrays.
  public void clear() {
    if (anyHistogram) {
      Arrays.fill(histograms, 0, count, null);
    }
    count = 0;
    anyHistogram = false;
    anyStart = false;
  }

  /// Makes room for `total` samples. Who then writes floats into the arrays directly says so with
  /// [#grewTo].
  public void ensureCapacity(int total) {
    if (timesMs.length < total) {
      int capacity = Math.max(total, timesMs.length * 2);
      growth.accept(capacity - timesMs.length);
      timesMs = Arrays.copyOf(timesMs, capacity);
      values = Arrays.copyOf(values, capacity);
      if (anyHistogram) {
        histograms = Arrays.copyOf(histograms, capacity);
      }
      if (anyStart) {
        startsMs = Arrays.copyOf(startsMs, capacity);
      }
    }
  }

  /// Says that floats without start timestamps were written to the arrays up to `newCount`,
  /// exclusive.
  ///
  /// @throws IllegalArgumentException if that is less than there are or more than fit
  public void grewTo(int newCount) {
    if (newCount < count || newCount > timesMs.length) {
      throw new IllegalArgumentException(
          newCount + " samples, and there are " + count + " of at most " + timesMs.length);
    }
    if (anyHistogram) {
      Arrays.fill(histograms, count, newCount, null);
    }
    if (anyStart) {
      Arrays.fill(startsMs, count, newCount, SampleCursor.NO_START);
    }
    count = newCount;
  }

  /// Keeps the first `newCount` samples.
  public void truncate(int newCount) {
    if (newCount < 0 || newCount > count) {
      throw new IllegalArgumentException("cannot keep " + newCount + " of " + count + " samples");
    }
    if (anyHistogram) {
      Arrays.fill(histograms, newCount, count, null);
    }
    count = newCount;
  }

  /// Removes the samples at `from`, inclusive, to `to`, exclusive; later ones move up.
  public void removeRange(int from, int to) {
    if (from < 0 || from > to || to > count) {
      throw new IllegalArgumentException(
          "cannot remove " + from + " to " + to + " of " + count + " samples");
    }
    int moved = count - to;
    System.arraycopy(timesMs, to, timesMs, from, moved);
    System.arraycopy(values, to, values, from, moved);
    if (anyHistogram) {
      System.arraycopy(histograms, to, histograms, from, moved);
      Arrays.fill(histograms, from + moved, count, null);
    }
    if (anyStart) {
      System.arraycopy(startsMs, to, startsMs, from, moved);
    }
    count = from + moved;
  }

  /// Adds a float without a start timestamp.
  public void add(long timestampMs, double value) {
    add(timestampMs, SampleCursor.NO_START, value, null);
  }

  /// Adds a sample.
  ///
  /// @param value for a histogram its sum
  public void add(
      long timestampMs, long startMs, double value, @Nullable NativeHistogram histogram) {
    ensureCapacity(count + 1);
    timesMs[count] = timestampMs;
    values[count] = value;
    if (histogram != null && !anyHistogram) {
      anyHistogram = true;
      histograms =
          histograms.length < timesMs.length
              ? new @Nullable NativeHistogram[timesMs.length]
              : histograms;
    }
    if (anyHistogram) {
      histograms[count] = histogram;
    }
    if (startMs != SampleCursor.NO_START && !anyStart) {
      anyStart = true;
      startsMs = new long[timesMs.length];
    }
    if (anyStart) {
      startsMs[count] = startMs;
    }
    count++;
  }

  /// Copies the sample at `i` of another one to the end.
  public void add(SampleColumns other, int i) {
    add(other.timesMs[i], other.startMs(i), other.values[i], other.histogram(i));
  }
}
