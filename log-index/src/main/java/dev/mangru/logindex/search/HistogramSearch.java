package dev.mangru.logindex.search;

import dev.mangru.logindex.shard.Shard;
import dev.mangru.logindex.shard.ShardView;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogStore.Histogram;
import dev.mangru.model.log.Severity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReaderContext;

/// Counts every match by time and severity.
public final class HistogramSearch {

  /// Most buckets of one histogram; a screen has fewer pixels.
  public static final int MAX_BUCKETS = 20_000;

  /// OpenTelemetry severity numbers end at 24.
  private static final int SEVERITIES = 32;

  private HistogramSearch() {}

  /// Counts the matches of `predicate` in at most `bucketCount` equal stretches of its time. A
  /// stretch is rounded up to a whole nanosecond, and those that would begin behind the end are
  /// left out.
  ///
  /// @throws MangruException `BAD_DATA` if there are too many buckets or the range is too long
  public static Histogram run(
      List<Shard> shards, LinePredicate predicate, SearchBudget budget, int bucketCount)
      throws IOException {
    if (bucketCount < 1 || bucketCount > MAX_BUCKETS) {
      throw MangruException.badData(
          "a histogram has 1 to " + MAX_BUCKETS + " buckets, not " + bucketCount);
    }
    long startNs = predicate.startNs();
    long rangeNs = predicate.endNs() - startNs;
    if (rangeNs < 0) {
      throw MangruException.badData(
          "the time range of a histogram must be shorter than 292 years; give start and end");
    }
    long bucketNs = Math.max(1, rangeNs / bucketCount + (rangeNs % bucketCount == 0 ? 0 : 1));
    int used = (int) Math.min(bucketCount, (rangeNs - 1) / bucketNs + 1);
    long[] counts = new long[Math.max(0, rangeNs == 0 ? 0 : used) * SEVERITIES];
    for (Shard shard : shards) {
      if (shard.endNs() <= startNs || shard.startNs() >= predicate.endNs()) {
        continue;
      }
      try (ShardView view = shard.view()) {
        for (LeafReaderContext leaf : view.leaves()) {
          new LeafScan(view, leaf, predicate, budget)
              .run(
                  LeafScan.Order.ANY,
                  (document, timestampNs, severity, stream) -> {
                    int bucket = (int) ((timestampNs - startNs) / bucketNs);
                    counts[bucket * SEVERITIES + (severity & (SEVERITIES - 1))]++;
                  });
        }
      }
    }
    return new Histogram(startNs, bucketNs, bySeverity(counts));
  }

  private static List<Map<Severity, Long>> bySeverity(long[] counts) {
    List<Map<Severity, Long>> buckets = new ArrayList<>();
    for (int bucket = 0; bucket < counts.length / SEVERITIES; bucket++) {
      Map<Severity, Long> one = new EnumMap<>(Severity.class);
      for (int number = 0; number < SEVERITIES; number++) {
        long count = counts[bucket * SEVERITIES + number];
        if (count > 0) {
          one.merge(Severity.ofOtlpNumber(number), count, Long::sum);
        }
      }
      buckets.add(one);
    }
    return buckets;
  }
}
