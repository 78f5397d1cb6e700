package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The aggregations that pick elements of a group and leave them as they are: `topk`, `bottomk`,
/// `limitk`, `limit_ratio`. Confined to the query's thread.
final class Selection {

  /// Up to here elements are put in their place one by one; beyond, all are sorted.
  private static final int FEW = 64;

  private final Aggregation operation;
  private final double[] parameter;
  private final QueryBudget budget;

  Selection(Aggregation operation, double[] parameter, QueryBudget budget) {
    this.operation = operation;
    this.parameter = parameter;
    this.budget = budget;
  }

  /// The members of one group with the values that were picked; at one single step sorted by rank.
  List<StepSeries> select(List<StepSeries> members, Steps steps) {
    budget.hold(members.size()); // the order, and places for what is picked
    double[][] picked = new double[members.size()][];
    @Nullable FloatHistogram[] @Nullable [] pickedHistograms =
        new @Nullable FloatHistogram[members.size()] @Nullable [];
    int[] order = new int[members.size()];
    int count = 0;
    for (int i = 0; i < steps.count(); i++) {
      count = pick(members, i, parameter[i], order);
      for (int p = 0; p < count; p++) {
        int index = order[p];
        if (picked[index] == null) {
          budget.holdLabels();
          picked[index] = budget.allocate(steps.count());
        }
        picked[index][i] = members.get(index).values()[i];
        FloatHistogram histogram = members.get(index).histogram(i);
        if (histogram != null) {
          pickedHistograms[index] =
              StepHistograms.with(pickedHistograms[index], steps.count(), i, histogram);
        }
      }
      budget.work(members.size());
    }
    budget.release(members.size());
    List<StepSeries> result = new ArrayList<>();
    if (steps.count() == 1) {
      for (int p = 0; p < count; p++) {
        result.add(copy(members.get(order[p]), picked[order[p]], pickedHistograms[order[p]]));
      }
      return result;
    }
    for (int m = 0; m < members.size(); m++) {
      if (picked[m] != null) {
        result.add(copy(members.get(m), picked[m], pickedHistograms[m]));
      }
    }
    return result;
  }

  private StepSeries copy(
      StepSeries member, double[] values, @Nullable FloatHistogram @Nullable [] histograms) {
    budget.hold(StepSeries.weight(histograms));
    return new StepSeries(member.labels(), member.dropName(), values, histograms);
  }

  /// Writes the indices of those that are picked at `step` to `order` and returns how many.
  private int pick(List<StepSeries> members, int step, double parameterHere, int[] order) {
    return switch (operation) {
      case TOPK -> best(members, step, parameterHere, true, order);
      case BOTTOMK -> best(members, step, parameterHere, false, order);
      case LIMITK -> Math.min(limit(parameterHere), present(members, step, order));
      case LIMIT_RATIO -> {
        int present = present(members, step, order);
        int kept = 0;
        for (int p = 0; p < present; p++) {
          if (sampled(members.get(order[p]), parameterHere)) {
            order[kept++] = order[p];
          }
        }
        yield kept;
      }
      case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR, COUNT_VALUES, QUANTILE ->
          throw new IllegalStateException(operation.text() + " does not select");
    };
  }

  private static int limit(double k) {
    return k < 1 ? 0 : (int) Math.min(Integer.MAX_VALUE, (long) k);
  }

  private static int present(List<StepSeries> members, int step, int[] order) {
    int count = 0;
    for (int m = 0; m < members.size(); m++) {
      if (members.get(m).present(step)) {
        order[count++] = m;
      }
    }
    return count;
  }

  private static int floats(List<StepSeries> members, int step, int[] order) {
    int count = 0;
    for (int m = 0; m < members.size(); m++) {
      if (!StepSeries.isAbsent(members.get(m).values()[step])) {
        order[count++] = m;
      }
    }
    return count;
  }

  /// Of equal ones the first come first.
  private int best(
      List<StepSeries> members, int step, double parameterHere, boolean top, int[] order) {
    int limit = Math.min(limit(parameterHere), members.size());
    if (limit > FEW) {
      return bestOfMany(members, step, limit, top, order);
    }
    int count = 0;
    for (int m = 0; m < members.size() && limit > 0; m++) {
      double value = members.get(m).values()[step];
      if (StepSeries.isAbsent(value)) {
        continue;
      }
      int place = count;
      while (place > 0 && compare(value, members.get(order[place - 1]).values()[step], top) < 0) {
        place--;
      }
      if (place < limit) {
        count = Math.min(limit, count + 1);
        System.arraycopy(order, place, order, place + 1, count - place - 1);
        order[place] = m;
      }
    }
    return count;
  }

  private int bestOfMany(List<StepSeries> members, int step, int limit, boolean top, int[] order) {
    int present = floats(members, step, order);
    List<Integer> ranked = new ArrayList<>(present);
    for (int p = 0; p < present; p++) {
      ranked.add(order[p]);
    }
    Comparator<Integer> byValue =
        (a, b) -> {
          budget.work(4);
          return compare(members.get(a).values()[step], members.get(b).values()[step], top);
        };
    ranked.sort(byValue);
    int count = Math.min(limit, present);
    for (int p = 0; p < count; p++) {
      order[p] = ranked.get(p);
    }
    return count;
  }

  /// NaN comes last either way.
  static int compare(double a, double b, boolean descending) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }
    if (a == b) {
      return 0;
    }
    return (a < b) == descending ? 1 : -1;
  }

  /// Ratios r and r - 1 pick complements.
  private static boolean sampled(StepSeries series, double ratio) {
    double place = LabelsHash.fraction(series.labels());
    double capped = Math.clamp(ratio, -1, 1);
    return capped >= 0 ? place < capped : place >= 1 + capped;
  }
}
