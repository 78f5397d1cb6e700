package dev.mangru.tsdb.v1.index;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Numbers of series by label. Series are numbered from 0; every list is ascending.
public interface SeriesIndex {

  /// How many series there are.
  int seriesCount();

  /// The labels of series `number`.
  Labels labels(int number);

  /// The value of label `name` of series `number`, or the empty string.
  default String value(int number, String name) {
    return labels(number).get(name);
  }

  /// The series with label `name` equal to `value` (not empty).
  Postings postings(String name, String value);

  /// All names.
  List<String> names();

  /// All values of `name`, none of them empty.
  List<String> values(String name);

  /// The series that every one of `matchers` selects.
  ///
  /// Equality with a value starts from its list; a pattern alone starts from the lists of the
  /// values it matches. What remains filters the candidates one by one, each pattern asked once per
  /// distinct value. Only matchers that all accept an absent label look at every series.
  default Postings select(List<LabelMatcher> matchers) {
    Postings candidates = null;
    List<LabelMatcher> rest = new ArrayList<>(matchers.size());
    for (LabelMatcher matcher : matchers) {
      if (matcher.operator() == Operator.EQUAL && !matcher.value().isEmpty()) {
        Postings list = postings(matcher.name(), matcher.value());
        candidates = candidates == null ? list : Postings.intersect(candidates, list);
      } else {
        rest.add(matcher);
      }
    }
    if (candidates == null) {
      LabelMatcher start = firstThatNeedsALabel(rest);
      if (start != null) {
        rest.remove(start);
        candidates = matching(start);
      } else {
        candidates = Postings.range(seriesCount());
      }
    }
    for (LabelMatcher matcher : rest) {
      candidates = filter(candidates, matcher);
    }
    return candidates;
  }

  private static @Nullable LabelMatcher firstThatNeedsALabel(List<LabelMatcher> matchers) {
    for (LabelMatcher matcher : matchers) {
      if (!matcher.matchesEmpty()) {
        return matcher;
      }
    }
    return null;
  }

  private Postings matching(LabelMatcher matcher) {
    List<Postings> lists = new ArrayList<>();
    for (String value : values(matcher.name())) {
      if (matcher.matches(value)) {
        lists.add(postings(matcher.name(), value));
      }
    }
    return Postings.union(lists);
  }

  private Postings filter(Postings candidates, LabelMatcher matcher) {
    Map<String, Boolean> known = new HashMap<>();
    Postings.Builder kept = new Postings.Builder(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      int number = candidates.get(i);
      String value = value(number, matcher.name());
      if (known.computeIfAbsent(value, matcher::matches)) {
        kept.add(number);
      }
    }
    return kept.build();
  }
}
