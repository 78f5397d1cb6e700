package dev.mangru.tsdb.index;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/// Walks through all pairs once, without reading a list: each knows how long it is.
final class CardinalityReport {

  private static final Comparator<Cardinality.Count> LARGEST_FIRST =
      Comparator.comparingLong(Cardinality.Count::count)
          .reversed()
          .thenComparing(Cardinality.Count::name, Labels::compareUtf8);

  /// The largest so many of what it is shown; a name is made only for what has a chance.
  private static final class Top {
    private final int limit;
    private final PriorityQueue<Cardinality.Count> kept =
        new PriorityQueue<>(LARGEST_FIRST.reversed());

    Top(int limit) {
      this.limit = limit;
    }

    void add(long count, Supplier<String> name) {
      if (count == 0 || limit == 0 || (kept.size() == limit && count < kept.element().count())) {
        return;
      }
      kept.add(new Cardinality.Count(name.get(), count));
      if (kept.size() > limit) {
        kept.remove();
      }
    }

    List<Cardinality.Count> list() {
      List<Cardinality.Count> all = new ArrayList<>(kept);
      all.sort(LARGEST_FIRST);
      return all;
    }
  }

  private CardinalityReport() {}

  static Cardinality of(LabelIndex index, int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit of " + limit + " entries");
    }
    Top metrics = new Top(limit);
    Top valueCounts = new Top(limit);
    Top valueBytes = new Top(limit);
    Top pairs = new Top(limit);
    RunPostings postings = index.postings();
    long allPairs = 0;
    for (int name = 0; name < index.names().count(); name++) {
      String label = index.names().get(name);
      boolean metric = label.equals(Labels.METRIC_NAME);
      long values = 0;
      long bytes = 0;
      for (int pair = index.newestPair(name); pair != 0; pair = index.pairBefore(pair)) {
        int value = index.pairValue(pair);
        long count = postings.count(pair);
        values += count > 0 ? 1 : 0;
        bytes += count * index.values().length(value);
        pairs.add(count, () -> label + "=" + index.values().get(value));
        if (metric) {
          metrics.add(count, () -> index.values().get(value));
        }
      }
      allPairs += values;
      valueCounts.add(values, () -> label);
      valueBytes.add(bytes, () -> label);
    }
    return new Cardinality(
        postings.count(LabelIndex.ALL),
        allPairs,
        metrics.list(),
        valueCounts.list(),
        valueBytes.list(),
        pairs.list());
  }
}
