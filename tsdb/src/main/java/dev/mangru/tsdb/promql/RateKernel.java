package dev.mangru.tsdb.promql;

import java.util.Arrays;

/// `rate`, `increase` and `delta`: last minus first, counter resets added back, stretched to the
/// ends of the window. Confined to the query's thread.
///
/// Source: Prometheus `extrapolatedRate`; the order of operations is kept, so results are equal bit
/// for bit. What depends on times alone, the factor above all, comes from [StepWindows.Column].
/// Only the guess of where a counter was zero depends on values, and only where the first value is
/// small against the increase; [StepWindows.Column#limits] tells that with one multiplication.
final class RateKernel extends WindowKernel {

  /// Safely above the rounding of the few operations it stands for.
  private static final double MARGIN = 1.000001;

  /// Below this, products are not exact enough to decide by.
  private static final double TINY = 1e-290;

  private final boolean counter;
  private final boolean perSecond;

  /// Samples that are lower than their predecessor, ascending.
  private int[] drops = new int[16];

  private int dropCount;

  RateKernel(boolean counter, boolean perSecond) {
    this.counter = counter;
    this.perSecond = perSecond;
  }

  @Override
  void series(long[] newTimes, double[] newValues, int newCount) {
    super.series(newTimes, newValues, newCount);
    dropCount = 0;
    if (counter) {
      findDrops(newValues, newCount);
    }
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
    if (!column.hasRates) {
      prepare(windows, column);
    }
    int[] from = column.from;
    int[] to = column.to;
    double[] factors = column.factors;
    double[] limits = column.limits;
    int drop = 0;
    for (int i = first; i < end; i++) {
      int begin = from[i];
      int last = to[i] - 1;
      if (last <= begin) {
        out[i] = StepSeries.ABSENT;
        continue;
      }
      double start = values[begin];
      double result = values[last] - start;
      if (drop < dropCount) {
        while (drop < dropCount && drops[drop] <= begin) {
          drop++;
        }
        result = addDrops(result, drop, last);
      }
      if (counter && result > 0 && start >= 0) {
        double bound = limits[i] * result;
        if (!(start > bound && bound >= TINY)) {
          out[i] = exact(result, begin, last, windows.endMs(i), windows.rangeMs());
          continue;
        }
      }
      out[i] = result * factors[i];
    }
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

  /// The factor of each step where no zero is near, and `toStart / sampled`: a counter's zero is
  /// before the window's start if its first value is more than that of the increase.
  private void prepare(StepWindows windows, StepWindows.Column column) {
    int steps = column.from.length;
    if (column.factors.length == 0) {
      column.factors = new double[steps];
      column.limits = new double[steps];
    }
    for (int i = 0; i < steps; i++) {
      int begin = column.from[i];
      int last = column.to[i] - 1;
      if (last <= begin) {
        continue;
      }
      long endMs = windows.endMs(i);
      long startMs = endMs - windows.rangeMs();
      double sampled = (times[last] - times[begin]) / 1000.0;
      double average = sampled / (last - begin);
      double threshold = average * 1.1;
      double toStart = (times[begin] - startMs) / 1000.0;
      double toEnd = (endMs - times[last]) / 1000.0;
      if (toStart >= threshold) {
        toStart = average / 2;
      }
      if (toEnd >= threshold) {
        toEnd = average / 2;
      }
      column.factors[i] = factor(sampled, toStart, toEnd, endMs - startMs);
      column.limits[i] = sampled == 0 ? Double.NaN : toStart / sampled * MARGIN;
    }
    column.hasRates = true;
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
