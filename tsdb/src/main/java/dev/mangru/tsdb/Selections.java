package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryGuard;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.index.SeriesView;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Which series earlier selections found, in the order of their labels, and where they are: a
/// dashboard asks for the same ones again and again, and to make, sort and join their labels is
/// most of what a selection costs. Exact, because an index only ever grows at its end and blocks do
/// not change: series that came since are selected and sorted in; an index that replaced another
/// begins anew.
///
/// Thread-safe. Bounded by bytes; the selection unused for longest goes first.
final class Selections {

  /// Selections of more than this part of all that may be kept are not kept.
  private static final int LARGEST_SHARE = 2;

  /// What a series of Kubernetes takes here whose labels are not known yet, measured.
  private static final int SERIES_BYTES = 300;

  /// Series between two looks whether the selection is still wanted: less than a millisecond.
  private static final int AT_ONCE = 1_024;

  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Key, Sorted> kept = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("lock")
  private WeakReference<Object> index = new WeakReference<>(null);

  @GuardedBy("lock")
  private long bytes;

  /// What makes two selections the same.
  ///
  /// @param table whether the series table was looked into
  /// @param blocks the numbers of the files looked into
  private record Key(boolean table, List<Matcher> matchers, List<Long> blocks) {}

  /// What makes two matchers the same.
  private record Matcher(Operator operator, String name, String value) {}

  /// The selected series: those of the table below `end`, and those of some blocks. No two have the
  /// same labels.
  ///
  /// @param refs in order of their labels; -1 for one that the table does not have
  /// @param numbers by block: the number of each series there, or -1
  /// @param labels of each
  @SuppressWarnings("ArrayRecordComponent") // shared, never changed, never compared
  record Sorted(int end, int[] refs, int[][] numbers, Labels[] labels, long bytes) {

    int count() {
      return refs.length;
    }
  }

  /// @param maxBytes of labels kept, about
  Selections(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// What `matchers` select in `blocks`, or null if that is not known.
  @Nullable Sorted find(List<LabelMatcher> matchers, List<StoreFile.Block> blocks) {
    lock.lock();
    try {
      return kept.get(key(false, matchers, blocks));
    } finally {
      lock.unlock();
    }
  }

  /// What `matchers` select in `view` and `blocks`, or null if that is not known.
  @Nullable Sorted find(
      SeriesView view, List<LabelMatcher> matchers, List<StoreFile.Block> blocks) {
    Key key = key(true, matchers, blocks);
    Sorted found;
    lock.lock();
    try {
      found = index.refersTo(view.identity()) ? kept.get(key) : null;
    } finally {
      lock.unlock();
    }
    if (found == null || found.end == view.endNumber()) {
      return found;
    }
    if (found.end > view.endNumber()) {
      return null; // an old view: rare
    }
    int[] refs = view.select(matchers).toArray();
    int from = Arrays.binarySearch(refs, found.end);
    int[] added = Arrays.copyOfRange(refs, from >= 0 ? from : -from - 1, refs.length);
    Sorted longer = merge(found, sorted(view, added, QueryGuard.NONE), view.endNumber());
    keep(view, key, longer);
    return longer;
  }

  /// Sorts series that `matchers` selected in `view`, joins those that they select in `blocks`, and
  /// remembers them.
  ///
  /// @param numbers what they select in each block
  /// @param guard asked before labels are made, and while they are sorted
  /// @throws IOException if a block cannot be read
  Sorted add(
      SeriesView view,
      List<LabelMatcher> matchers,
      int[] refs,
      List<StoreFile.Block> blocks,
      int[][] numbers,
      QueryGuard guard)
      throws IOException {
    Sorted sorted = of(view, refs, blocks, numbers, guard);
    keep(view, key(true, matchers, blocks), sorted);
    return sorted;
  }

  /// As the other one, without those of the table.
  Sorted add(
      List<LabelMatcher> matchers, List<StoreFile.Block> blocks, int[][] numbers, QueryGuard guard)
      throws IOException {
    Sorted none = new Sorted(0, new int[0], new int[0][], new Labels[0], 64);
    Sorted sorted = join(none, blocks, numbers, guard);
    keep(null, key(false, matchers, blocks), sorted);
    return sorted;
  }

  /// As [#add], without remembering.
  static Sorted of(
      SeriesView view, int[] refs, List<StoreFile.Block> blocks, int[][] numbers, QueryGuard guard)
      throws IOException {
    return join(sorted(view, refs, guard), blocks, numbers, guard);
  }

  private static Sorted join(
      Sorted left, List<StoreFile.Block> blocks, int[][] numbers, QueryGuard guard)
      throws IOException {
    Sorted sorted = left;
    for (int i = 0; i < blocks.size(); i++) {
      BlockFile file = blocks.get(i).file();
      guard.holdBytes((long) SERIES_BYTES * numbers[i].length);
      Labels[] labels = new Labels[numbers[i].length];
      for (int k = 0; k < labels.length; k++) {
        if (k % AT_ONCE == 0) {
          guard.check();
        }
        labels[k] = file.labels(numbers[i][k]);
      }
      sorted = join(sorted, numbers[i], labels);
    }
    return sorted;
  }

  private static Key key(boolean table, List<LabelMatcher> matchers, List<StoreFile.Block> blocks) {
    return new Key(
        table,
        matchers.stream().map(one -> new Matcher(one.operator(), one.name(), one.value())).toList(),
        blocks.stream().map(one -> one.stored().number()).toList());
  }

  private record Labelled(Labels labels, int ref) {}

  private static Sorted sorted(SeriesView view, int[] refs, QueryGuard guard) {
    guard.holdBytes((long) SERIES_BYTES * refs.length);
    Labelled[] series = new Labelled[refs.length];
    for (int i = 0; i < refs.length; i++) {
      if (i % AT_ONCE == 0) {
        guard.check();
      }
      series[i] = new Labelled(view.labels(refs[i]), refs[i]);
    }
    int[] compared = {0};
    Arrays.sort(
        series,
        (a, b) -> { // stable: the newer ref is later
          if (++compared[0] % AT_ONCE == 0) {
            guard.check();
          }
          return a.labels.compareTo(b.labels);
        });
    int[] ordered = new int[refs.length];
    Labels[] labels = new Labels[refs.length];
    int count = 0;
    for (Labelled one : series) {
      if (count > 0 && one.labels.equals(labels[count - 1])) {
        count--; // the one before was dropped, and came again under a new ref
      }
      ordered[count] = one.ref;
      labels[count++] = one.labels;
    }
    return sized(
        view.endNumber(),
        Arrays.copyOf(ordered, count),
        new int[0][],
        count == labels.length ? labels : Arrays.copyOf(labels, count));
  }

  private static Sorted sized(int end, int[] refs, int[][] numbers, Labels[] labels) {
    long size = 64;
    for (Labels one : labels) {
      size += 48 + 4L * numbers.length + 8L * one.count();
    }
    return new Sorted(end, refs, numbers, labels, size);
  }

  /// The same with the series that one more block has.
  private static Sorted join(Sorted left, int[] numbers, Labels[] labels) {
    int[] places = new int[numbers.length];
    int more = 0;
    int at = 0;
    for (int k = 0; k < numbers.length; k++) {
      int order = 1;
      while (at < left.refs.length && (order = left.labels[at].compareTo(labels[k])) < 0) {
        at++;
      }
      places[k] = at < left.refs.length && order == 0 ? at++ : -1 - at;
      more += places[k] < 0 ? 1 : 0;
    }
    Sorted wider = withRoom(left, places, labels, more);
    int[] joined = new int[wider.refs.length];
    Arrays.fill(joined, -1);
    int shift = 0;
    for (int k = 0; k < numbers.length; k++) {
      joined[places[k] >= 0 ? places[k] + shift : -1 - places[k] + shift++] = numbers[k];
    }
    int[][] all = Arrays.copyOf(wider.numbers, wider.numbers.length + 1);
    all[all.length - 1] = joined;
    return sized(wider.end, wider.refs, all, wider.labels);
  }

  /// The same with a place for each series that is new: `places` has -1 - where it goes.
  private static Sorted withRoom(Sorted left, int[] places, Labels[] added, int more) {
    if (more == 0) {
      return left;
    }
    int count = left.refs.length + more;
    int[] from = new int[count];
    Labels[] labels = new Labels[count];
    int to = 0;
    int at = 0;
    for (int k = 0; k < places.length; k++) {
      if (places[k] < 0) {
        for (; at < -1 - places[k]; at++) {
          labels[to] = left.labels[at];
          from[to++] = at;
        }
        labels[to] = added[k];
        from[to++] = -1;
      }
    }
    for (; at < left.refs.length; at++) {
      labels[to] = left.labels[at];
      from[to++] = at;
    }
    int[][] numbers = new int[left.numbers.length][];
    for (int b = 0; b < numbers.length; b++) {
      numbers[b] = moved(left.numbers[b], from);
    }
    return new Sorted(left.end, moved(left.refs, from), numbers, labels, left.bytes);
  }

  private static int[] moved(int[] values, int[] from) {
    int[] result = new int[from.length];
    for (int i = 0; i < from.length; i++) {
      result[i] = from[i] < 0 ? -1 : values[from[i]];
    }
    return result;
  }

  /// Sorts in series of the table that came since; of one that a block has already, or that was
  /// dropped before, the ref is set.
  private static Sorted merge(Sorted left, Sorted right, int end) {
    if (right.refs.length == 0) {
      return new Sorted(end, left.refs, left.numbers, left.labels, left.bytes);
    }
    Sorted wider = join(left, right.refs, right.labels);
    int last = wider.numbers.length - 1;
    int[] refs = wider.refs.clone();
    for (int i = 0; i < refs.length; i++) {
      if (wider.numbers[last][i] >= 0) {
        refs[i] = wider.numbers[last][i];
      }
    }
    return sized(end, refs, Arrays.copyOf(wider.numbers, last), wider.labels);
  }

  /// @param view null if the selection has none of its series
  private void keep(@Nullable SeriesView view, Key key, Sorted sorted) {
    lock.lock();
    try {
      if (view != null && !index.refersTo(view.identity())) {
        kept.clear();
        bytes = 0;
        index = new WeakReference<>(view.identity());
      }
      Sorted before = kept.remove(key);
      bytes -= before == null ? 0 : before.bytes;
      if (sorted.bytes > maxBytes / LARGEST_SHARE) {
        return;
      }
      kept.put(key, sorted);
      bytes += sorted.bytes;
      Iterator<Sorted> oldest = kept.values().iterator();
      while (bytes > maxBytes) {
        bytes -= oldest.next().bytes;
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Bytes of heap, about.
  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }
}
