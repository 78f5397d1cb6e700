package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.index.SeriesView;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Which series of the series table earlier selections found, in the order of their labels: a
/// dashboard asks for the same ones again and again, and to make and sort their labels is most of
/// what a selection costs. Exact, because an index only ever grows at its end: series that came
/// since are selected and sorted in; an index that replaced another begins anew.
///
/// Thread-safe. Bounded by bytes; the selection unused for longest goes first.
final class Selections {

  /// Selections of more than this part of all that may be kept are not kept.
  private static final int LARGEST_SHARE = 2;

  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<List<Key>, Sorted> kept = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("lock")
  private WeakReference<Object> index = new WeakReference<>(null);

  @GuardedBy("lock")
  private long bytes;

  /// What makes two matchers the same.
  private record Key(Operator operator, String name, String value) {}

  /// The selected series below `end`.
  ///
  /// @param refs in order of their labels
  /// @param labels of each
  @SuppressWarnings("ArrayRecordComponent") // shared, never changed, never compared
  record Sorted(int end, int[] refs, Labels[] labels, long bytes) {}

  /// @param maxBytes of labels kept, about
  Selections(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// What `matchers` select in `view`, or null if that is not known.
  @Nullable Sorted find(SeriesView view, List<LabelMatcher> matchers) {
    List<Key> key = key(matchers);
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
    Sorted longer = merge(found, sorted(view, added), view.endNumber());
    keep(view, key, longer);
    return longer;
  }

  /// Sorts series that `matchers` selected in `view`, and remembers them.
  Sorted add(SeriesView view, List<LabelMatcher> matchers, int[] refs) {
    Sorted sorted = sorted(view, refs);
    keep(view, key(matchers), sorted);
    return sorted;
  }

  private static List<Key> key(List<LabelMatcher> matchers) {
    return matchers.stream().map(one -> new Key(one.operator(), one.name(), one.value())).toList();
  }

  private record Labelled(Labels labels, int ref) {}

  private static Sorted sorted(SeriesView view, int[] refs) {
    Labelled[] series = new Labelled[refs.length];
    long size = 64;
    for (int i = 0; i < refs.length; i++) {
      Labels labels = view.labels(refs[i]);
      series[i] = new Labelled(labels, refs[i]);
      size += 48 + 8L * labels.count();
    }
    Arrays.sort(series, Comparator.comparing(Labelled::labels));
    int[] ordered = new int[refs.length];
    Labels[] labels = new Labels[refs.length];
    for (int i = 0; i < refs.length; i++) {
      ordered[i] = series[i].ref;
      labels[i] = series[i].labels;
    }
    return new Sorted(view.endNumber(), ordered, labels, size);
  }

  private static Sorted merge(Sorted left, Sorted right, int end) {
    if (right.refs.length == 0) {
      return new Sorted(end, left.refs, left.labels, left.bytes);
    }
    int count = left.refs.length + right.refs.length;
    int[] refs = new int[count];
    Labels[] labels = new Labels[count];
    int i = 0;
    int j = 0;
    for (int at = 0; at < count; at++) {
      boolean first =
          j == right.refs.length
              || (i < left.refs.length && left.labels[i].compareTo(right.labels[j]) <= 0);
      refs[at] = first ? left.refs[i] : right.refs[j];
      labels[at] = first ? left.labels[i++] : right.labels[j++];
    }
    return new Sorted(end, refs, labels, left.bytes + right.bytes);
  }

  private void keep(SeriesView view, List<Key> key, Sorted sorted) {
    lock.lock();
    try {
      if (!index.refersTo(view.identity())) {
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
