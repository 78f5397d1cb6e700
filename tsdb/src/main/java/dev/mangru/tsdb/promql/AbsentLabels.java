package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The labels that `absent` can know of a vector that is not there.
final class AbsentLabels {

  private AbsentLabels() {}

  /// Labels of the equality matchers, unless another matcher about the label follows.
  static Labels of(Expr argument) {
    List<LabelMatcher> matchers =
        switch (StepInvariance.unwrap(argument)) {
          case Expr.VectorSelector selector -> selector.matchers();
          case Expr.MatrixSelector matrix -> matrix.selector().matchers();
          case Expr _ -> List.of();
        };
    Labels.Builder labels = Labels.builder();
    Set<String> seen = new HashSet<>();
    for (LabelMatcher matcher : matchers) {
      if (matcher.name().equals(Labels.METRIC_NAME)) {
        continue;
      }
      if (matcher.operator() == LabelMatcher.Operator.EQUAL && seen.add(matcher.name())) {
        labels.set(matcher.name(), matcher.value());
      } else {
        labels.remove(matcher.name());
      }
    }
    return labels.build();
  }
}
