package dev.mangru.tsdb.index;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.List;

/// A small index for tests of other packages. Confined to one thread.
public final class MatchedValues {

  private final SeriesView view;

  /// An index of these series, all different.
  public MatchedValues(List<Labels> series) {
    LabelIndex index = new LabelIndex();
    for (int i = 0; i < series.size(); i++) {
      index.ensure(i + 1);
      index.findOrAdd(series.get(i), i);
    }
    this.view = new SeriesView(index, series.size());
  }

  /// The series that `matcher` selects, in the order in which they were given.
  public List<Labels> select(LabelMatcher matcher) {
    List<Labels> found = new ArrayList<>();
    for (int number : view.select(List.of(matcher)).toArray()) {
      found.add(view.labels(number));
    }
    return found;
  }
}
