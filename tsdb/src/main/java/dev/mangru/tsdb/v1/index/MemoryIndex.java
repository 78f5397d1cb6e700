package dev.mangru.tsdb.v1.index;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A growing index in memory. Guarded by its owner's lock; the lists it gives out stay valid
/// without it.
public final class MemoryIndex implements SeriesIndex {

  private final List<Labels> series = new ArrayList<>();
  private final Map<String, Map<String, Postings.Builder>> lists = new HashMap<>();

  /// Adds a series and returns its number.
  public int add(Labels labels) {
    int number = series.size();
    series.add(labels);
    for (int i = 0; i < labels.count(); i++) {
      lists
          .computeIfAbsent(labels.name(i), _ -> new HashMap<>())
          .computeIfAbsent(labels.value(i), _ -> new Postings.Builder(2))
          .add(number);
    }
    return number;
  }

  @Override
  public int seriesCount() {
    return series.size();
  }

  @Override
  public Labels labels(int number) {
    return series.get(number);
  }

  @Override
  public Postings postings(String name, String value) {
    Map<String, Postings.Builder> values = lists.get(name);
    Postings.Builder list = values == null ? null : values.get(value);
    return list == null ? Postings.EMPTY : list.build();
  }

  @Override
  public List<String> names() {
    return List.copyOf(lists.keySet());
  }

  @Override
  public List<String> values(String name) {
    Map<String, Postings.Builder> values = lists.get(name);
    return values == null ? List.of() : List.copyOf(values.keySet());
  }
}
