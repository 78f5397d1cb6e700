package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.BucketColumns;
import dev.mangru.model.metric.Buckets;
import dev.mangru.model.metric.Querier;
import dev.mangru.tsdb.promql.SeriesWorker.Presence;
import org.jspecify.annotations.Nullable;

/// Computes a function of the windows of a series from buckets instead of samples. Confined to the
/// query's thread.
///
/// Where all windows begin and end at ends of buckets, the answer has the bits that the samples
/// give: the store hands out buckets for sums only if no order of adding rounds, and of equal
/// extremes the last one counts in buckets as in windows.
final class BucketReading {

  /// Steps between two looks at the clock.
  private static final int STEPS_AT_ONCE = 1 << 12;

  private final Buckets wanted;
  private final StepWindows windows;
  private final QueryBudget budget;
  private final @Nullable WindowKernel ofCounts;
  private final @Nullable WindowKernel ofValues;
  private final double[] counted;
  private final BucketColumns columns = new BucketColumns();
  private int seriesRead;

  private BucketReading(Buckets wanted, BucketUse use, StepWindows windows, QueryBudget budget) {
    this.wanted = wanted;
    this.windows = windows;
    this.budget = budget;
    this.ofCounts =
        switch (use) {
          case COUNT, AVERAGE -> new SumKernel(false);
          case PRESENCE -> new WindowKernels.Count(true);
          case LEAST, GREATEST, SUM, COUNTER, SAMPLES -> null;
        };
    this.ofValues =
        switch (use) {
          case LEAST -> new ExtremeKernel(false);
          case GREATEST -> new ExtremeKernel(true);
          case SUM, AVERAGE -> new SumKernel(false);
          case COUNT, PRESENCE, COUNTER, SAMPLES -> null;
        };
    this.counted =
        use == BucketUse.AVERAGE ? budget.allocate(windows.steps().count()) : new double[0];
  }

  /// How to read for a function of the windows; null if buckets are of no use.
  static @Nullable BucketReading of(
      QueryContext context, BucketUse use, RangeReader.Placement placement, StepWindows windows) {
    Buckets.Use column = columnOf(use);
    long asked = SummaryStore.longestBucketMs(context.store());
    if (asked > 0) {
      Buckets.Kind kind = use == BucketUse.COUNTER ? Buckets.Kind.COUNTERS : Buckets.Kind.AVERAGES;
      return new BucketReading(new Buckets(asked, kind, column), use, windows, context.budget());
    }
    long length = alignment(placement, windows);
    return column == Buckets.Use.NONE || length < SHORTEST_MS
        ? null
        : new BucketReading(
            new Buckets(length, Buckets.Kind.EXACT, column), use, windows, context.budget());
  }

  /// No store has buckets this short, and looking for them costs. Chosen.
  private static final long SHORTEST_MS = 60_000;

  private static Buckets.Use columnOf(BucketUse use) {
    return switch (use) {
      case COUNT, PRESENCE -> Buckets.Use.COUNT;
      case LEAST -> Buckets.Use.LEAST;
      case GREATEST -> Buckets.Use.GREATEST;
      case SUM, AVERAGE -> Buckets.Use.SUM;
      case COUNTER, SAMPLES -> Buckets.Use.NONE;
    };
  }

  /// The greatest length that all windows begin and end at multiples of.
  private static long alignment(RangeReader.Placement placement, StepWindows windows) {
    long length = gcd(windows.endMs(0), placement.rangeMs());
    Steps steps = windows.steps();
    return steps.count() > 1 && placement.at() == null ? gcd(length, steps.stepMs()) : length;
  }

  private static long gcd(long a, long b) {
    long x = Math.abs(a);
    long y = Math.abs(b);
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return x;
  }

  Buckets wanted() {
    return wanted;
  }

  /// Of how many series buckets were read, for people.
  String described() {
    return seriesRead == 0
        ? "no summaries that the windows could be put together of"
        : "summaries instead of samples for " + seriesRead + " series";
  }

  /// Counts the samples behind the buckets of the series computed last.
  void count(QueryTally.Counts counts) {
    int[] weights = new int[columns.count()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (int) columns.counts()[i];
    }
    if (weights.length > 0) {
      counts.windows(windows.column(columns.endsMs(), weights.length), weights);
    }
  }

  /// Reads a series and writes one value per step to `out`; null if its samples have to be read.
  @Nullable Presence compute(Querier.Series series, double[] out) {
    if ((ofCounts == null && ofValues == null) || !series.readBuckets(columns)) {
      return null;
    }
    seriesRead++;
    int count = columns.count();
    if (count == 0) {
      return Presence.NONE;
    }
    budget.countRead(count);
    budget.work(count);
    budget.hold(count);
    StepWindows.Column column = windows.column(columns.endsMs(), count);
    if (ofValues != null) {
      apply(ofValues, column, columns.values(), count, out);
    }
    if (ofCounts != null) {
      apply(ofCounts, column, columns.counts(), count, ofValues == null ? out : counted);
    }
    if (ofValues != null && ofCounts != null) {
      for (int i = 0; i < out.length; i++) {
        if (column.to[i] > column.from[i]) {
          out[i] /= counted[i];
        }
      }
    }
    budget.release(count);
    return column.smallest >= 1 ? Presence.FULL : Presence.SOME;
  }

  private void apply(
      WindowKernel kernel, StepWindows.Column column, double[] values, int count, double[] out) {
    kernel.series(columns.endsMs(), values, count);
    for (int first = 0; first < out.length; first += STEPS_AT_ONCE) {
      int end = Math.min(out.length, first + STEPS_AT_ONCE);
      kernel.apply(windows, column, first, end, out);
      budget.work(end - first);
    }
  }
}
