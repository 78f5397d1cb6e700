package dev.mangru.tsdb.promql;

import java.util.ArrayList;
import java.util.List;

/// `and`, `or`, `unless`: elements pass or do not, unchanged. Confined to the query's thread.
final class SetOperation {

  private final Expr.Binary binary;
  private final QueryContext context;

  SetOperation(Expr.Binary binary, QueryContext context) {
    this.binary = binary;
    this.context = context;
  }

  List<StepSeries> apply(List<StepSeries> left, List<StepSeries> right, Steps steps) {
    QueryBudget budget = context.budget();
    Signatures signatures = new Signatures(binary.matching());
    long weight = signatures.weight(left.size() + right.size());
    budget.hold(weight);
    List<StepSeries> result =
        apply(
            left,
            right,
            signatures.number(left, budget),
            signatures.number(right, budget),
            signatures,
            steps);
    budget.release(weight);
    return result;
  }

  private List<StepSeries> apply(
      List<StepSeries> left,
      List<StepSeries> right,
      int[] leftNumbers,
      int[] rightNumbers,
      Signatures signatures,
      Steps steps) {
    List<StepSeries> result = new ArrayList<>();
    if (binary.operator() == BinaryOperator.OR) {
      boolean[][] inLeft = presence(left, leftNumbers, signatures.count(), steps.count());
      result.addAll(left);
      for (int s = 0; s < right.size(); s++) {
        filter(right.get(s), inLeft[rightNumbers[s]], false, result);
      }
      return result;
    }
    boolean[][] inRight = presence(right, rightNumbers, signatures.count(), steps.count());
    for (int s = 0; s < left.size(); s++) {
      filter(left.get(s), inRight[leftNumbers[s]], binary.operator() == BinaryOperator.AND, result);
    }
    return result;
  }

  private boolean[][] presence(List<StepSeries> series, int[] numbers, int signatures, int steps) {
    boolean[][] present = new boolean[signatures][];
    context.budget().hold((long) signatures * steps / 8);
    for (int n = 0; n < signatures; n++) {
      present[n] = new boolean[steps];
    }
    for (int s = 0; s < series.size(); s++) {
      boolean[] flags = present[numbers[s]];
      for (int i = 0; i < steps; i++) {
        flags[i] |= series.get(s).present(i);
      }
      context.budget().work(steps);
    }
    context.budget().release((long) signatures * steps / 8);
    return present;
  }

  private void filter(
      StepSeries series, boolean[] partner, boolean wanted, List<StepSeries> result) {
    double[] values = series.values().clone();
    for (int i = 0; i < values.length; i++) {
      if (partner[i] != wanted) {
        values[i] = StepSeries.ABSENT;
      }
    }
    context.budget().work(values.length);
    StepSeries kept =
        new StepSeries(
            series.labels(),
            series.dropName(),
            values,
            StepHistograms.keep(series.histograms(), partner, wanted));
    if (kept.anyPresent()) {
      result.add(kept);
    }
  }
}
