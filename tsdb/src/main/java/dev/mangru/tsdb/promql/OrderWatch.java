package dev.mangru.tsdb.promql;

import java.util.List;
import java.util.Set;

/// Finds out whether an answer depended on the order of elements that come in another order when
/// other steps are evaluated with them: groups, for example, come in order of first sight. Confined
/// to the query's thread.
///
/// What is looked at is a step's own elements. So if the order matters at a step, it is found to
/// matter whichever other steps are evaluated.
final class OrderWatch {

  private static final double EXACT = 0x1p53;

  private Set<Expr> watched = Set.of();
  private boolean mattered;

  /// @param nodes those whose input has no fixed order, told apart by identity
  void watch(Set<Expr> nodes) {
    watched = nodes;
  }

  boolean mattered() {
    return mattered;
  }

  void forget() {
    mattered = false;
  }

  boolean watches(Expr node) {
    return !watched.isEmpty() && watched.contains(node);
  }

  /// Looks at what an aggregation folds.
  void lookAtFolded(Expr.Aggregate aggregate, List<StepSeries> input, int steps) {
    if (!watches(aggregate) || input.size() < 2) {
      return;
    }
    mattered |=
        switch (aggregate.operation()) {
          case COUNT, GROUP, COUNT_VALUES, QUANTILE, LIMIT_RATIO -> false;
          case MIN, MAX -> anyNegativeZero(input);
          case SUM, AVG -> !addsExactly(input, steps);
          case STDDEV, STDVAR, TOPK, BOTTOMK, LIMITK -> true;
        };
  }

  /// Of zeros of both signs the first one counts.
  private static boolean anyNegativeZero(List<StepSeries> input) {
    long negativeZero = Double.doubleToRawLongBits(-0.0);
    for (StepSeries series : input) {
      for (double value : series.values()) {
        if (Double.doubleToRawLongBits(value) == negativeZero) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether no order of adding rounds: whole numbers whose magnitudes come to less than 2^53.
  private static boolean addsExactly(List<StepSeries> input, int steps) {
    double[] magnitudes = new double[steps];
    for (StepSeries series : input) {
      if (series.histograms() != null) {
        return false;
      }
      double[] values = series.values();
      for (int i = 0; i < steps; i++) {
        double value = values[i];
        if (!StepSeries.isAbsent(value)) {
          if (value != Math.rint(value)) { // NaN too
            return false;
          }
          magnitudes[i] += Math.abs(value);
        }
      }
    }
    for (double magnitude : magnitudes) {
      if (!(magnitude < EXACT)) {
        return false;
      }
    }
    return !anyNegativeZero(input);
  }

  /// Looks at what `topk` or `bottomk` has picked of a group: of equal elements the first are.
  void lookAtPicked(
      Expr.Aggregate aggregate, List<StepSeries> members, List<StepSeries> picked, int steps) {
    if (!watches(aggregate)) {
      return;
    }
    boolean top = aggregate.operation() == Aggregation.TOPK;
    for (int i = 0; i < steps && !mattered; i++) {
      double worst = StepSeries.ABSENT;
      for (StepSeries one : picked) {
        double value = one.values()[i];
        if (!StepSeries.isAbsent(value)
            && (StepSeries.isAbsent(worst) || Selection.compare(value, worst, top) > 0)) {
          worst = value;
        }
      }
      mattered = !StepSeries.isAbsent(worst) && like(worst, members, i) > like(worst, picked, i);
    }
  }

  private static int like(double value, List<StepSeries> series, int step) {
    int count = 0;
    for (StepSeries one : series) {
      double other = one.values()[step];
      if (!StepSeries.isAbsent(other) && Selection.compare(value, other, true) == 0) {
        count++;
      }
    }
    return count;
  }

  /// Looks at the bounds of a classic histogram: the counts of three that are equal are added in
  /// their order.
  ///
  /// @param bounds ascending
  void lookAtBounds(Expr vector, double[] bounds) {
    for (int i = 2; i < bounds.length; i++) {
      mattered |= bounds[i] == bounds[i - 2] && watches(vector);
    }
  }
}
