package dev.mangru.tsdb.promql;

/// The mean: a compensated sum over the count, and from the first sum that would overflow on an
/// incremental mean. Confined to one thread.
final class RunningMean {

  private double sum;
  private double compensation;
  private double mean;
  private double count;
  private boolean incremental;

  /// A mean that so far has the compensated sum of `count` values, at least one.
  static RunningMean of(double sum, double compensation, double count) {
    RunningMean mean = new RunningMean();
    mean.sum = sum;
    mean.compensation = compensation;
    mean.count = count;
    return mean;
  }

  void reset() {
    sum = 0;
    compensation = 0;
    mean = 0;
    count = 0;
    incremental = false;
  }

  void add(double value) {
    count++;
    if (count == 1) {
      sum = value;
      return;
    }
    if (!incremental) {
      double total = sum + value;
      if (!Double.isInfinite(total)) {
        compensation = NeumaierSum.compensate(sum, compensation, value, total);
        sum = total;
        return;
      }
      incremental = true;
      mean = sum / (count - 1);
      compensation /= count - 1;
    }
    double share = (count - 1) / count;
    double scaled = share * mean;
    double part = value / count;
    double total = scaled + part;
    compensation = NeumaierSum.compensate(scaled, share * compensation, part, total);
    mean = total;
  }

  boolean isEmpty() {
    return count == 0;
  }

  double result() {
    return incremental ? mean + compensation : sum / count + compensation / count;
  }
}
