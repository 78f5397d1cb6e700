package dev.mangru.tsdb.promql;

/// `min_over_time` and `max_over_time`: a queue of the samples that may yet be the extreme one, so
/// that each sample is looked at twice at most. NaN loses to everything. Confined to the query's
/// thread.
final class ExtremeKernel extends WindowKernel {

  private final boolean largest;

  /// Indices of samples; later ones have values that are strictly less extreme.
  private int[] queue = {};

  private boolean anyNan;

  ExtremeKernel(boolean largest) {
    this.largest = largest;
  }

  @Override
  BucketUse buckets() {
    return largest ? BucketUse.GREATEST : BucketUse.LEAST;
  }

  @Override
  WindowKernel fork() {
    return new ExtremeKernel(largest);
  }

  @Override
  void series(long[] newTimes, double[] newValues, int newCount) {
    super.series(newTimes, newValues, newCount);
    if (queue.length < newCount) {
      queue = new int[Math.max(newCount, 2 * queue.length)];
    }
    anyNan = false;
    for (int i = 0; i < newCount; i++) {
      anyNan |= Double.isNaN(newValues[i]);
    }
  }

  @Override
  boolean constantTime() {
    return !anyNan;
  }

  @Override
  void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
    if (anyNan || end - first == 1) {
      for (int i = first; i < end; i++) {
        int from = column.from[i];
        int to = column.to[i];
        out[i] = to == from ? StepSeries.ABSENT : values[extreme(values, from, to, largest)];
      }
      return;
    }
    int head = 0;
    int tail = 0;
    int next = column.from[first];
    for (int i = first; i < end; i++) {
      int from = column.from[i];
      int to = column.to[i];
      if (next < from) {
        next = from;
      }
      for (; next < to; next++) {
        double value = values[next];
        while (tail > head
            && (largest ? value >= values[queue[tail - 1]] : value <= values[queue[tail - 1]])) {
          tail--;
        }
        queue[tail++] = next;
      }
      while (head < tail && queue[head] < from) {
        head++;
      }
      out[i] = to == from ? StepSeries.ABSENT : values[queue[head]];
    }
  }

  @Override
  int samplesNeeded() {
    return 1;
  }

  /// The index of the smallest (largest) value; the last of several; NaN loses to everything.
  static int extreme(double[] values, int from, int to, boolean largest) {
    int best = from;
    for (int i = from + 1; i < to; i++) {
      double value = values[i];
      double champion = values[best];
      if ((largest ? value >= champion : value <= champion) || Double.isNaN(champion)) {
        best = i;
      }
    }
    return best;
  }
}
