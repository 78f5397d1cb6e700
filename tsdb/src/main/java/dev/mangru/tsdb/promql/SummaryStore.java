package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Buckets;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;

/// A store whose summaries stand in for samples, for one query that asked for it: whoever does not
/// say which buckets it wants is given averages. Confined to the query's thread.
final class SummaryStore implements MetricStore {

  private final MetricStore store;
  private final long longestBucketMs;

  /// All that were opened: what they read is known when the query ends.
  private final List<Querier> opened = new ArrayList<>();

  /// @param longestBucketMs positive
  SummaryStore(MetricStore store, long longestBucketMs) {
    this.store = store;
    this.longestBucketMs = longestBucketMs;
  }

  /// The longest bucket that may stand in for samples of a store; 0 for none.
  static long longestBucketMs(MetricStore store) {
    return store instanceof SummaryStore summaries ? summaries.longestBucketMs : 0;
  }

  /// Notes if summaries were read as samples.
  static void note(MetricStore store, Annotations annotations) {
    if (store instanceof SummaryStore summaries) {
      long longest = 0;
      for (Querier querier : summaries.opened) {
        longest = Math.max(longest, querier.longestBucketMs());
      }
      if (longest > 0) {
        annotations.summaries(longest);
      }
    }
  }

  @Override
  public Querier querier(TimeRange range) {
    return querier(range, new Buckets(longestBucketMs, Buckets.Kind.AVERAGES, Buckets.Use.NONE));
  }

  @Override
  public Querier querier(TimeRange range, Buckets wanted) {
    Querier querier = store.querier(range, wanted);
    opened.add(querier);
    return querier;
  }

  @Override
  public Appender appender() {
    throw new IllegalStateException("a query appends nothing");
  }

  @Override
  public void close() {
    throw new IllegalStateException("a query does not close its store");
  }
}
