package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Label;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The aggregations that pick elements of a group and leave them as they are: `topk`, `bottomk`,
/// `limitk`, `limit_ratio`. Confined to the query's thread.
final class Selection {

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
    budget.hold((long) members.size() * steps.count());
    List<double[]> picked = new ArrayList<>();
    members.forEach(_ -> picked.add(StepSeries.absent(steps.count())));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < steps.count(); i++) {
      order = pick(members, i, parameter[i]);
      for (int index : order) {
        picked.get(index)[i] = members.get(index).values()[i];
      }
      budget.work(members.size());
    }
    List<StepSeries> result = new ArrayList<>();
    if (steps.count() == 1) {
      for (int index : order) {
        result.add(copy(members.get(index), picked.get(index)));
      }
      return result;
    }
    for (int m = 0; m < members.size(); m++) {
      StepSeries series = copy(members.get(m), picked.get(m));
      if (series.anyPresent()) {
        result.add(series);
      }
    }
    return result;
  }

  private static StepSeries copy(StepSeries member, double[] values) {
    return new StepSeries(member.labels(), member.dropName(), values);
  }

  private List<Integer> pick(List<StepSeries> members, int step, double parameterHere) {
    List<Integer> present = new ArrayList<>();
    for (int m = 0; m < members.size(); m++) {
      if (members.get(m).present(step)) {
        present.add(m);
      }
    }
    return switch (operation) {
      case TOPK, BOTTOMK -> {
        boolean top = operation == Aggregation.TOPK;
        Comparator<Integer> byValue =
            (a, b) -> compare(members.get(a).values()[step], members.get(b).values()[step], top);
        present.sort(byValue);
        yield first(present, parameterHere);
      }
      case LIMITK -> first(present, parameterHere);
      case LIMIT_RATIO -> {
        present.removeIf(m -> !sampled(members.get(m), parameterHere));
        yield present;
      }
      case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR, COUNT_VALUES, QUANTILE ->
          throw new IllegalStateException(operation.text() + " does not select");
    };
  }

  private static List<Integer> first(List<Integer> ranked, double k) {
    return k < 1 ? List.of() : ranked.subList(0, (int) Math.min(ranked.size(), (long) k));
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
    double place = (hash(series) >>> 11) * 0x1p-53;
    double capped = Math.clamp(ratio, -1, 1);
    return capped >= 0 ? place < capped : place >= 1 + capped;
  }

  /// FNV-1a over the labels, mixed by MurmurHash3's finalizer so that all bits count.
  private static long hash(StepSeries series) {
    long hash = 0xcbf29ce484222325L;
    for (Label label : series.labels()) {
      hash = add(hash, label.name());
      hash = add(hash, label.value());
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  private static long add(long hash, String text) {
    long result = hash;
    for (int i = 0; i < text.length(); i++) {
      result = (result ^ text.charAt(i)) * 0x100000001b3L;
    }
    return (result ^ 0xffff) * 0x100000001b3L;
  }
}
