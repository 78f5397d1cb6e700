package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One series of an intermediate result: a float or a native histogram per step, or neither.
///
/// The stale marker is never a value here, so its bits say “no float” and one array suffices;
/// histograms have an array of their own, which is only there if there are any. Confined to the
/// query's thread.
final class StepSeries {

  /// Compare with [#isAbsent], never with `==`: it is a NaN.
  static final double ABSENT = StaleMarker.VALUE;

  /// What the labels of a series hold of a query's budget, in samples: their texts are mostly
  /// shared. Measured: 300 bytes for series of Kubernetes that share none.
  static final int LABELS = 20;

  private final Labels labels;
  private final boolean dropName;
  private final double[] values;
  private final @Nullable FloatHistogram @Nullable [] histograms;

  /// A series of floats.
  StepSeries(Labels labels, boolean dropName, double[] values) {
    this(labels, dropName, values, null);
  }

  /// @param histograms one per step, null at steps without; null if there are none at all. Where
  ///   there is one, the value is [#ABSENT]
  StepSeries(
      Labels labels,
      boolean dropName,
      double[] values,
      @Nullable FloatHistogram @Nullable [] histograms) {
    this.labels = labels;
    this.dropName = dropName;
    this.values = values;
    this.histograms = histograms;
  }

  static double[] absent(int steps) {
    double[] values = new double[steps];
    Arrays.fill(values, ABSENT);
    return values;
  }

  static boolean isAbsent(double value) {
    return StaleMarker.is(value);
  }

  Labels labels() {
    return labels;
  }

  /// Whether the metric name goes at the end of the query.
  boolean dropName() {
    return dropName;
  }

  /// The floats, one per step; shared, so treat as read-only once built.
  double[] values() {
    return values;
  }

  /// The histograms, one per step, or null if there are none; treat as read-only.
  @Nullable FloatHistogram @Nullable [] histograms() {
    return histograms;
  }

  /// The histogram at a step, or null.
  @Nullable FloatHistogram histogram(int step) {
    return histograms == null ? null : histograms[step];
  }

  /// The same samples under other labels.
  StepSeries relabeled(Labels other, boolean nameGoes) {
    return new StepSeries(other, nameGoes, values, histograms);
  }

  boolean present(int step) {
    return !StaleMarker.is(values[step]) || (histograms != null && histograms[step] != null);
  }

  boolean anyPresent() {
    for (int i = 0; i < values.length; i++) {
      if (present(i)) {
        return true;
      }
    }
    return false;
  }

  /// What it holds of a query's budget, in samples.
  long weight() {
    return LABELS + values.length + weight(histograms);
  }

  /// What histograms hold of a query's budget: 16 bytes are a sample. One that stands at several
  /// steps in a row is there once.
  @SuppressWarnings("ReferenceEquality") // one object takes its memory once
  static long weight(@Nullable FloatHistogram @Nullable [] histograms) {
    long weight = 0;
    FloatHistogram counted = null;
    for (int i = 0; histograms != null && i < histograms.length; i++) {
      FloatHistogram one = histograms[i];
      if (one != null && one != counted) {
        weight += one.memoryBytes() / 16;
        counted = one;
      }
    }
    return weight;
  }
}
