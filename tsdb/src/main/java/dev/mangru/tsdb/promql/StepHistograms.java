package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Rows of native histograms, one per step, null where there is none; a row without any is null.
final class StepHistograms {

  private StepHistograms() {}

  static @Nullable FloatHistogram @Nullable [] map(
      @Nullable FloatHistogram @Nullable [] row, UnaryOperator<FloatHistogram> function) {
    if (row == null) {
      return null;
    }
    @Nullable FloatHistogram[] mapped = row.clone();
    for (int i = 0; i < mapped.length; i++) {
      FloatHistogram one = mapped[i];
      mapped[i] = one == null ? null : function.apply(one);
    }
    return mapped;
  }

  /// The histograms of both; those of `other` where both have one.
  static @Nullable FloatHistogram @Nullable [] union(
      @Nullable FloatHistogram @Nullable [] one, @Nullable FloatHistogram @Nullable [] other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    @Nullable FloatHistogram[] both = one.clone();
    for (int i = 0; i < both.length; i++) {
      FloatHistogram there = other[i];
      both[i] = there == null ? both[i] : there;
    }
    return both;
  }

  /// The first one at every step.
  static @Nullable FloatHistogram @Nullable [] repeat(
      @Nullable FloatHistogram @Nullable [] row, int count) {
    if (row == null || row[0] == null) {
      return null;
    }
    @Nullable FloatHistogram[] repeated = new @Nullable FloatHistogram[count];
    Arrays.fill(repeated, row[0]);
    return repeated;
  }

  /// `row` with `histogram` at `step`; makes the row if there is none.
  static @Nullable FloatHistogram[] with(
      @Nullable FloatHistogram @Nullable [] row, int steps, int step, FloatHistogram histogram) {
    @Nullable FloatHistogram[] there = row == null ? new @Nullable FloatHistogram[steps] : row;
    there[step] = histogram;
    return there;
  }

  /// Only those at steps that are kept.
  static @Nullable FloatHistogram @Nullable [] keep(
      @Nullable FloatHistogram @Nullable [] row, boolean[] partner, boolean wanted) {
    if (row == null) {
      return null;
    }
    @Nullable FloatHistogram[] kept = row.clone();
    for (int i = 0; i < kept.length; i++) {
      if (partner[i] != wanted) {
        kept[i] = null;
      }
    }
    return kept;
  }
}
