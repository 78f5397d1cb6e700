package dev.mangru.model.log;

import dev.mangru.model.metric.LabelMatcher;
import java.util.List;
import java.util.Set;

/// Which records are wanted. All conditions must hold.
///
/// @param startNs nanoseconds since the epoch, inclusive
/// @param endNs nanoseconds since the epoch, exclusive; not before `startNs`
/// @param matchers conditions on stream labels
/// @param filters conditions on the text
/// @param severities wanted severities; empty means all
public record LogQuery(
    long startNs,
    long endNs,
    List<LabelMatcher> matchers,
    List<TextFilter> filters,
    Set<Severity> severities) {

  public LogQuery {
    if (endNs < startNs) {
      throw new IllegalArgumentException(
          "a log query must not end before it starts: " + startNs + " to " + endNs);
    }
    matchers = List.copyOf(matchers);
    filters = List.copyOf(filters);
    severities = Set.copyOf(severities);
  }

  /// Whether a record is wanted, time included.
  public boolean matches(LogRecord record) {
    return record.timestampNs() >= startNs
        && record.timestampNs() < endNs
        && (severities.isEmpty() || severities.contains(record.severity()))
        && LabelMatcher.allMatch(matchers, record.stream())
        && filters.stream().allMatch(filter -> filter.matches(record.line()));
  }
}
