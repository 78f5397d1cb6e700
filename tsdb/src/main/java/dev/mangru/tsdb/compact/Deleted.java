package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The tombstones that concern one file. Immutable.
///
/// Reading a file without any costs one look at [#isEmpty]. Otherwise each series costs a look-up
/// of its metric name, and its labels are only compared with tombstones that name that metric or
/// none.
public final class Deleted {

  /// Nothing is deleted.
  public static final Deleted NOTHING = new Deleted(List.of());

  private static final long[] NO_INTERVALS = {};

  private final Map<String, List<Tombstone>> byMetric = new HashMap<>();
  private final List<Tombstone> others = new ArrayList<>();

  Deleted(List<Tombstone> tombstones) {
    for (Tombstone tombstone : tombstones) {
      metricOf(tombstone).add(tombstone);
    }
  }

  private List<Tombstone> metricOf(Tombstone tombstone) {
    for (LabelMatcher matcher : tombstone.matchers()) {
      if (matcher.operator() == LabelMatcher.Operator.EQUAL
          && matcher.name().equals(Labels.METRIC_NAME)) {
        return byMetric.computeIfAbsent(matcher.value(), _ -> new ArrayList<>());
      }
    }
    return others;
  }

  /// Whether nothing is deleted.
  public boolean isEmpty() {
    return byMetric.isEmpty() && others.isEmpty();
  }

  /// When samples of a series are deleted: `start, end, start, end, …` in milliseconds, ascending,
  /// disjoint, both ends inside; empty if never.
  public long[] intervals(Labels labels) {
    if (isEmpty()) {
      return NO_INTERVALS;
    }
    List<TimeRange> found = new ArrayList<>();
    gather(byMetric.getOrDefault(labels.metricName(), List.of()), labels, found);
    gather(others, labels, found);
    return found.isEmpty() ? NO_INTERVALS : joined(found);
  }

  private static void gather(List<Tombstone> tombstones, Labels labels, List<TimeRange> found) {
    for (Tombstone tombstone : tombstones) {
      if (LabelMatcher.allMatch(tombstone.matchers(), labels)) {
        found.add(tombstone.range());
      }
    }
  }

  private static long[] joined(List<TimeRange> ranges) {
    ranges.sort(Comparator.comparingLong(TimeRange::startMs));
    long[] pairs = new long[2 * ranges.size()];
    int length = 0;
    for (TimeRange range : ranges) {
      if (length > 0 && range.startMs() <= pairs[length - 1]) {
        pairs[length - 1] = Math.max(pairs[length - 1], range.endMs());
      } else {
        pairs[length++] = range.startMs();
        pairs[length++] = range.endMs();
      }
    }
    return Arrays.copyOf(pairs, length);
  }

  /// Removes from `samples` those at times in `intervals`.
  public static void remove(SampleColumns samples, long[] intervals) {
    for (int i = intervals.length - 2; i >= 0; i -= 2) {
      int from = lowerBound(samples, intervals[i]);
      int to =
          intervals[i + 1] == Long.MAX_VALUE
              ? samples.count()
              : lowerBound(samples, intervals[i + 1] + 1);
      if (from < to) {
        samples.removeRange(from, to);
      }
    }
  }

  /// The first sample at or after `timeMs`.
  static int lowerBound(SampleColumns samples, long timeMs) {
    long[] times = samples.timesMs();
    int low = 0;
    int high = samples.count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] < timeMs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
