package dev.mangru.tsdb.v1;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.block.Block;
import dev.mangru.tsdb.v1.head.Head;
import dev.mangru.tsdb.v1.index.SampleSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A view of the store that stays whole while the store seals, merges and drops blocks. Holds the
/// blocks of its range open until it is closed.
final class TsdbQuerier implements Querier {

  private final TsdbOptions options;
  private final Stats stats;
  private final TimeRange range;
  private final List<Block> blocks;
  private final List<SampleSource> sources = new ArrayList<>();
  private boolean closed;

  /// @param blocks those of `view` that overlap `range`, already retained
  TsdbQuerier(TsdbOptions options, Stats stats, TimeRange range, View view, List<Block> blocks) {
    this.options = options;
    this.stats = stats;
    this.range = range;
    this.blocks = blocks;
    sources.addAll(blocks);
    Head frozen = view.frozen();
    if (frozen != null) {
      sources.add(frozen);
    }
    sources.add(view.active());
  }

  @Override
  public List<Series> select(List<LabelMatcher> matchers) {
    checkOpen();
    Map<Labels, MergedSeries> found = new HashMap<>();
    for (SampleSource source : sources) {
      for (SampleSource.Selected selected : source.select(matchers, range)) {
        found
            .computeIfAbsent(selected.labels(), labels -> new MergedSeries(labels, range, stats))
            .add(selected.run());
      }
      if (found.size() > options.maxQuerySeries()) {
        stats.querySeriesLimit.increment();
        throw new MangruException(
            ErrorCode.QUERY_LIMIT,
            "the query selects more than the limit of "
                + options.maxQuerySeries()
                + " series: select fewer with label matchers or a shorter range");
      }
    }
    List<Series> sorted = new ArrayList<>(found.values());
    sorted.sort(Comparator.comparing(Series::labels));
    return sorted;
  }

  @Override
  public List<String> labelNames(List<LabelMatcher> matchers) {
    checkOpen();
    Set<String> names = new HashSet<>();
    for (SampleSource source : sources) {
      if (matchers.isEmpty() && source.allNames(range, names)) {
        continue;
      }
      for (SampleSource.Selected selected : source.select(matchers, range)) {
        Labels labels = selected.labels();
        for (int i = 0; i < labels.count(); i++) {
          names.add(labels.name(i));
        }
      }
    }
    return sorted(names);
  }

  @Override
  public List<String> labelValues(String name, List<LabelMatcher> matchers) {
    checkOpen();
    Set<String> values = new HashSet<>();
    for (SampleSource source : sources) {
      if (matchers.isEmpty() && source.allValues(name, range, values)) {
        continue;
      }
      for (SampleSource.Selected selected : source.select(matchers, range)) {
        String value = selected.labels().get(name);
        if (!value.isEmpty()) {
          values.add(value);
        }
      }
    }
    return sorted(values);
  }

  private static List<String> sorted(Set<String> texts) {
    return texts.stream().sorted(Labels::compareUtf8).toList();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("this querier is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      blocks.forEach(Block::release);
    }
  }
}
