package dev.mangru.model.log;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps log records and finds them again. Thread-safe.
///
/// Errors are [dev.mangru.model.error.MangruException]s: `UNAVAILABLE` when the store cannot take
/// writes, `QUERY_LIMIT` and `TIMEOUT` for a search that takes too much.
public interface LogStore extends AutoCloseable {

  /// Stores a batch. When this returns, every accepted record is on stable storage; a search finds
  /// it within a second.
  AppendReport append(List<LogRecord> records);

  /// One page of matching records in `direction`.
  ///
  /// @param limit records on the page, positive
  /// @param cursor where the previous page ended, from [Page#next]; null for the first page
  Page search(LogQuery query, Direction direction, int limit, @Nullable String cursor);

  /// How many matching records there are in each of `bucketCount` equal parts of the query's range,
  /// by severity. Counts every match, not only those on a page.
  Histogram histogram(LogQuery query, int bucketCount);

  /// How often each value of each stream label occurs among all matching records, most frequent
  /// first.
  ///
  /// @param valuesPerLabel how many values are told for each label
  SequencedMap<String, List<ValueCount>> facets(LogQuery query, int valuesPerLabel);

  /// The names of stream labels in streams that `matchers` select and that have records between the
  /// two times (nanoseconds; start inclusive, end exclusive), sorted.
  List<String> labelNames(long startNs, long endNs, List<LabelMatcher> matchers);

  /// The values of one stream label, likewise.
  List<String> labelValues(String name, long startNs, long endNs, List<LabelMatcher> matchers);

  /// The streams that `matchers` select and that have records between the two times, likewise.
  Set<Labels> streams(long startNs, long endNs, List<LabelMatcher> matchers);

  /// The records around one: up to `before` older and `after` newer ones of the same stream, oldest
  /// first, the record itself included. Empty if there is no such record.
  ///
  /// @param id from [Hit#id]
  List<Hit> context(String id, int before, int after);

  /// Hands every newly stored record that `query` matches (its time range apart) to `listener`, in
  /// the order of storage, until the subscription is closed.
  ///
  /// @param listener called from the store's thread; must not block
  Tail tail(LogQuery query, Consumer<LogRecord> listener);

  @Override
  void close();

  /// Which end a search begins at.
  enum Direction {
    NEWEST_FIRST,
    OLDEST_FIRST
  }

  /// What became of a batch.
  ///
  /// @param accepted records stored
  /// @param rejected records refused, by reason
  record AppendReport(int accepted, Map<String, Integer> rejected) {
    public AppendReport {
      rejected = Map.copyOf(rejected);
    }
  }

  /// A record that was found.
  ///
  /// @param id names the record for [#context] and for links; stays valid as long as the record
  record Hit(String id, LogRecord record) {}

  /// One page of hits.
  ///
  /// @param next the cursor of the following page; null when this is the last one
  record Page(List<Hit> hits, @Nullable String next) {
    public Page {
      hits = List.copyOf(hits);
    }
  }

  /// Counts over time.
  ///
  /// @param startNs start of the first bucket, inclusive
  /// @param bucketNs width of a bucket; the last one may be cut short by the query's end
  /// @param counts for each bucket, matching records by severity; severities without any are absent
  record Histogram(long startNs, long bucketNs, List<Map<Severity, Long>> counts) {
    public Histogram {
      counts = List.copyOf(counts);
    }

    /// All matching records.
    public long total() {
      return counts.stream().flatMap(bucket -> bucket.values().stream()).mapToLong(n -> n).sum();
    }
  }

  /// A value and how often it occurs.
  record ValueCount(String value, long count) {}

  /// A live subscription. Close it to end it.
  interface Tail extends AutoCloseable {
    @Override
    void close();
  }
}
