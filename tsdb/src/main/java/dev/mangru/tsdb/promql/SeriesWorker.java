package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads series and applies a kernel to their windows; keeps what can be used again. Confined to
/// one thread at a time.
final class SeriesWorker {

  /// Steps between two looks at the clock.
  private static final int STEPS_AT_ONCE = 1 << 14;

  /// Samples of windows between two looks at the clock.
  private static final int SAMPLES_AT_ONCE = 4_096;

  private final WindowKernel kernel;
  private final StepWindows windows;
  private final QueryBudget budget;
  private final SampleColumns columns = new SampleColumns();
  private @Nullable BucketReading buckets;
  private long grown;
  private @Nullable FloatHistogram @Nullable [] histograms;

  /// At how many steps a series has a value.
  enum Presence {
    /// At none.
    NONE,
    /// At one at least.
    SOME,
    /// At all.
    FULL
  }

  /// What of a series a step is said to see.
  enum Counting {
    /// All samples of its window.
    WINDOWS,
    /// The newest one.
    NEWEST,
    /// The newest one, which counts 1 even if it is a histogram.
    NEWEST_AS_ONE
  }

  private QueryTally.@Nullable Counts counts;
  private Counting counting = Counting.WINDOWS;

  SeriesWorker(WindowKernel kernel, StepWindows windows, QueryBudget budget) {
    this.kernel = kernel;
    this.windows = windows;
    this.budget = budget;
    columns.beforeGrowth(samples -> {
      budget.hold(samples);
      grown += samples;
    });
  }

  /// What this holds of the budget for the samples of one series; to be released by whoever uses it
  /// last.
  long grown() {
    return grown;
  }

  /// Another one that does the same for another thread, or null if that cannot be.
  @Nullable SeriesWorker fork(QueryBudget forked) {
    WindowKernel other = kernel.fork();
    if (other == null) {
      return null;
    }
    SeriesWorker worker = new SeriesWorker(other.with(kernel.mixed), windows.fork(forked), forked);
    worker.count(counts == null ? null : counts.fork(), counting);
    return worker;
  }

  /// Counts the samples that steps see.
  ///
  /// @param into null for nowhere
  void count(QueryTally.@Nullable Counts into, Counting what) {
    counts = into;
    counting = what;
  }

  private void count(long[] times, double[] values, int count, int @Nullable [] weights) {
    if (counts == null || count == 0) {
      return;
    }
    StepWindows.Column column = windows.column(times, count);
    switch (counting) {
      case WINDOWS -> counts.windows(column, weights);
      case NEWEST -> counts.newest(column, values, weights);
      case NEWEST_AS_ONE -> counts.newest(column, values, null);
    }
  }

  /// Reads buckets where a series has them.
  void use(BucketReading reading) {
    buckets = reading;
  }

  boolean canFork() {
    return kernel.fork() != null;
  }

  int steps() {
    return windows.steps().count();
  }

  QueryBudget budget() {
    return budget;
  }

  /// The histograms of the series computed last, one per step; null if there are none.
  @Nullable FloatHistogram @Nullable [] histograms() {
    return histograms;
  }

  /// Reads a series and writes one float per step to `out`; [#histograms] has the others.
  Presence compute(Querier.Series series, SelectorReader.Reading reading, double[] out) {
    histograms = null;
    if (buckets != null) {
      Presence presence = buckets.compute(series, out);
      if (presence != null) {
        if (counts != null) {
          buckets.count(counts);
        }
        return presence;
      }
    }
    SelectorReader.read(series, reading, columns);
    boolean mixed = columns.anyHistogram() && !reading.takesHistograms();
    if (mixed || (kernel.mixed.usesStarts() && columns.anyStart())) {
      MixedSeries samples = MixedSeries.of(columns, reading, budget);
      SelectorReader.count(samples.count, budget);
      if (counts != null) {
        count(samples.times, samples.values, samples.count, QueryTally.weights(samples));
      }
      Presence presence = compute(series.labels(), samples, out);
      budget.release(samples.weight());
      return presence;
    }
    int[] weights = counts == null ? null : QueryTally.weights(columns, reading);
    int count = SelectorReader.wanted(reading, columns);
    SelectorReader.count(count, budget);
    if (count == 0) {
      return Presence.NONE;
    }
    count(columns.timesMs(), columns.values(), count, weights);
    budget.hold(count);
    Presence presence = compute(columns.timesMs(), columns.values(), count, out);
    budget.release(count);
    return presence;
  }

  /// The same for samples that were computed.
  Presence compute(SelectorReader.RawSeries raw, double[] out) {
    histograms = null;
    @Nullable FloatHistogram[] some = raw.histograms();
    if (counts != null) {
      int[] weights = some == null ? null : QueryTally.weights(MixedSeries.of(raw, some));
      count(raw.times(), raw.values(), raw.count(), weights);
    }
    return some == null
        ? compute(raw.times(), raw.values(), raw.count(), out)
        : compute(raw.labels(), MixedSeries.of(raw, some), out);
  }

  private Presence compute(Labels labels, MixedSeries series, double[] out) {
    if (series.count == 0) {
      return Presence.NONE;
    }
    budget.hold(series.count);
    long[] floatTimes = new long[series.count];
    double[] floats = new double[series.count];
    int floatCount = series.floats(floatTimes, floats);
    if (floatCount == 0) {
      Arrays.fill(out, StepSeries.ABSENT);
    } else {
      compute(floatTimes, floats, floatCount, out);
    }
    long weight = 0;
    StepWindows.Column column = windows.column(series.times, series.count);
    MixedFunction.MixedWindow window =
        new MixedFunction.MixedWindow(series, labels, windows.rangeMs());
    boolean always = kernel.mixed.usesStarts();
    for (int i = 0; i < out.length; i++) {
      window.from = column.from[i];
      window.to = column.to[i];
      if (window.size() > 0 && (always || window.histograms() > 0)) {
        window.endMs = windows.endMs(i);
        weight += put(i, out.length, kernel.mixed.apply(window, i, out));
        budget.work(1 + 4 * window.size());
      }
    }
    budget.release(series.count + weight); // who takes the histograms counts them
    return histograms != null || SeriesStream.anyPresent(out) ? Presence.SOME : Presence.NONE;
  }

  /// What the histogram holds of the budget.
  private long put(int step, int steps, @Nullable FloatHistogram histogram) {
    if (histogram == null) {
      return 0;
    }
    if (histograms == null) {
      histograms = new @Nullable FloatHistogram[steps];
    }
    histograms[step] = histogram;
    long weight = histogram.memoryBytes() / QueryBudget.SAMPLE_BYTES;
    budget.hold(weight);
    return weight;
  }

  /// Writes one value per step to `out`.
  private Presence compute(long[] times, double[] values, int count, double[] out) {
    StepWindows.Column column = windows.column(times, count);
    kernel.series(times, values, count);
    int first = 0;
    while (first < out.length) {
      int end = kernel.constantTime() ? runOf(first, out.length) : runOfWindows(column, first);
      kernel.apply(windows, column, first, end, out);
      first = end;
    }
    if (column.smallest >= kernel.samplesNeeded()) {
      return Presence.FULL;
    }
    return SeriesStream.anyPresent(out) ? Presence.SOME : Presence.NONE;
  }

  private int runOf(int first, int steps) {
    int end = Math.min(steps, first + STEPS_AT_ONCE);
    budget.work((end - first) >> 1);
    return end;
  }

  private int runOfWindows(StepWindows.Column column, int first) {
    int end = first;
    int work = 0;
    while (end < column.from.length && work < SAMPLES_AT_ONCE) {
      work += 1 + ((column.to[end] - column.from[end]) >> 2);
      end++;
    }
    budget.work(work);
    return end;
  }
}
