package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Counts the samples that the steps of a query see, as Prometheus counts them: each sample as
/// often as a step sees it, a histogram as one per 16 bytes, nothing inside a subquery but what its
/// windows hold, and what is the same at all steps once for each of them. Confined to the query's
/// thread, but for [Counts#fork].
///
/// Only queries that are asked to have one.
///
/// Source: Prometheus `promql/engine.go`, `QuerySamples`.
final class QueryTally {

  private final Counts whole;

  /// Null while a subquery is evaluated.
  private @Nullable Counts current;

  private Expr.@Nullable Subquery wholeQuery;

  /// @param perStep whether each step is counted for itself
  QueryTally(int steps, boolean perStep) {
    whole = new Counts(perStep ? steps : 0);
    current = whole;
  }

  /// What has been counted, for each thread.
  static final class Counts {

    private final long[] perStep;
    private final List<Counts> forks = new ArrayList<>();
    private long total;

    private Counts(int steps) {
      perStep = new long[steps];
    }

    /// For another thread: what it counts is part of this.
    Counts fork() {
      Counts forked = new Counts(perStep.length);
      forks.add(forked);
      return forked;
    }

    void add(int step, long samples) {
      total += samples;
      if (perStep.length > 0) {
        perStep[step] += samples;
      }
    }

    long total() {
      long sum = total;
      for (Counts fork : forks) {
        sum += fork.total();
      }
      return sum;
    }

    private void addTo(long[] sums) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += perStep[i];
      }
      forks.forEach(fork -> fork.addTo(sums));
    }

    /// Every step sees all samples of its window.
    ///
    /// @param weights what each sample counts; null if all count 1
    void windows(StepWindows.Column column, int @Nullable [] weights) {
      int steps = column.from.length;
      if (weights == null) {
        for (int i = 0; i < steps; i++) {
          add(i, column.to[i] - column.from[i]);
        }
        return;
      }
      long[] before = new long[weights.length + 1];
      for (int i = 0; i < weights.length; i++) {
        before[i + 1] = before[i] + weights[i];
      }
      for (int i = 0; i < steps; i++) {
        add(i, before[column.to[i]] - before[column.from[i]]);
      }
    }

    /// Every step sees the newest sample of its window, unless it is a stale marker.
    void newest(StepWindows.Column column, double[] values, int @Nullable [] weights) {
      for (int i = 0; i < column.from.length; i++) {
        int last = column.to[i] - 1;
        if (last < column.from[i]) {
          continue;
        }
        if (weights != null) {
          add(i, weights[last]);
        } else if (!StaleMarker.is(values[last])) {
          add(i, 1);
        }
      }
    }
  }

  /// Where samples are to be counted; null if they are not.
  @Nullable Counts counts() {
    return current;
  }

  long total() {
    return whole.total();
  }

  long[] perStep() {
    long[] sums = new long[whole.perStep.length];
    whole.addTo(sums);
    return sums;
  }

  /// Says that `subquery` is the whole query: then its inside counts, at the query's one step, and
  /// its windows do not.
  void whole(Expr.Subquery subquery) {
    wholeQuery = subquery;
  }

  @SuppressWarnings("ReferenceEquality") // one node of the tree
  boolean countsInside(Expr.Subquery subquery) {
    return wholeQuery == subquery;
  }

  /// Evaluates the inside of a subquery, which does not count.
  <T> T suspended(Supplier<T> part) {
    Counts before = current;
    current = null;
    try {
      return part.get();
    } finally {
      current = before;
    }
  }

  /// Evaluates something once that counts at each of `steps`.
  <T> T repeated(int steps, Supplier<T> part) {
    Counts before = current;
    if (before == null) {
      return part.get();
    }
    Counts once = new Counts(0);
    current = once;
    try {
      return part.get();
    } finally {
      current = before;
      long samples = once.total();
      for (int i = 0; i < steps; i++) {
        before.add(i, samples);
      }
    }
  }

  // What a sample counts --------------------------------------------------------------------------

  /// A histogram's time and what Prometheus holds of it, in samples of 16 bytes.
  static int weight(FloatHistogram histogram) {
    int buckets = side(histogram.positive()) + side(histogram.negative());
    return (8 + 160 + buckets + 8 * histogram.customBounds().length) / 16;
  }

  /// What all samples of a series count.
  static long weight(SelectorReader.RawSeries raw) {
    @Nullable FloatHistogram[] histograms = raw.histograms();
    long sum = raw.count();
    for (int i = 0; histograms != null && i < raw.count(); i++) {
      FloatHistogram histogram = histograms[i];
      sum += histogram == null ? 0 : weight(histogram) - 1;
    }
    return sum;
  }

  /// Spans and buckets, 8 bytes each.
  private static int side(FloatHistogram.Side side) {
    int[] indexes = side.indexes();
    int spans = 0;
    for (int i = 0; i < indexes.length; i++) {
      if (i == 0 || indexes[i] != indexes[i - 1] + 1) {
        spans++;
      }
    }
    return 8 * (spans + indexes.length);
  }

  /// What each of the samples counts; null if all are floats.
  static int @Nullable [] weights(MixedSeries series) {
    int[] weights = new int[series.count];
    boolean any = false;
    for (int i = 0; i < weights.length; i++) {
      FloatHistogram histogram = series.histograms[i];
      any |= histogram != null;
      weights[i] = histogram != null ? weight(histogram) : StaleMarker.is(series.values[i]) ? 0 : 1;
    }
    return any ? weights : null;
  }

  /// What each of the wanted samples counts, before the others are removed; null if all are floats.
  static int @Nullable [] weights(SampleColumns columns, SelectorReader.Reading reading) {
    if (!columns.anyHistogram()) {
      return null;
    }
    int[] weights = new int[columns.count()];
    int kept = 0;
    for (int i = 0; i < weights.length; i++) {
      boolean stale = StaleMarker.is(columns.values()[i]);
      if (stale && !reading.keepsStale()) {
        continue;
      }
      NativeHistogram histogram = columns.histogram(i);
      weights[kept++] = stale ? 0 : histogram == null ? 1 : weight(FloatHistogram.of(histogram));
    }
    return weights;
  }
}
