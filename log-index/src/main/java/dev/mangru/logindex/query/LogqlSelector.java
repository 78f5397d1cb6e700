package dev.mangru.logindex.query;

import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.Severity;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.LabelMatcher;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What a LogQL log query selects, its time range apart.
///
/// @param matchers conditions on stream labels
/// @param filters conditions on the text
/// @param severities wanted severities; empty means all
public record LogqlSelector(
    List<LabelMatcher> matchers, List<TextFilter> filters, Set<Severity> severities) {

  public LogqlSelector {
    matchers = List.copyOf(matchers);
    filters = List.copyOf(filters);
    severities = Set.copyOf(severities);
  }

  /// The query between two times (nanoseconds since the epoch; start inclusive, end exclusive).
  ///
  /// @param only severities chosen beside the text; empty means all. Where both choose, a record
  ///   must be among both
  public LogQuery between(long startNs, long endNs, Set<Severity> only) {
    if (only.isEmpty() || severities.isEmpty()) {
      return new LogQuery(startNs, endNs, matchers, filters, only.isEmpty() ? severities : only);
    }
    Set<Severity> both = EnumSet.noneOf(Severity.class);
    both.addAll(severities);
    both.retainAll(only);
    if (both.isEmpty()) {
      // Nothing is both; an empty set would mean everything.
      return new LogQuery(startNs, startNs, matchers, filters, severities);
    }
    return new LogQuery(startNs, endNs, matchers, filters, both);
  }

  /// As LogQL.
  public String toLogql() {
    StringBuilder text = new StringBuilder("{");
    for (LabelMatcher matcher : matchers) {
      text.append(text.length() > 1 ? ", " : "")
          .append(matcher.name())
          .append(matcher.operator().symbol())
          .append(Quoted.quote(matcher.value()));
    }
    text.append('}');
    for (TextFilter filter : filters) {
      text.append(filter.wanted() ? " |= " : " != ").append(Quoted.quote(filter.text()));
    }
    if (severities.size() == 1) {
      text.append(" | detected_level=").append(Quoted.quote(severities.iterator().next().label()));
    } else if (!severities.isEmpty()) {
      List<String> labels = severities.stream().sorted().map(Severity::label).toList();
      text.append(" | detected_level=~").append(Quoted.quote(String.join("|", labels)));
    }
    return text.toString();
  }
}
