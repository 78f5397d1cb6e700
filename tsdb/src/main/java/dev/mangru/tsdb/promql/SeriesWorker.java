package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
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

  /// At how many steps a series has a value.
  enum Presence {
    /// At none.
    NONE,
    /// At one at least.
    SOME,
    /// At all.
    FULL
  }

  SeriesWorker(WindowKernel kernel, StepWindows windows, QueryBudget budget) {
    this.kernel = kernel;
    this.windows = windows;
    this.budget = budget;
  }

  /// Another one that does the same for another thread, or null if that cannot be.
  @Nullable SeriesWorker fork(QueryBudget forked) {
    WindowKernel other = kernel.fork();
    return other == null ? null : new SeriesWorker(other, windows.fork(forked), forked);
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

  /// Reads a series and writes one value per step to `out`.
  Presence compute(Querier.Series series, SelectorReader.Reading reading, double[] out) {
    if (buckets != null) {
      Presence presence = buckets.compute(series, out);
      if (presence != null) {
        return presence;
      }
    }
    int count = SelectorReader.read(series, reading, columns, budget);
    if (count == 0) {
      return Presence.NONE;
    }
    budget.hold(count);
    Presence presence = compute(columns.timesMs(), columns.values(), count, out);
    budget.release(count);
    return presence;
  }

  /// Writes one value per step to `out`.
  Presence compute(long[] times, double[] values, int count, double[] out) {
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
