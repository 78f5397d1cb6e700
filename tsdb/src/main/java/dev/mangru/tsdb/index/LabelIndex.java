package dev.mangru.tsdb.index;

import dev.mangru.model.metric.Labels;
import java.util.Arrays;

/// Series by labels and labels by series, without an object for either. One writer adds; any number
/// of readers look up without a lock, and see every series that was added before the end of series
/// that they took.
///
/// Names and values are texts by number; a pair of both is a number too and has a list of series.
/// Pair 0 stands for “any”: its list has every series. Series are added in ascending order and
/// never change; whoever wants to drop some builds a new index of the others.
public final class LabelIndex {

  /// The pair whose list has every series.
  static final int ALL = 0;

  private final Symbols names = new Symbols();
  private final Symbols values = new Symbols();

  private final PagedInts pairNames = new PagedInts();
  private final PagedInts pairValues = new PagedInts();

  /// The pair of the same name that was added before, or 0.
  private final PagedInts pairBefore = new PagedInts();

  private final IntTable pairTable =
      new IntTable(pair -> Hashing.of(pairName(pair), pairValue(pair)));
  private final RunPostings postings = new RunPostings();
  private int pairCount = 1;

  /// The pair of a name that was added last, and how many there are.
  private final PagedInts newestPairs = new PagedInts();

  private final PagedInts valueCounts = new PagedInts();

  private final SeriesCodes codes = new SeriesCodes();
  private final PagedInts hashes = new PagedInts();
  private final IntTable seriesTable = new IntTable(hashes::get);
  private int seriesCount;

  // The labels resolved last and their pairs; the next series shares most of them.
  private Labels lastLabels = Labels.empty();
  private int[] lastPairs = new int[64];
  private int[] nextPairs = new int[64];
  private int[] compared = new int[64];

  /// An empty index.
  public LabelIndex() {
    pairNames.ensure(ALL);
    pairValues.ensure(ALL);
    pairBefore.ensure(ALL);
    postings.ensure(ALL);
  }

  // ---- adding: writer only

  /// Finds the series with these labels or adds it under `number`, which is above every one added.
  ///
  /// @return its number
  public int findOrAdd(Labels labels, int number) {
    int count = resolve(labels);
    return findOrAdd(lastPairs, count, number);
  }

  /// As [#findOrAdd(Labels, int)], for pairs by label name.
  int findOrAdd(int[] pairs, int count, int number) {
    int hash = Hashing.of(pairs, count);
    int found = find(pairs, count, hash, compared);
    if (found >= 0) {
      return found;
    }
    add(pairs, count, number, hash);
    return number;
  }

  private void add(int[] pairs, int count, int number, int hash) {
    codes.add(number, pairs, count);
    hashes.set(number, hash);
    postings.append(ALL, number);
    for (int i = 0; i < count; i++) {
      postings.append(pairs[i], number);
    }
    seriesCount++;
    seriesTable.insert(hash, number);
  }

  /// Adds a series whose labels are known not to be those of another, or takes the place of an
  /// older one in [#find].
  void addNewer(int[] pairs, int count, int number) {
    int hash = Hashing.of(pairs, count);
    int older = find(pairs, count, hash, compared);
    if (older >= 0) {
      seriesTable.remove(hash, older);
    }
    add(pairs, count, number, hash);
  }

  /// Lets nobody find the series by its labels any more; its number keeps them and stays in the
  /// lists.
  public void forget(int number) {
    seriesTable.remove(hashes.get(number), number);
  }

  /// Makes numbers below `end` readable; those that were never added have no series.
  public void ensure(int end) {
    if (end > 0) {
      codes.ensure(end - 1);
    }
  }

  /// As [#find], and faster for labels much like those added or found last. Writer only.
  public int findNear(Labels labels) {
    int count = labels.count();
    if (nextPairs.length < count) {
      nextPairs = new int[count * 2];
    }
    Labels last = lastLabels;
    int known = 0;
    for (int i = 0; i < count; i++) {
      String name = labels.name(i);
      while (known < last.count() && Labels.compareUtf8(last.name(known), name) < 0) {
        known++;
      }
      boolean same =
          known < last.count()
              && last.name(known).equals(name)
              && last.value(known).equals(labels.value(i));
      int pair = same ? lastPairs[known] : findPair(name, labels.value(i));
      if (pair < 0) {
        return -1;
      }
      nextPairs[i] = pair;
    }
    keepResolved(labels);
    return find(lastPairs, count, Hashing.of(lastPairs, count), compared);
  }

  /// Leaves the pairs of `labels` in [#lastPairs], adding those that are new.
  private int resolve(Labels labels) {
    int count = labels.count();
    if (nextPairs.length < count) {
      nextPairs = new int[count * 2];
    }
    Labels last = lastLabels;
    int known = 0;
    for (int i = 0; i < count; i++) {
      String name = labels.name(i);
      String value = labels.value(i);
      while (known < last.count()
          && !last.name(known).equals(name)
          && Labels.compareUtf8(last.name(known), name) < 0) {
        known++;
      }
      int pair;
      if (known < last.count() && last.name(known).equals(name)) {
        pair =
            last.value(known).equals(value)
                ? lastPairs[known]
                : pair(pairNames.get(lastPairs[known]), values.findOrAdd(value));
        known++;
      } else {
        pair = pair(names.findOrAdd(name), values.findOrAdd(value));
      }
      nextPairs[i] = pair;
    }
    keepResolved(labels);
    return count;
  }

  private void keepResolved(Labels labels) {
    int[] swap = lastPairs;
    lastPairs = nextPairs;
    nextPairs = swap;
    lastLabels = labels;
  }

  /// The number of a name, added if need be.
  int nameOf(byte[] utf8, int from, int to) {
    return names.findOrAddUtf8(utf8, from, to);
  }

  /// The number of a value, added if need be.
  int valueOf(byte[] utf8, int from, int to) {
    return values.findOrAddUtf8(utf8, from, to);
  }

  /// The pair of a name and a value, added if need be.
  int pair(int name, int value) {
    int hash = Hashing.of(name, value);
    int found = findPair(name, value, hash);
    if (found >= 0) {
      return found;
    }
    int pair = pairCount++;
    postings.ensure(pair);
    pairNames.set(pair, name);
    pairValues.set(pair, value);
    newestPairs.ensure(name);
    valueCounts.set(name, valueCounts.getOrZero(name) + 1);
    pairBefore.set(pair, newestPairs.get(name));
    newestPairs.setRelease(name, pair);
    pairTable.insert(hash, pair);
    return pair;
  }

  private int findPair(int name, int value, int hash) {
    int[] slots = pairTable.slots(hash);
    int mask = slots.length - 1;
    for (int slot = hash & mask; ; slot = (slot + 1) & mask) {
      int pair = IntTable.at(slots, slot);
      if (pair < 0 || (pairNames.get(pair) == name && pairValues.get(pair) == value)) {
        return pair;
      }
    }
  }

  // ---- looking up: anyone

  /// The series with these labels, or -1.
  public int find(Labels labels) {
    int count = labels.count();
    int[] pairs = new int[count];
    for (int i = 0; i < count; i++) {
      int pair = findPair(labels.name(i), labels.value(i));
      if (pair < 0) {
        return -1;
      }
      pairs[i] = pair;
    }
    return find(pairs, count, Hashing.of(pairs, count), new int[count]);
  }

  private int find(int[] pairs, int count, int hash, int[] room) {
    int[] target = room.length < count ? new int[count] : room;
    int[] slots = seriesTable.slots(hash);
    int mask = slots.length - 1;
    for (int slot = hash & mask; ; slot = (slot + 1) & mask) {
      int number = IntTable.at(slots, slot);
      if (number == -1) {
        return -1;
      }
      if (number >= 0
          && hashes.get(number) == hash
          && codes.read(number, target) == count
          && Arrays.equals(target, 0, count, pairs, 0, count)) {
        return number;
      }
    }
  }

  /// The pair of a name and a value, or -1.
  int findPair(String name, String value) {
    int nameNumber = names.find(name);
    int valueNumber = nameNumber < 0 ? -1 : values.find(value);
    return valueNumber < 0
        ? -1
        : findPair(nameNumber, valueNumber, Hashing.of(nameNumber, valueNumber));
  }

  /// Whether there is a series with this number, which is below one published.
  public boolean has(int number) {
    return codes.has(number);
  }

  /// The labels of a series.
  ///
  /// @throws IllegalArgumentException if there is no series with this number
  public Labels labels(int number) {
    int[] pairs = new int[32];
    int count = pairs(number, pairs);
    if (count > pairs.length) {
      pairs = new int[count];
      codes.read(number, pairs);
    }
    String[] texts = new String[2 * count];
    for (int i = 0; i < count; i++) {
      int pair = pairs[i];
      texts[2 * i] = names.get(pairNames.get(pair));
      texts[2 * i + 1] = values.get(pairValues.get(pair));
    }
    return Labels.ofSortedPairs(texts);
  }

  /// Writes the pairs of a series to `room`, by label name.
  ///
  /// @return how many there are; if that is more than there is room for, nothing was written
  int pairs(int number, int[] room) {
    if (!codes.has(number)) {
      throw new IllegalArgumentException("there is no series " + number);
    }
    return codes.read(number, room);
  }

  /// How many series there are, those being added included.
  public int seriesCount() {
    return seriesCount;
  }

  /// How many distinct pairs of name and value there are.
  public int pairCount() {
    return pairCount - 1;
  }

  Symbols names() {
    return names;
  }

  Symbols values() {
    return values;
  }

  int pairName(int pair) {
    return pairNames.get(pair);
  }

  int pairValue(int pair) {
    return pairValues.get(pair);
  }

  /// The pair of this name that was added last; from there [#pairBefore].
  int newestPair(int name) {
    return newestPairs.getOrZero(name);
  }

  /// The pair of the same name that was added before, or 0.
  int pairBefore(int pair) {
    return pairBefore.get(pair);
  }

  int valueCount(int name) {
    return valueCounts.getOrZero(name);
  }

  RunPostings postings() {
    return postings;
  }

  /// Memory held.
  public long bytes() {
    return names.bytes()
        + values.bytes()
        + pairNames.bytes()
        + pairValues.bytes()
        + pairBefore.bytes()
        + pairTable.bytes()
        + postings.bytes()
        + newestPairs.bytes()
        + valueCounts.bytes()
        + codes.bytes()
        + hashes.bytes()
        + seriesTable.bytes();
  }
}
