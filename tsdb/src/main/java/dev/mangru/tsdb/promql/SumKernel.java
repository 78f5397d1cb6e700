package dev.mangru.tsdb.promql;

/// `sum_over_time` and `avg_over_time`. Confined to the query's thread.
///
/// Prometheus adds up each window anew with compensation. Where all values of a series are whole
/// and their magnitudes add up to less than 2^53, every sum is exact and every compensation 0, so
/// that a difference of running totals has the same bits; most gauges of bytes and most counters
/// are such series. Other windows are added up.
final class SumKernel extends WindowKernel {

  private static final double EXACT = 0x1p53;

  private final boolean average;
  private final NeumaierSum sum = new NeumaierSum();
  private final RunningMean mean = new RunningMean();

  /// The sum of all samples before each.
  private double[] totals = {};

  private boolean exact;

  SumKernel(boolean average) {
    this.average = average;
  }

  @Override
  BucketUse buckets() {
    return average ? BucketUse.AVERAGE : BucketUse.SUM;
  }

  @Override
  WindowKernel fork() {
    return new SumKernel(average);
  }

  @Override
  void series(long[] newTimes, double[] newValues, int newCount) {
    super.series(newTimes, newValues, newCount);
    if (totals.length <= newCount) {
      totals = new double[Math.max(newCount + 1, 2 * totals.length)];
    }
    double total = 0;
    double magnitude = 0;
    boolean whole = true;
    for (int i = 0; i < newCount; i++) {
      double value = newValues[i];
      // The bits tell -0 from 0: an average of -0 alone is -0. NaN and infinity never get here.
      whole &=
          Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits((double) (long) value);
      magnitude += Math.abs(value);
      total += value;
      totals[i + 1] = total;
    }
    exact = whole && magnitude < EXACT;
  }

  @Override
  boolean constantTime() {
    return exact;
  }

  @Override
  void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
    for (int i = first; i < end; i++) {
      int from = column.from[i];
      int to = column.to[i];
      if (to == from) {
        out[i] = StepSeries.ABSENT;
      } else if (exact) {
        double total = totals[to] - totals[from];
        out[i] = average ? total / (to - from) : total;
      } else {
        out[i] = average ? average(from, to) : sum(from, to);
      }
    }
  }

  @Override
  int samplesNeeded() {
    return 1;
  }

  private double sum(int from, int to) {
    sum.reset();
    for (int i = from; i < to; i++) {
      sum.add(values[i]);
    }
    return sum.result();
  }

  private double average(int from, int to) {
    mean.reset();
    for (int i = from; i < to; i++) {
      mean.add(values[i]);
    }
    return mean.result();
  }
}
