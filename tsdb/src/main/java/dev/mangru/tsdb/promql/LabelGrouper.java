package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import java.util.Arrays;
import java.util.Collection;
import java.util.TreeSet;

/// Numbers sets of labels by some of their labels, in order of first sight. Confined to one thread.
///
/// No labels are built but those of each new group: what counts is hashed and compared in place.
/// Series come with few different sets of names, and names are mostly the same objects, so what was
/// learnt of the last ones is tried first.
final class LabelGrouper {

  private final String[] names;
  private final boolean without;

  /// For `by`: where each name stood last, and the values found now, empty where there are none.
  private final int[] places;

  private final String[] found;

  /// For `without`: the names of the last labels, and which of them count.
  private String[] layout = {};

  private boolean[] counts = {};

  /// Hash table of group numbers plus 1.
  private int[] table = new int[64];

  private Labels[] groups = new Labels[32];
  private int[] hashes = new int[32];
  private int count;
  private int last = -1;

  /// @param without whether `names` are those that do not count
  LabelGrouper(Collection<String> names, boolean without) {
    TreeSet<String> sorted = new TreeSet<>(Labels::compareUtf8);
    sorted.addAll(names);
    this.names = sorted.toArray(new String[0]);
    this.without = without;
    this.places = new int[this.names.length];
    this.found = new String[this.names.length];
    Arrays.fill(found, "");
  }

  int count() {
    return count;
  }

  /// The labels that count in group `number`.
  Labels labels(int number) {
    return groups[number];
  }

  /// The labels of `all` that count.
  Labels key(Labels all) {
    return labels(number(all));
  }

  /// The number of the group of these labels.
  int number(Labels labels) {
    if (!without) {
      find(labels);
      return numberOfFound();
    }
    learnLayout(labels);
    if (last >= 0 && equalsKept(groups[last], labels)) {
      return last;
    }
    int hash = hashOfKept(labels);
    int slot = hash & (table.length - 1);
    while (table[slot] != 0) {
      last = table[slot] - 1;
      if (hashes[last] == hash && equalsKept(groups[last], labels)) {
        return last;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    last = add(slot, hash, kept(labels));
    return last;
  }

  private int numberOfFound() {
    if (last >= 0 && equalsFound(groups[last])) {
      return last;
    }
    int hash = hashOfFound();
    int slot = hash & (table.length - 1);
    while (table[slot] != 0) {
      last = table[slot] - 1;
      if (hashes[last] == hash && equalsFound(groups[last])) {
        return last;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    last = add(slot, hash, foundLabels());
    return last;
  }

  private int add(int slot, int hash, Labels key) {
    if (count == groups.length) {
      groups = Arrays.copyOf(groups, 2 * count);
      hashes = Arrays.copyOf(hashes, 2 * count);
    }
    groups[count] = key;
    hashes[count] = hash;
    count++;
    table[slot] = count;
    if (2 * count > table.length) {
      grow();
    }
    return count - 1;
  }

  private void grow() {
    table = new int[2 * table.length];
    for (int group = 0; group < count; group++) {
      int slot = hashes[group] & (table.length - 1);
      while (table[slot] != 0) {
        slot = (slot + 1) & (table.length - 1);
      }
      table[slot] = group + 1;
    }
  }

  private static int mix(int hash) {
    int mixed = hash * 0x9E3779B9;
    return mixed ^ (mixed >>> 16);
  }

  // by -------------------------------------------------------------------------------------------

  private void find(Labels labels) {
    for (int n = 0; n < names.length; n++) {
      int place = places[n];
      if (place < labels.count() && labels.name(place).equals(names[n])) {
        found[n] = labels.value(place);
      } else {
        found[n] = search(labels, n);
      }
    }
  }

  private String search(Labels labels, int n) {
    String name = names[n];
    for (int i = 0; i < labels.count(); i++) {
      if (labels.name(i).equals(name)) {
        places[n] = i;
        return labels.value(i);
      }
    }
    return "";
  }

  private int hashOfFound() {
    int hash = 0;
    for (String value : found) {
      hash = hash * 31 + value.hashCode();
    }
    return mix(hash);
  }

  private boolean equalsFound(Labels key) {
    int next = 0;
    for (int n = 0; n < names.length; n++) {
      String value = found[n];
      if (value.isEmpty()) {
        continue;
      }
      if (next == key.count()
          || !key.value(next).equals(value)
          || !key.name(next).equals(names[n])) {
        return false;
      }
      next++;
    }
    return next == key.count();
  }

  private Labels foundLabels() {
    String[] pairs = new String[2 * names.length];
    int next = 0;
    for (int n = 0; n < names.length; n++) {
      if (!found[n].isEmpty()) {
        pairs[next++] = names[n];
        pairs[next++] = found[n];
      }
    }
    return Labels.ofSortedPairs(Arrays.copyOf(pairs, next));
  }

  // without --------------------------------------------------------------------------------------

  private void learnLayout(Labels labels) {
    int size = labels.count();
    boolean same = size == layout.length;
    for (int i = 0; same && i < size; i++) {
      same = layout[i].equals(labels.name(i));
    }
    if (same) {
      return;
    }
    layout = new String[size];
    counts = new boolean[size];
    for (int i = 0; i < size; i++) {
      String name = labels.name(i);
      layout[i] = name;
      counts[i] = true;
      for (String dropped : names) {
        if (dropped.equals(name)) {
          counts[i] = false;
        }
      }
    }
  }

  private int hashOfKept(Labels labels) {
    int hash = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i]) {
        hash = hash * 31 + labels.value(i).hashCode();
      }
    }
    return mix(hash);
  }

  private boolean equalsKept(Labels key, Labels labels) {
    int next = 0;
    for (int i = 0; i < counts.length; i++) {
      if (!counts[i]) {
        continue;
      }
      if (next == key.count()
          || !key.value(next).equals(labels.value(i))
          || !key.name(next).equals(layout[i])) {
        return false;
      }
      next++;
    }
    return next == key.count();
  }

  private Labels kept(Labels labels) {
    int present = 0;
    for (boolean one : counts) {
      present += one ? 1 : 0;
    }
    if (present == labels.count()) {
      return labels;
    }
    String[] pairs = new String[2 * present];
    int next = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i]) {
        pairs[next++] = layout[i];
        pairs[next++] = labels.value(i);
      }
    }
    return Labels.ofSortedPairs(pairs);
  }
}
