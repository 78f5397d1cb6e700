package dev.mangru.logindex.search;

import dev.mangru.logindex.schema.NeedleTerms;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.Severity;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A query, prepared for running. Confined to the searching thread.
public final class LinePredicate {

  /// A text filter and the terms that a line must have because of it.
  record Text(TextFilter filter, NeedleTerms terms) {}

  /// Streams whose verdict is kept. Chosen: what a shard keeps, and more memory than verdicts are
  /// worth beyond.
  private static final int MAX_REMEMBERED_STREAMS = 20_000;

  private final long startNs;
  private final long endNs;
  private final @Nullable Predicate<Labels> streams;
  private final List<Text> texts;
  private final boolean @Nullable [] severities;
  private final boolean impossible;
  private final IdentityHashMap<Labels, Boolean> selected = new IdentityHashMap<>();

  private LinePredicate(
      long startNs,
      long endNs,
      @Nullable Predicate<Labels> streams,
      List<TextFilter> filters,
      Set<Severity> severities) {
    this.startNs = startNs;
    this.endNs = endNs;
    this.streams = streams;
    this.texts = new ArrayList<>();
    boolean never = startNs >= endNs;
    for (TextFilter filter : filters) {
      if (filter.text().isEmpty()) {
        never |= !filter.wanted();
      } else {
        texts.add(new Text(filter, NeedleTerms.of(filter.text())));
      }
    }
    this.impossible = never;
    if (severities.isEmpty()) {
      this.severities = null;
    } else {
      boolean[] wanted = new boolean[32];
      severities.forEach(severity -> wanted[severity.otlpNumber()] = true);
      this.severities = wanted;
    }
  }

  /// A query as it is.
  public static LinePredicate of(LogQuery query) {
    List<LabelMatcher> matchers = query.matchers();
    return new LinePredicate(
        query.startNs(),
        query.endNs(),
        matchers.isEmpty() ? null : labels -> LabelMatcher.allMatch(matchers, labels),
        query.filters(),
        query.severities());
  }

  /// Everything of one stream between two times, start inclusive, end exclusive.
  public static LinePredicate ofStream(Labels stream, long startNs, long endNs) {
    return new LinePredicate(startNs, endNs, stream::equals, List.of(), Set.of());
  }

  /// Everything between two times, start inclusive, end exclusive.
  public static LinePredicate ofTime(long startNs, long endNs) {
    return new LinePredicate(startNs, endNs, null, List.of(), Set.of());
  }

  /// Start, inclusive.
  public long startNs() {
    return startNs;
  }

  /// End, exclusive.
  public long endNs() {
    return endNs;
  }

  /// Whether nothing can match.
  boolean impossible() {
    return impossible;
  }

  /// Whether every stream is wanted.
  boolean allStreams() {
    return streams == null;
  }

  boolean selects(Labels labels) {
    if (streams == null) {
      return true;
    }
    Boolean known = selected.get(labels);
    if (known == null) {
      known = streams.test(labels);
      if (selected.size() < MAX_REMEMBERED_STREAMS) {
        selected.put(labels, known);
      }
    }
    return known;
  }

  List<Text> texts() {
    return texts;
  }

  boolean allSeverities() {
    return severities == null;
  }

  boolean selectsSeverity(int otlpNumber) {
    return severities == null || severities[otlpNumber & 31];
  }
}
