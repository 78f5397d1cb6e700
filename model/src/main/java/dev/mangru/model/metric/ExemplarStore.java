package dev.mangru.model.metric;

import dev.mangru.model.time.TimeRange;
import java.util.List;

/// Keeps the newest exemplars and gives them back by series and time.
///
/// An exemplar is a courtesy beside a sample: a store has room for a bounded number, lets the
/// oldest go first, and refuses a wrong one by not counting it instead of failing its batch.
///
/// Thread-safe. Timestamps are milliseconds since the epoch, UTC. A [TimeRange] includes both ends.
public interface ExemplarStore {

  /// Adds exemplars in the order given. Not stored, and not an error: one that is older than the
  /// newest of its series, one whose labels exceed [Exemplar#MAX_LABEL_CHARACTERS], and one whose
  /// series are already as many as the store may hold. An exact repeat of the newest one of its
  /// series counts as stored.
  ///
  /// @return how many are stored now; they can be read, and survive the end of the process if the
  ///   implementation says so
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if the store cannot take any now
  long add(List<SeriesExemplar> exemplars);

  /// The exemplars in `range` of all series that at least one of `selectors` selects, by series in
  /// label order, then in time order. A selector is a list of matchers that all have to match.
  ///
  /// @throws dev.mangru.model.error.MangruException `QUERY_LIMIT` if there are more than a query
  ///   may hold
  List<OfSeries> select(TimeRange range, List<List<LabelMatcher>> selectors);

  /// The exemplars of one series.
  ///
  /// @param series the series' labels, metric name included
  /// @param exemplars in time order, at least one
  record OfSeries(Labels series, List<Exemplar> exemplars) {
    public OfSeries {
      exemplars = List.copyOf(exemplars);
    }
  }
}
