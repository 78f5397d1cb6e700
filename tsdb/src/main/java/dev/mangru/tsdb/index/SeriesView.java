package dev.mangru.tsdb.index;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryGuard;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/// The series of an index below an end, as they were when the end was taken. Immutable and
/// thread-safe; stays valid while series are added, and after some were dropped.
public final class SeriesView {

  private final LabelIndex index;
  private final int endNumber;
  private final QueryGuard guard;

  /// The series of `index` below `endNumber`, which its writer has published.
  public SeriesView(LabelIndex index, int endNumber) {
    this(index, endNumber, QueryGuard.NONE);
  }

  private SeriesView(LabelIndex index, int endNumber, QueryGuard guard) {
    this.index = index;
    this.endNumber = endNumber;
    this.guard = guard;
  }

  /// The same series for a reader whose long work `guard` may end; confined to its thread.
  public SeriesView guardedBy(QueryGuard guard) {
    return new SeriesView(index, endNumber, guard);
  }

  LabelIndex index() {
    return index;
  }

  /// The index behind the view, to compare by identity: series of one index below the end of a view
  /// are the same for every later view of it.
  public Object identity() {
    return index;
  }

  /// The number after the last series.
  public int endNumber() {
    return endNumber;
  }

  /// The series that every one of `matchers` selects; all series if there is none.
  public Runs select(List<LabelMatcher> matchers) {
    return new MatcherEngine(index, endNumber, guard).select(matchers);
  }

  /// Whether there is a series with this number.
  public boolean has(int number) {
    return number >= 0 && number < endNumber && index.has(number);
  }

  /// The labels of a series.
  ///
  /// @throws IllegalArgumentException if there is no series with this number
  public Labels labels(int number) {
    if (!has(number)) {
      throw new IllegalArgumentException("there is no series " + number);
    }
    return index.labels(number);
  }

  /// The series with exactly these labels, or -1.
  public int find(Labels labels) {
    int number = index.find(labels);
    return number < endNumber ? number : -1;
  }

  /// All label names, in order.
  public List<String> names() {
    return new MatcherEngine(index, endNumber, guard).names();
  }

  /// The label names of the series that every one of `matchers` selects, in order.
  public List<String> names(List<LabelMatcher> matchers) {
    MatcherEngine engine = new MatcherEngine(index, endNumber, guard);
    return matchers.isEmpty() ? engine.names() : engine.names(engine.select(matchers));
  }

  /// The label names of those series that every one of `matchers` selects and that are `present`,
  /// in order. Asks for as few series as it can.
  public List<String> names(List<LabelMatcher> matchers, IntPredicate present) {
    MatcherEngine engine = new MatcherEngine(index, endNumber, guard);
    return new PresentTexts(index, engine, endNumber, present)
        .names(matchers.isEmpty() ? null : engine.select(matchers));
  }

  /// The values of a label of those series that every one of `matchers` selects and that are
  /// `present`, in order. Asks for as few series as it can.
  public List<String> values(String name, List<LabelMatcher> matchers, IntPredicate present) {
    MatcherEngine engine = new MatcherEngine(index, endNumber, guard);
    return new PresentTexts(index, engine, endNumber, present)
        .values(name, matchers.isEmpty() ? null : engine.select(matchers));
  }

  /// How many of the `present` series have each combination of values of these labels; a label that
  /// a series does not have is left out of its combination. In no order.
  public Map<Labels, Long> countByValues(List<String> names, BitSet present) {
    return new ValueCounts(index, endNumber, present).by(names);
  }

  /// All values of a label, in order.
  public List<String> values(String name) {
    return new MatcherEngine(index, endNumber, guard).values(name);
  }

  /// The values of a label of the series that every one of `matchers` selects, in order.
  public List<String> values(String name, List<LabelMatcher> matchers) {
    MatcherEngine engine = new MatcherEngine(index, endNumber, guard);
    return matchers.isEmpty() ? engine.values(name) : engine.values(name, engine.select(matchers));
  }

  /// Where the series come from: the largest `limit` of each list. Counts take in series being
  /// added or dropped just now.
  public Cardinality cardinality(int limit) {
    return CardinalityReport.of(index, limit);
  }
}
