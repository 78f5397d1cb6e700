package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Puts series references into the order of their labels without holding all labels at a time.
///
/// Labels compare by their first pair first, which is nearly always the metric name. One pass
/// counts the series of each first pair and a second one puts them side by side; then one such
/// group at a time is sorted by all labels, when it is its turn. Confined to one thread.
final class SortedRefs {

  private record Entry(Labels labels, int ref) {}

  private record First(String name, String value) {}

  private final SeriesLabels source;

  /// Grouped by first pair, in order.
  private final int[] refs;

  /// Where each group ends in `refs`.
  private final int[] ends;

  private int group;
  private int position;
  private List<Entry> current = List.of();
  private int at;

  SortedRefs(BitSet wanted, SeriesLabels source) {
    this.source = source;
    Map<First, Integer> numbers = new HashMap<>();
    List<First> firsts = new ArrayList<>();
    int[] groupOf = new int[wanted.cardinality()];
    int count = 0;
    for (int ref = wanted.nextSetBit(0); ref >= 0; ref = wanted.nextSetBit(ref + 1)) {
      First first = first(source.labels(ref));
      Integer number = numbers.get(first);
      if (number == null) {
        number = firsts.size();
        numbers.put(first, number);
        firsts.add(first);
      }
      groupOf[count++] = number;
    }
    int[] placeOf = places(firsts, numbers);
    int[] starts = new int[firsts.size() + 1];
    for (int i = 0; i < count; i++) {
      starts[placeOf[groupOf[i]] + 1]++;
    }
    for (int i = 1; i < starts.length; i++) {
      starts[i] += starts[i - 1];
    }
    refs = new int[count];
    ends = Arrays.copyOf(starts, firsts.size());
    int i = 0;
    for (int ref = wanted.nextSetBit(0); ref >= 0; ref = wanted.nextSetBit(ref + 1)) {
      refs[ends[placeOf[groupOf[i++]]]++] = ref;
    }
  }

  private static First first(Labels labels) {
    return labels.isEmpty() ? new First("", "") : new First(labels.name(0), labels.value(0));
  }

  /// By number of a first pair: its place in order.
  private static int[] places(List<First> firsts, Map<First, Integer> numbers) {
    List<First> sorted = new ArrayList<>(firsts);
    sorted.sort((a, b) -> {
      int order = Labels.compareUtf8(a.name, b.name);
      return order != 0 ? order : Labels.compareUtf8(a.value, b.value);
    });
    int[] places = new int[firsts.size()];
    for (int place = 0; place < sorted.size(); place++) {
      places[numbers.getOrDefault(sorted.get(place), 0)] = place;
    }
    return places;
  }

  /// Goes to the next reference; false at the end.
  boolean next() {
    if (at + 1 < current.size()) {
      at++;
      return true;
    }
    while (group < ends.length) {
      int end = ends[group++];
      if (end > position) {
        List<Entry> entries = new ArrayList<>(end - position);
        for (; position < end; position++) {
          entries.add(new Entry(source.labels(refs[position]), refs[position]));
        }
        entries.sort((a, b) -> a.labels.compareTo(b.labels));
        current = entries;
        at = 0;
        return true;
      }
    }
    current = List.of();
    return false;
  }

  /// The reference it is at.
  int ref() {
    return current.get(at).ref;
  }

  /// The labels of that reference.
  Labels labels() {
    return current.get(at).labels;
  }
}
