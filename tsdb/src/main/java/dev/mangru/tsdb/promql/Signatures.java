package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Expr.Matching;
import java.util.ArrayList;
import java.util.List;

/// The labels by which elements of two vectors find each other, numbered from 0. Confined to one
/// thread.
final class Signatures {

  /// Labels that count, places in tables and a number, in samples.
  private static final int SERIES = 6;

  private final LabelGrouper grouper;

  Signatures(Matching matching) {
    List<String> names = new ArrayList<>(matching.labels());
    if (!matching.on()) {
      names.add(Labels.METRIC_NAME);
    }
    this.grouper = new LabelGrouper(names, !matching.on());
  }

  /// The labels that count.
  Labels of(Labels labels) {
    return grouper.key(labels);
  }

  /// What finding out who belongs to whom takes of a query's budget, at most.
  long weight(long series) {
    return series * SERIES;
  }

  int[] number(List<StepSeries> series, QueryBudget budget) {
    int[] result = new int[series.size()];
    for (int i = 0; i < result.length; i++) {
      budget.work(16);
      result[i] = grouper.number(series.get(i).labels());
    }
    return result;
  }

  int count() {
    return grouper.count();
  }
}
