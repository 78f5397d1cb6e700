package dev.mangru.tsdb.promql;

import org.jspecify.annotations.Nullable;

/// A function of the samples of each window of one series. Confined to one thread.
///
/// First [#series] is told what comes, then [#apply] is called for runs of steps in ascending
/// order.
abstract class WindowKernel {

  long[] times = {};
  double[] values = {};
  int count;

  /// What becomes of windows with histograms.
  MixedFunction mixed = MixedFunction.FLOATS_ONLY;

  /// This, with another rule for windows with histograms.
  WindowKernel with(MixedFunction function) {
    mixed = function;
    return this;
  }

  /// The samples that all following calls are about.
  void series(long[] newTimes, double[] newValues, int newCount) {
    times = newTimes;
    values = newValues;
    count = newCount;
  }

  /// Writes the result of every step from `first` to `end`, exclusive, to `out`, and
  /// [StepSeries#ABSENT] where there is none.
  abstract void apply(
      StepWindows windows, StepWindows.Column column, int first, int end, double[] out);

  /// Whether a step takes the same time however long its window is.
  boolean constantTime() {
    return true;
  }

  /// Samples that a window needs for a result; more than any has if that does not tell.
  int samplesNeeded() {
    return Integer.MAX_VALUE;
  }

  /// What it makes of buckets.
  BucketUse buckets() {
    return BucketUse.SAMPLES;
  }

  /// Another one for another thread, or null if it cannot do without the query's own thread.
  @Nullable WindowKernel fork() {
    return null;
  }
}
