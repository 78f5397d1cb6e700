package dev.mangru.logindex.search;

import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.logindex.shard.Shard;
import dev.mangru.logindex.shard.ShardView;
import dev.mangru.model.log.LogStore.ValueCount;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;

/// Counts matches by stream, and names streams.
public final class FacetSearch {

  private static final Comparator<ValueCount> MOST_FREQUENT_FIRST =
      Comparator.comparingLong(ValueCount::count)
          .reversed()
          .thenComparing(ValueCount::value, Labels::compareUtf8);

  private FacetSearch() {}

  /// How often each value of each stream label occurs among the matches: names sorted, values most
  /// frequent first, then sorted.
  public static SequencedMap<String, List<ValueCount>> run(
      List<Shard> shards, LinePredicate predicate, SearchBudget budget, int valuesPerLabel)
      throws IOException {
    Map<String, Map<String, Long>> byLabel = new TreeMap<>(Labels::compareUtf8);
    counts(shards, predicate, budget)
        .forEach((stream, count) -> {
          for (Label label : stream) {
            byLabel
                .computeIfAbsent(label.name(), name -> new HashMap<>())
                .merge(label.value(), count, Long::sum);
          }
        });
    SequencedMap<String, List<ValueCount>> facets = new LinkedHashMap<>();
    byLabel.forEach((name, values) ->
        facets.put(
            name,
            values.entrySet().stream()
                .map(entry -> new ValueCount(entry.getKey(), entry.getValue()))
                .sorted(MOST_FREQUENT_FIRST)
                .limit(valuesPerLabel)
                .toList()));
    return facets;
  }

  private static Map<Labels, Long> counts(
      List<Shard> shards, LinePredicate predicate, SearchBudget budget) throws IOException {
    Map<Labels, Long> counts = new HashMap<>();
    for (Shard shard : shards) {
      if (shard.endNs() <= predicate.startNs() || shard.startNs() >= predicate.endNs()) {
        continue;
      }
      try (ShardView view = shard.view()) {
        for (LeafReaderContext context : view.leaves()) {
          Labels[] streams = LeafScan.streams(view, context.reader());
          long[] byOrd = new long[streams.length];
          new LeafScan(view, context, predicate, budget)
              .run(LeafScan.Order.ANY, (document, timestampNs, severity, ord) -> byOrd[ord]++);
          for (int ord = 0; ord < byOrd.length; ord++) {
            if (byOrd[ord] > 0) {
              counts.merge(streams[ord], byOrd[ord], Long::sum);
            }
          }
        }
      }
    }
    return counts;
  }

  /// The streams that `predicate` selects and that have records in its time.
  public static Set<Labels> streams(
      List<Shard> shards, LinePredicate predicate, SearchBudget budget) throws IOException {
    Set<Labels> found = new TreeSet<>();
    for (Shard shard : shards) {
      if (shard.endNs() <= predicate.startNs() || shard.startNs() >= predicate.endNs()) {
        continue;
      }
      try (ShardView view = shard.view()) {
        for (LeafReaderContext context : view.leaves()) {
          segmentStreams(view, context, predicate, budget, found);
        }
      }
    }
    return found;
  }

  private static void segmentStreams(
      ShardView view,
      LeafReaderContext context,
      LinePredicate predicate,
      SearchBudget budget,
      Set<Labels> found)
      throws IOException {
    LeafReader leaf = context.reader();
    DocValuesSkipper times = leaf.getDocValuesSkipper(LineDocument.TIMESTAMP);
    if (times == null
        || times.maxValue() < predicate.startNs()
        || times.minValue() >= predicate.endNs()) {
      return;
    }
    Labels[] streams = LeafScan.streams(view, leaf);
    boolean[] present = new boolean[streams.length];
    if (times.minValue() >= predicate.startNs() && times.maxValue() < predicate.endNs()) {
      // No record was ever deleted from a segment, so every stream of it has some.
      java.util.Arrays.fill(present, true);
    } else {
      new LeafScan(view, context, predicate, budget)
          .run(LeafScan.Order.ANY, (document, timestampNs, severity, ord) -> present[ord] = true);
    }
    for (int ord = 0; ord < streams.length; ord++) {
      if (present[ord] && predicate.selects(streams[ord])) {
        found.add(streams[ord]);
      }
    }
  }
}
