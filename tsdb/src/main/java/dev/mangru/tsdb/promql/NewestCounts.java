package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `count by (…)` and `group by (…)` of an instant selector at one step: where the store can count
/// series by labels, none is read.
final class NewestCounts {

  private NewestCounts() {}

  /// The answer, or null if the store cannot count.
  static Evaluated.@Nullable Vectors of(
      QueryContext context, Expr.Aggregate aggregate, Expr.VectorSelector selector, Steps steps) {
    long last = context.at(selector.time().at(), steps.last()) - context.offset(selector.time());
    long first = last - context.lookbackMs();
    if (last <= first) {
      return null;
    }
    Map<Labels, Long> counts;
    try (Querier querier = context.store().querier(new TimeRange(first + 1, last))) {
      context.budget().check();
      querier.guardBy(context.budget());
      counts = querier.countNewest(selector.matchers(), aggregate.grouping());
    }
    if (counts == null) {
      return null;
    }
    List<StepSeries> result = new ArrayList<>(counts.size());
    counts.forEach((labels, count) -> {
      context.budget().holdLabels();
      double[] values = context.budget().allocate(1);
      values[0] = aggregate.operation() == Aggregation.COUNT ? count : 1;
      context.budget().countRead(count);
      context.budget().work(16);
      result.add(new StepSeries(labels, false, values));
    });
    return new Evaluated.Vectors(result);
  }
}
