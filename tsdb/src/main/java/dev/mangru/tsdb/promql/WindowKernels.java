package dev.mangru.tsdb.promql;

import java.util.Arrays;

/// The simple functions of a window: one tight loop each. [RateKernel], [SumKernel] and
/// [ExtremeKernel] are the others; what is rare goes through [EachWindow].
final class WindowKernels {

  private WindowKernels() {}

  /// The newest value (the oldest); a stale marker among the samples is no result.
  static final class Edge extends WindowKernel {
    private final boolean newest;

    Edge(boolean newest) {
      this.newest = newest;
    }

    @Override
    WindowKernel fork() {
      return new Edge(newest);
    }

    @Override
    void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
      int[] from = column.from;
      int[] to = column.to;
      for (int i = first; i < end; i++) {
        out[i] =
            to[i] == from[i] ? StepSeries.ABSENT : newest ? values[to[i] - 1] : values[from[i]];
      }
    }
  }

  /// When the newest (oldest) sample was taken, in seconds; none if it is a stale marker.
  static final class EdgeTime extends WindowKernel {
    private final boolean newest;

    EdgeTime(boolean newest) {
      this.newest = newest;
    }

    @Override
    WindowKernel fork() {
      return new EdgeTime(newest);
    }

    @Override
    void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
      for (int i = first; i < end; i++) {
        int index = newest ? column.to[i] - 1 : column.from[i];
        out[i] =
            column.to[i] == column.from[i] || StepSeries.isAbsent(values[index])
                ? StepSeries.ABSENT
                : times[index] / 1000.0;
      }
    }
  }

  /// How many samples, or 1 if there are any.
  static final class Count extends WindowKernel {
    private final boolean presence;

    Count(boolean presence) {
      this.presence = presence;
    }

    @Override
    BucketUse buckets() {
      return presence ? BucketUse.PRESENCE : BucketUse.COUNT;
    }

    @Override
    WindowKernel fork() {
      return new Count(presence);
    }

    @Override
    int samplesNeeded() {
      return 1;
    }

    @Override
    void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
      for (int i = first; i < end; i++) {
        int size = column.to[i] - column.from[i];
        out[i] = size == 0 ? StepSeries.ABSENT : presence ? 1 : size;
      }
    }
  }

  /// How often a value differs from its predecessor (is lower).
  static final class Changes extends WindowKernel {
    private final boolean onlyDown;

    /// Changes up to and including each sample.
    private int[] before = {};

    Changes(boolean onlyDown) {
      this.onlyDown = onlyDown;
    }

    @Override
    WindowKernel fork() {
      return new Changes(onlyDown);
    }

    @Override
    int samplesNeeded() {
      return 1;
    }

    @Override
    void series(long[] newTimes, double[] newValues, int newCount) {
      super.series(newTimes, newValues, newCount);
      if (before.length < newCount) {
        before = new int[Math.max(newCount, 2 * before.length)];
      }
      int changes = 0;
      for (int i = 1; i < newCount; i++) {
        double current = newValues[i];
        double previous = newValues[i - 1];
        boolean change =
            onlyDown
                ? current < previous
                : current != previous && !(Double.isNaN(current) && Double.isNaN(previous));
        changes += change ? 1 : 0;
        before[i] = changes;
      }
    }

    @Override
    void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
      for (int i = first; i < end; i++) {
        int from = column.from[i];
        int to = column.to[i];
        out[i] = to == from ? StepSeries.ABSENT : before[to - 1] - before[from];
      }
    }
  }

  /// `irate` and `idelta`: the last two samples.
  static final class LastTwo extends WindowKernel {
    private final boolean rate;

    LastTwo(boolean rate) {
      this.rate = rate;
    }

    @Override
    BucketUse buckets() {
      return rate ? BucketUse.COUNTER : BucketUse.SAMPLES;
    }

    @Override
    WindowKernel fork() {
      return new LastTwo(rate);
    }

    @Override
    void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
      for (int i = first; i < end; i++) {
        int last = column.to[i] - 1;
        out[i] = last <= column.from[i] ? StepSeries.ABSENT : difference(last);
      }
    }

    private double difference(int last) {
      long betweenMs = times[last] - times[last - 1];
      if (betweenMs == 0) {
        return StepSeries.ABSENT;
      }
      double current = values[last];
      double previous = values[last - 1];
      double result = rate && current < previous ? current : current - previous;
      return rate ? result / (betweenMs / 1000.0) : result;
    }
  }

  /// Nothing for plain floats.
  static final class NoFloats extends WindowKernel {
    @Override
    WindowKernel fork() {
      return new NoFloats();
    }

    @Override
    void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
      Arrays.fill(out, first, end, StepSeries.ABSENT);
    }
  }

  /// Any function of one window.
  static final class EachWindow extends WindowKernel {
    private final WindowFunction function;
    private final Window window = new Window();

    EachWindow(WindowFunction function) {
      this.function = function;
    }

    @Override
    void series(long[] newTimes, double[] newValues, int newCount) {
      super.series(newTimes, newValues, newCount);
      window.times = newTimes;
      window.values = newValues;
    }

    @Override
    boolean constantTime() {
      return false;
    }

    @Override
    void apply(StepWindows windows, StepWindows.Column column, int first, int end, double[] out) {
      for (int i = first; i < end; i++) {
        window.from = column.from[i];
        window.to = column.to[i];
        window.evaluationMs = windows.steps().time(i);
        out[i] = window.isEmpty() ? StepSeries.ABSENT : function.apply(window, i);
      }
    }
  }

  /// A function of the samples of one window, which has at least one; [StepSeries#ABSENT] for no
  /// result.
  @FunctionalInterface
  interface WindowFunction {
    double apply(Window window, int step);
  }
}
