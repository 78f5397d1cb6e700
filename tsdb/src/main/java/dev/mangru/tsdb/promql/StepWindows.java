package dev.mangru.tsdb.promql;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Where the windows `(end - range, end]` of all steps begin and end in a series' samples. Confined
/// to one thread.
///
/// Series of one scrape target have equal times, so what depends on times alone is worked out once
/// per target and kept: the series of a query come in label order, which interleaves targets.
final class StepWindows {

  /// Steps and samples in all kept columns together: 8 to 16 bytes each, so at most 16 MB of a
  /// query. Measured: with half of it the columns of 600 targets, 410 steps and as many samples
  /// drove each other out, which took a sixth of the time of a rate.
  private static final int KEPT = 1 << 20;

  /// With fewer steps than this, looking is no dearer than finding.
  private static final int WORTH_KEEPING = 4;

  private final QueryBudget budget;
  private final RangeReader.Placement placement;
  private final Steps steps;
  private final long[] endsMs;
  private final long rangeMs;
  private final Column working;
  private @Nullable Column[] kept = {};

  /// The windows over one column of times.
  static final class Column {

    /// First sample inside, per step.
    final int[] from;

    /// First sample after, per step.
    final int[] to;

    /// How many samples the smallest window has.
    int smallest;

    /// The first step whose window has two samples or more.
    int denseFrom;

    /// The first step after [#denseFrom] whose window has not.
    int denseTo;

    /// How many samples the smallest window from [#denseFrom] to [#denseTo] has.
    int denseSmallest;

    private long[] times = {};
    private int count = -1;

    /// Per step what [RateKernel] multiplies with; empty until asked for.
    double[] factors = {};

    /// What the factors are for: 0 for nothing yet.
    int factorsFor;

    Column(int steps) {
      this.from = new int[steps];
      this.to = new int[steps];
    }

    private boolean isFor(long[] wanted, int wantedCount) {
      return count == wantedCount && Arrays.equals(times, 0, count, wanted, 0, count);
    }
  }

  /// @param placement of the windows; their ends do not descend
  StepWindows(
      QueryContext context, RangeReader.Placement placement, Steps steps, QueryBudget budget) {
    this.budget = budget;
    this.placement = placement;
    this.steps = steps;
    this.rangeMs = placement.rangeMs();
    budget.hold(2L * steps.count());
    this.endsMs = new long[steps.count()];
    for (int i = 0; i < endsMs.length; i++) {
      endsMs[i] = placement.endMs(context, steps.time(i));
    }
    this.working = new Column(steps.count());
  }

  private StepWindows(StepWindows from, QueryBudget budget) {
    this.budget = budget;
    this.placement = from.placement;
    this.steps = from.steps;
    this.rangeMs = from.rangeMs;
    this.endsMs = from.endsMs;
    budget.hold(steps.count());
    this.working = new Column(steps.count());
  }

  /// The same windows for another thread.
  StepWindows fork(QueryBudget forked) {
    return new StepWindows(this, forked);
  }

  boolean areFor(RangeReader.Placement wanted, Steps wantedSteps) {
    return placement.equals(wanted) && steps.equals(wantedSteps);
  }

  Steps steps() {
    return steps;
  }

  long rangeMs() {
    return rangeMs;
  }

  long endMs(int step) {
    return endsMs[step];
  }

  /// The windows over the first `count` of `times`; valid until the next call.
  Column column(long[] times, int count) {
    if (endsMs.length < WORTH_KEEPING || count == 0) {
      locate(times, count, working);
      working.factorsFor = 0;
      return working;
    }
    if (kept.length == 0) {
      int room = Math.max(2, KEPT / (endsMs.length + count));
      kept = new @Nullable Column[Integer.highestOneBit(Math.min(1 << 12, room))];
    }
    int slot = slot(times, count);
    for (int s = slot; s <= (slot | 1); s++) {
      Column column = kept[s];
      if (column != null && column.isFor(times, count)) {
        return column;
      }
    }
    if (kept[slot] != null && kept[slot | 1] == null) {
      slot |= 1;
    }
    Column column = kept[slot];
    if (column == null) {
      column = newColumn(count);
      kept[slot] = column;
    }
    if (column.times.length < count) {
      column.times = new long[count];
    }
    System.arraycopy(times, 0, column.times, 0, count);
    column.count = count;
    column.factorsFor = 0;
    locate(times, count, column);
    return column;
  }

  /// An even number below the table's length.
  private int slot(long[] times, int count) {
    long hash = (times[0] * 31 + times[count - 1]) * 31 + count;
    hash *= 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 33) & (kept.length - 1) & ~1;
  }

  private Column newColumn(int count) {
    long size = count + 2L * endsMs.length;
    if (budget.tryHold(size)) {
      return new Column(endsMs.length);
    }
    return working;
  }

  private void locate(long[] times, int count, Column column) {
    if (endsMs.length == 1 && count > 0) {
      long end = endsMs[0];
      boolean all = times[0] > end - rangeMs && times[count - 1] <= end;
      column.from[0] = all ? 0 : firstAfter(times, count, end - rangeMs);
      column.to[0] = all ? count : Math.max(column.from[0], firstAfter(times, count, end));
      column.smallest = column.to[0] - column.from[0];
      findDense(column);
      return;
    }
    int from = 0;
    int to = 0;
    int smallest = Integer.MAX_VALUE;
    for (int i = 0; i < endsMs.length; i++) {
      long end = endsMs[i];
      long start = end - rangeMs;
      if (i == 0) {
        from = firstAfter(times, count, start);
        to = Math.max(from, firstAfter(times, count, end));
      }
      while (from < count && times[from] <= start) {
        from++;
      }
      if (to < from) {
        to = from;
      }
      while (to < count && times[to] <= end) {
        to++;
      }
      column.from[i] = from;
      column.to[i] = to;
      smallest = Math.min(smallest, to - from);
    }
    column.smallest = smallest;
    findDense(column);
  }

  private static void findDense(Column column) {
    int[] from = column.from;
    int[] to = column.to;
    int step = 0;
    while (step < from.length && to[step] - from[step] < 2) {
      step++;
    }
    column.denseFrom = step;
    int smallest = Integer.MAX_VALUE;
    while (step < from.length && to[step] - from[step] >= 2) {
      smallest = Math.min(smallest, to[step] - from[step]);
      step++;
    }
    column.denseTo = step;
    column.denseSmallest = smallest;
  }

  private static int firstAfter(long[] times, int count, long time) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
