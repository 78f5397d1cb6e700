package dev.mangru.model.metric;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A consistent view of a time range. Confined to one thread; close it.
public interface Querier extends AutoCloseable {

  /// Has this querier ask `guard` before it takes much memory, and during long work: what that
  /// throws ends the call. One that does not know how asks nothing.
  default void guardBy(QueryGuard guard) {}

  /// The series that all of `matchers` select and that have at least one sample in the range,
  /// sorted by labels. There may be others among them that are known to have samples near the range
  /// only, such as in a block that overlaps it, but none without any sample that can be read.
  ///
  /// @throws dev.mangru.model.error.MangruException `QUERY_LIMIT` if there are more than a query
  ///   may touch
  List<Series> select(List<LabelMatcher> matchers);

  /// As [#select], for those who only call [Series#readNewest]: mostly cheaper.
  default List<Series> selectNewest(List<LabelMatcher> matchers) {
    return select(matchers);
  }

  /// How many of the series that `matchers` select have a newest sample in the range that is no
  /// stale marker, by their values of the labels `names`; a label that a series does not have is
  /// left out of its group. In no order. Null where that cannot be told without reading each
  /// series.
  ///
  /// @throws dev.mangru.model.error.MangruException as [#select] does
  default @Nullable Map<Labels, Long> countNewest(List<LabelMatcher> matchers, List<String> names) {
    return null;
  }

  /// Whether several threads may read series of this querier at a time, each series by one. Then
  /// the thread that closes the querier waits for the others first.
  default boolean readsConcurrently() {
    return false;
  }

  /// The names of all labels of the selected series, sorted by UTF-8. No matcher selects
  /// everything. As with [#select], those of series with samples near the range may be among them.
  List<String> labelNames(List<LabelMatcher> matchers);

  /// The values that label `name` has in the selected series, sorted by UTF-8. No matcher selects
  /// everything. As with [#select], those of series with samples near the range may be among them.
  List<String> labelValues(String name, List<LabelMatcher> matchers);

  /// The length of the longest bucket that was read as a sample ([Buckets.Kind#AVERAGES] and the
  /// like), in milliseconds; 0 if none was.
  default long longestBucketMs() {
    return 0;
  }

  @Override
  void close();

  /// One series and its samples inside the querier's range.
  interface Series {

    /// The series' labels, metric name included.
    Labels labels();

    /// Its samples in time order, stale markers included. Valid until the querier is closed.
    SampleCursor samples();

    /// Replaces what `columns` holds by all samples of the series inside the querier's range: the
    /// fast way to read them. Throws what [#samples] throws.
    default void read(SampleColumns columns) {
      columns.clear();
      SampleCursor cursor = samples();
      while (cursor.next()) {
        columns.add(cursor.timestampMs(), cursor.startMs(), cursor.value(), cursor.histogram());
      }
    }

    /// Replaces what `columns` holds by the series' samples inside the querier's range, put
    /// together in the [Buckets] that the querier was opened for. False if that cannot be, or would
    /// not be cheaper than to read the samples; then `columns` means nothing.
    default boolean readBuckets(BucketColumns columns) {
      return false;
    }

    /// Replaces what `columns` holds by the newest sample of the series inside the querier's range,
    /// stale marker or not: all that an instant query needs of a series. Throws what [#samples]
    /// throws.
    default void readNewest(SampleColumns columns) {
      read(columns);
      columns.removeRange(0, Math.max(0, columns.count() - 1));
    }
  }
}
