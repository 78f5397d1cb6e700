package dev.mangru.tsdb.index;

import dev.mangru.model.metric.Labels;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Counts of series by values of labels. Confined to one thread; used once.
final class ValueCounts {

  /// Reading one series' labels costs about as much as this many runs of a list, measured.
  private static final int LABELS_PER_RUN = 16;

  private final LabelIndex index;
  private final int endNumber;
  private final BitSet present;
  private final long total;
  private final Map<Labels, Long> counts = new HashMap<>();

  ValueCounts(LabelIndex index, int endNumber, BitSet present) {
    this.index = index;
    this.endNumber = endNumber;
    this.present = present;
    this.total = present.cardinality();
  }

  Map<Labels, Long> by(List<String> names) {
    int[] numbers =
        new TreeSet<>(names)
            .stream().mapToInt(index.names()::find).filter(name -> name >= 0).toArray();
    if (numbers.length == 0) {
      add(Labels.empty(), total);
    } else if (numbers.length == 1 && total * LABELS_PER_RUN > endNumber) {
      byLists(numbers[0]);
    } else {
      bySeries(numbers);
    }
    return counts;
  }

  private void add(Labels labels, long count) {
    if (count > 0) {
      counts.merge(labels, count, Long::sum);
    }
  }

  /// From the lists of all values of one name.
  private void byLists(int name) {
    long[] words = present.toLongArray();
    String label = index.names().get(name);
    long left = total;
    for (int pair = index.newestPair(name); pair != 0 && left > 0; pair = index.pairBefore(pair)) {
      Runs series = index.postings().read(pair, endNumber);
      long count = 0;
      for (int run = 0; run < series.runs(); run++) {
        count += ones(words, series.first(run), series.end(run));
      }
      if (count > 0) {
        add(Labels.of(label, index.values().get(index.pairValue(pair))), count);
        left -= count;
      }
    }
    add(Labels.empty(), left);
  }

  /// How many bits from `first` on below `end` are set.
  static int ones(long[] words, int first, int end) {
    int last = Math.min(end, words.length << 6) - 1;
    if (first > last) {
      return 0;
    }
    int from = first >>> 6;
    int to = last >>> 6;
    long head = words[from] & (-1L << first);
    long tailMask = -1L >>> (63 - (last & 63));
    if (from == to) {
      return Long.bitCount(head & tailMask);
    }
    int count = Long.bitCount(head) + Long.bitCount(words[to] & tailMask);
    for (int i = from + 1; i < to; i++) {
      count += Long.bitCount(words[i]);
    }
    return count;
  }

  /// Values of the names, as pairs of the index; 0 where there is none.
  private static final class Values {
    final int[] pairs;
    long count;

    Values(int[] pairs) {
      this.pairs = pairs;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Values values && Arrays.equals(pairs, values.pairs);
    }

    @Override
    public int hashCode() {
      return Hashing.of(pairs, pairs.length);
    }
  }

  /// From the labels of each series. Neighbours mostly have the same values.
  private void bySeries(int[] names) {
    Map<Values, Values> known = new HashMap<>();
    Values last = new Values(new int[names.length]);
    known.put(last, last);
    int[] room = new int[64];
    int[] found = new int[names.length];
    for (int series = present.nextSetBit(0); series >= 0; series = present.nextSetBit(series + 1)) {
      int count = index.pairs(series, room);
      if (count > room.length) {
        room = new int[count];
        index.pairs(series, room);
      }
      Arrays.fill(found, 0);
      for (int i = 0; i < count; i++) {
        int name = index.pairName(room[i]);
        for (int n = 0; n < names.length; n++) {
          found[n] = names[n] == name ? room[i] : found[n];
        }
      }
      if (!Arrays.equals(found, last.pairs)) {
        last = known.computeIfAbsent(new Values(found.clone()), fresh -> fresh);
      }
      last.count++;
    }
    for (Values values : known.values()) {
      Labels.Builder labels = Labels.builder();
      for (int pair : values.pairs) {
        if (pair != 0) {
          labels.set(
              index.names().get(index.pairName(pair)), index.values().get(index.pairValue(pair)));
        }
      }
      add(labels.build(), values.count);
    }
  }
}
