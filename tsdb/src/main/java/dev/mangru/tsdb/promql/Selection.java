package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The aggregations that pick elements of a group and leave them as they are: `topk`, `bottomk`,
/// `limitk`, `limit_ratio`. Confined to the query's thread.
final class Selection {

  /// Up to here Go's sort inserts one element after the other.
  private static final int FEW = 12;

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

  /// The best at one step, by a heap with the worst of them on top. Which of equal ones stay
  /// follows from the heap, and so it is moved as Go moves its.
  ///
  /// Source: Go `container/heap`, Prometheus `promql/engine.go`, `aggregationK`.
  private int best(
      List<StepSeries> members, int step, double parameterHere, boolean top, int[] order) {
    int limit = Math.min(limit(parameterHere), members.size());
    int count = 0;
    for (int m = 0; m < members.size() && limit > 0; m++) {
      double value = members.get(m).values()[step];
      if (StepSeries.isAbsent(value)) {
        continue;
      }
      if (count < limit) {
        order[count] = m;
        up(members, step, top, order, count);
        count++;
      } else {
        double worst = members.get(order[0]).values()[step];
        boolean better = top ? worst < value : worst > value;
        if (better || (Double.isNaN(worst) && !Double.isNaN(value))) {
          order[0] = m;
          down(members, step, top, order, count);
        }
      }
    }
    rank(members, step, top, order, count, budget);
    return count;
  }

  /// Floats of one step in order, NaN last.
  static List<StepSeries> sorted(List<StepSeries> members, boolean descending, QueryBudget budget) {
    int[] order = new int[members.size()];
    Arrays.setAll(order, i -> i);
    rank(members, 0, descending, order, order.length, budget);
    List<StepSeries> sorted = new ArrayList<>(order.length);
    for (int place : order) {
      sorted.add(members.get(place));
    }
    return sorted;
  }

  /// Whether the element at place `a` of the heap is worse than that at `b`; a NaN always is.
  private static boolean worse(
      List<StepSeries> members, int step, boolean top, int[] heap, int a, int b) {
    double left = members.get(heap[a]).values()[step];
    double right = members.get(heap[b]).values()[step];
    return Double.isNaN(left) || (top ? left < right : left > right);
  }

  private static void up(List<StepSeries> members, int step, boolean top, int[] heap, int from) {
    int place = from;
    while (place > 0 && worse(members, step, top, heap, place, (place - 1) / 2)) {
      swap(heap, place, (place - 1) / 2);
      place = (place - 1) / 2;
    }
  }

  private static void down(List<StepSeries> members, int step, boolean top, int[] heap, int count) {
    int place = 0;
    while (2 * place + 1 < count) {
      int child = 2 * place + 1;
      if (child + 1 < count && worse(members, step, top, heap, child + 1, child)) {
        child++;
      }
      if (!worse(members, step, top, heap, child, place)) {
        return;
      }
      swap(heap, place, child);
      place = child;
    }
  }

  private static void swap(int[] heap, int a, int b) {
    int kept = heap[a];
    heap[a] = heap[b];
    heap[b] = kept;
  }

  /// Puts the best first; few as Go sorts few, by inserting one after the other.
  private static void rank(
      List<StepSeries> members, int step, boolean top, int[] heap, int count, QueryBudget budget) {
    if (count > FEW) {
      List<Integer> ranked = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        ranked.add(heap[i]);
      }
      ranked.sort((a, b) -> {
        budget.work(8);
        return compare(members.get(a).values()[step], members.get(b).values()[step], top);
      });
      for (int i = 0; i < count; i++) {
        heap[i] = ranked.get(i);
      }
      return;
    }
    for (int i = 1; i < count; i++) {
      for (int j = i; j > 0 && worse(members, step, top, heap, j - 1, j); j--) {
        swap(heap, j, j - 1);
      }
    }
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
