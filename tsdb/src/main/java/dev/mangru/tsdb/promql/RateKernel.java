package dev.mangru.tsdb.promql;

import java.util.Arrays;

/// `rate`, `increase` and `delta`: last minus first, counter resets added back, stretched to the
/// ends of the window. Confined to the query's thread.
///
/// Source: Prometheus `extrapolatedRate`; the order of operations is kept, so results are equal bit
/// for bit. What depends on times alone, the factor, is worked out once per [StepWindows.Column].
/// Only the guess of where a counter was zero depends on values too, and only where the first value
/// is small against the increase. The guess counts if `sampled * (first / result)` is less than the
/// distance to the window's start, which is less than 1.1 times `sampled / (samples - 1)`; so it
/// does not if `first` is more than 1.2 times `result / (samples - 1)`, and no division is needed.
/// A counter without resets only grows: once it is above that bound for the increase of the whole
/// series, it is in every later window, and those need a subtraction and a product each.
final class RateKernel extends WindowKernel {

  /// 1.2 divided by the index; longer windows are worked out each time.
  private static final double[] LIMITS = new double[256];

  static {
    for (int i = 0; i < LIMITS.length; i++) {
      LIMITS[i] = 1.2 / i;
    }
  }

  /// Below this, products are not exact enough to decide by.
  private static final double TINY = 1e-290;

  private final boolean counter;
  private final boolean perSecond;

  /// See [StepWindows.Column#factorsFor].
  private final int factorsFor;

  /// Samples that are lower than their predecessor, ascending.
  private int[] drops = new int[16];

  private int dropCount;

  /// Whether no value is lower than its predecessor, and none is NaN.
  private boolean grows;

  RateKernel(boolean counter, boolean perSecond) {
    this.counter = counter;
    this.perSecond = perSecond;
    this.factorsFor = perSecond ? 1 : 2;
  }

  @Override
  BucketUse buckets() {
    return counter ? BucketUse.COUNTER : BucketUse.SAMPLES;
  }

  @Override
  WindowKernel fork() {
    return new RateKernel(counter, perSecond);
  }

  @Override
  void series(long[] newTimes, double[] newValues, int newCount) {
    super.series(newTimes, newValues, newCount);
    dropCount = 0;
    if (counter) {
      grows = grows(newValues, newCount);
      if (!grows) {
        findDrops(newValues, newCount);
      }
    }
  }

  @Override
  int samplesNeeded() {
    return 2;
  }

  private static boolean grows(double[] all, int size) {
    boolean grows = true;
    for (int i = 1; i < size; i++) {
      grows &= all[i] >= all[i - 1];
    }
    return grows;
  }

  private void findDrops(double[] all, int size) {
    for (int i = 1; i < size; i++) {
      if (all[i] < all[i - 1]) {
        if (dropCount == drops.length) {
          drops = Arrays.copyOf(drops, 2 * dropCount);
        }
        drops[dropCount++] = i;
      }
    }
  }

  @Override
  void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
    if (windows.steps().count() == 1) {
      applyOnce(windows, column, out);
      return;
    }
    if (column.factorsFor != factorsFor) {
      prepare(windows, column);
    }
    int plainEnd = Math.clamp(column.denseTo, first, end);
    int plain = plainFrom(column, first, plainEnd);
    applyEach(windows, column, first, plain, out);
    applyPlain(values, column, plain, plainEnd, out);
    applyEach(windows, column, plainEnd, end, out);
  }

  /// The first step before `end` from which on every window has a result without resets and without
  /// a guess of where the counter was zero; `end` if there is none.
  private int plainFrom(StepWindows.Column column, int first, int end) {
    int step = Math.max(first, column.denseFrom);
    if (step >= end || (counter && !grows)) {
      return end;
    }
    double most = values[count - 1] - values[0];
    if (!counter || most == 0) {
      return step;
    }
    double bound = most * limit(column.denseSmallest - 1);
    if (!(bound >= TINY)) {
      return end;
    }
    while (step < end && !(values[column.from[step]] > bound)) {
      step++;
    }
    return step;
  }

  private static void applyPlain(
      double[] all, StepWindows.Column column, int first, int end, double[] out) {
    int[] from = column.from;
    int[] to = column.to;
    double[] factors = column.factors;
    for (int i = first; i < end; i++) {
      out[i] = (all[to[i] - 1] - all[from[i]]) * factors[i];
    }
  }

  private void applyEach(
      StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
    double[] all = values;
    int[] from = column.from;
    int[] to = column.to;
    double[] factors = column.factors;
    int drop = 0;
    for (int i = first; i < end; i++) {
      int begin = from[i];
      int last = to[i] - 1;
      if (last <= begin) {
        out[i] = StepSeries.ABSENT;
        continue;
      }
      double start = all[begin];
      double result = all[last] - start;
      if (drop < dropCount) {
        while (drop < dropCount && drops[drop] <= begin) {
          drop++;
        }
        result = addDrops(result, drop, last);
      }
      out[i] =
          counter && result > 0 && mayReachZero(start, result, last - begin)
              ? exact(result, begin, last, windows.endMs(i), windows.rangeMs())
              : result * factors[i];
    }
  }

  private static double limit(int gaps) {
    return gaps < LIMITS.length ? LIMITS[gaps] : 1.2 / gaps;
  }

  private static boolean mayReachZero(double start, double result, int gaps) {
    double bound = result * limit(gaps);
    return start >= 0 && !(start > bound && bound >= TINY);
  }

  private void applyOnce(StepWindows windows, StepWindows.Column column, double[] out) {
    int begin = column.from[0];
    int last = column.to[0] - 1;
    if (last <= begin) {
      out[0] = StepSeries.ABSENT;
      return;
    }
    int drop = 0;
    while (drop < dropCount && drops[drop] <= begin) {
      drop++;
    }
    double result = addDrops(values[last] - values[begin], drop, last);
    out[0] = exact(result, begin, last, windows.endMs(0), windows.rangeMs());
  }

  private double addDrops(double difference, int drop, int last) {
    double result = difference;
    for (int d = drop; d < dropCount && drops[d] <= last; d++) {
      result += values[drops[d] - 1];
    }
    return result;
  }

  /// The factor of each step where no zero is near. Most windows lie to their samples as the one
  /// before does, and then have its factor.
  private void prepare(StepWindows windows, StepWindows.Column column) {
    int steps = column.from.length;
    if (column.factors.length == 0) {
      column.factors = new double[steps];
    }
    long sampledBefore = -1;
    long toStartBefore = -1;
    long toEndBefore = -1;
    int gapsBefore = -1;
    double factor = 0;
    for (int i = 0; i < steps; i++) {
      int begin = column.from[i];
      int last = column.to[i] - 1;
      if (last <= begin) {
        continue;
      }
      long endMs = windows.endMs(i);
      long sampledMs = times[last] - times[begin];
      long toStartMs = times[begin] - (endMs - windows.rangeMs());
      long toEndMs = endMs - times[last];
      int gaps = last - begin;
      if (sampledMs != sampledBefore
          || toStartMs != toStartBefore
          || toEndMs != toEndBefore
          || gaps != gapsBefore) {
        factor = factor(sampledMs, toStartMs, toEndMs, gaps, windows.rangeMs());
        sampledBefore = sampledMs;
        toStartBefore = toStartMs;
        toEndBefore = toEndMs;
        gapsBefore = gaps;
      }
      column.factors[i] = factor;
    }
    column.factorsFor = factorsFor;
  }

  private double factor(long sampledMs, long toStartMs, long toEndMs, int gaps, long rangeMs) {
    double sampled = sampledMs / 1000.0;
    double average = sampled / gaps;
    double threshold = average * 1.1;
    double toStart = toStartMs / 1000.0;
    double toEnd = toEndMs / 1000.0;
    if (toStart >= threshold) {
      toStart = average / 2;
    }
    if (toEnd >= threshold) {
      toEnd = average / 2;
    }
    return factor(sampled, toStart, toEnd, rangeMs);
  }

  private double exact(double result, int begin, int last, long endMs, long rangeMs) {
    long startMs = endMs - rangeMs;
    double sampled = (times[last] - times[begin]) / 1000.0;
    double average = sampled / (last - begin);
    double threshold = average * 1.1;
    double toStart = (times[begin] - startMs) / 1000.0;
    double toEnd = (endMs - times[last]) / 1000.0;
    if (toStart >= threshold) {
      toStart = average / 2;
    }
    if (counter && result > 0 && values[begin] >= 0) {
      double toZero = sampled * (values[begin] / result);
      if (toZero < toStart) {
        toStart = toZero;
      }
    }
    if (toEnd >= threshold) {
      toEnd = average / 2;
    }
    return result * factor(sampled, toStart, toEnd, endMs - startMs);
  }

  private double factor(double sampled, double toStart, double toEnd, long rangeMs) {
    double factor = sampled == 0 ? 1 : (sampled + toStart + toEnd) / sampled;
    return perSecond ? factor / (rangeMs / 1000.0) : factor;
  }
}
