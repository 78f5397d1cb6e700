package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Expr.Matching;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The labels by which elements of two vectors find each other, numbered from 0. Confined to one
/// thread.
final class Signatures {

  private final Matching matching;
  private final Set<String> names;
  private final Map<Labels, Integer> numbers = new HashMap<>();

  Signatures(Matching matching) {
    this.matching = matching;
    this.names = new HashSet<>(matching.labels());
    if (!matching.on()) {
      names.add(Labels.METRIC_NAME);
    }
  }

  /// The labels that count.
  Labels of(Labels labels) {
    return matching.on() ? labels.keep(names) : labels.without(names);
  }

  int[] number(List<StepSeries> series) {
    int[] result = new int[series.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = numbers.computeIfAbsent(of(series.get(i).labels()), _ -> numbers.size());
    }
    return result;
  }

  int count() {
    return numbers.size();
  }
}
