package dev.mangru.tsdb.head;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.index.Cardinality;
import dev.mangru.tsdb.index.IndexCopy;
import dev.mangru.tsdb.index.LabelIndex;
import dev.mangru.tsdb.index.Runs;
import dev.mangru.tsdb.index.SeriesBatch;
import dev.mangru.tsdb.index.SeriesView;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;

/// Every series the store knows, by ref: its labels, its newest sample and its last row.
///
/// Thread-safe. Adding takes the table's own lock; everything that reads takes none, because what
/// it reads is append-only and published by [#endRef]: whoever takes the end sees exactly the
/// series below it (see [SeriesView]). The columns (newest sample, last row, flags) are written
/// under the store's submit lock only.
///
/// Dropping has two steps. [#drop] marks series, at once and under the submit lock: their labels
/// get a new ref from then on. [#compact] builds an index without them beside the old one, which
/// readers go on using.
public final class SeriesTable {

  /// Flag of a series that was dropped: store nothing under this ref, ask for its labels again.
  public static final int DROPPED = 0x80;

  /// Entries of the raw-hash cache for each series before it is emptied; chosen: a series has one
  /// sender or two, each with its own bytes.
  private static final int HASHES_PER_SERIES = 4;

  private static final int LEAST_HASHES = 1 << 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final SeriesColumns columns = new SeriesColumns();
  private volatile LabelIndex index = new LabelIndex();
  private volatile RawHashes hashes = new RawHashes();
  private volatile int endRef;
  private volatile int activeSeries;
  private final LongAdder resets = new LongAdder();

  // ---- refs by labels

  /// The ref of the series with these labels, which is added if need be: a ref at or above the
  /// [#endRef] of before is new. Limits are the caller's.
  ///
  /// @throws IllegalStateException if no ref is left
  public int findOrAdd(Labels labels) {
    return findOrAdd(labels, true);
  }

  /// As [#findOrAdd(Labels)]; with `mayAdd` false gives -1 for a series that is not there.
  public int findOrAdd(Labels labels, boolean mayAdd) {
    lock.lock();
    try {
      int next = endRef;
      if (!mayAdd) {
        return index.findNear(labels);
      }
      if (next == Integer.MAX_VALUE) {
        throw new IllegalStateException(
            "2^31 series were seen in this store's life; no ref is left");
      }
      index.ensure(next + 1);
      columns.ensure(next, next + 1);
      int ref = index.findOrAdd(labels, next);
      if (ref == next) {
        activeSeries = index.seriesCount() - forgotten;
        endRef = next + 1;
      }
      return ref;
    } finally {
      lock.unlock();
    }
  }

  /// The ref of the series with these labels, or -1.
  public int find(Labels labels) {
    if (!lock.tryLock()) {
      return index.find(labels);
    }
    try {
      return index.findNear(labels);
    } finally {
      lock.unlock();
    }
  }

  /// The number after the last ref. Take it before anything that is to be consistent with it.
  public int endRef() {
    return endRef;
  }

  /// Series that are there, the dropped ones not counted.
  public int activeSeries() {
    return activeSeries;
  }

  // ---- refs by the hash of a sender's bytes

  /// The series remembered for this hash: [#ref] and [#entry] of the result; -1 if there is none or
  /// it was dropped. Lock-free.
  ///
  /// @param guess the entry looked at first: one more than that of the last hit, or -1
  public long find(long hash1, long hash2, int guess) {
    long hit = hashes.find(hash1, hash2, guess);
    return hit >= 0 && !isKept(ref(hit)) ? -1 : hit;
  }

  /// The ref of a hit of [#find(long, long, int)]. It may have been dropped since: see [#DROPPED].
  public static int ref(long hit) {
    return (int) hit;
  }

  /// The entry of a hit of [#find(long, long, int)].
  public static int entry(long hit) {
    return (int) (hit >>> 32);
  }

  /// Remembers that a sender's bytes with this hash mean this series.
  public void remember(long hash1, long hash2, int ref) {
    lock.lock();
    try {
      RawHashes current = hashes;
      if (current.size() >= Math.max(LEAST_HASHES, (long) HASHES_PER_SERIES * activeSeries)
          && current.find(hash1, hash2, -1) < 0) {
        current = new RawHashes();
        hashes = current;
        resets.increment();
      }
      if (!current.remember(hash1, hash2, ref)) {
        throw new IllegalStateException("the cache of label hashes is full");
      }
    } finally {
      lock.unlock();
    }
  }

  /// How often the cache of hashes was emptied because it had outgrown the series.
  public long hashResets() {
    return resets.sum();
  }

  // ---- labels by ref, selection

  /// The series of now.
  public SeriesView view() {
    return view(endRef);
  }

  /// The series below `end`, which was taken from [#endRef].
  public SeriesView view(int end) {
    return new SeriesView(index, end);
  }

  /// The labels of a series.
  ///
  /// @throws IllegalArgumentException if there is none, or it was dropped and compacted away
  public Labels labels(int ref) {
    return view().labels(ref);
  }

  /// See [SeriesView#select].
  public Runs select(List<LabelMatcher> matchers, int end) {
    return view(end).select(matchers);
  }

  /// See [SeriesView#names()].
  public List<String> names(int end) {
    return view(end).names();
  }

  /// See [SeriesView#values(String)].
  public List<String> values(String name, int end) {
    return view(end).values(name);
  }

  /// Where the series come from; see [SeriesView#cardinality].
  public Cardinality cardinality(int limit) {
    return view().cardinality(limit);
  }

  // ---- columns: written under the submit lock

  /// Time of the newest accepted sample, or [Long#MIN_VALUE]. To those without the submit lock
  /// [Long#MAX_VALUE] may be told: it is just being written.
  public long newestMs(int ref) {
    return columns.newestMs(ref);
  }

  /// Copies what is known of the newest accepted sample to `out`, as it belongs together: its time
  /// ([Long#MIN_VALUE] if there is none), its bits, the series' last row (-1 if there is none) and
  /// flags. False if it is just being written. Takes no lock.
  public boolean newest(int ref, long[] out) {
    return columns.newest(ref, out);
  }

  /// Bits of the newest accepted sample.
  public long newestBits(int ref) {
    return columns.newestBits(ref);
  }

  /// The series' last row, or -1. Anyone may ask: what the row holds was written before.
  public long lastRow(int ref) {
    return columns.lastRow(ref);
  }

  /// Flags, eight bits; those but [#DROPPED] are the caller's.
  public int flags(int ref) {
    return columns.flags(ref);
  }

  /// Sets everything at once: a sample was accepted that is the newest.
  public void setNewest(int ref, long timestampMs, long bits, long row, int flags) {
    columns.setNewest(ref, timestampMs, bits, row, flags);
  }

  /// Sets the last row: a sample was accepted that is not the newest.
  public void setLastRow(int ref, long row) {
    columns.setLastRow(ref, row);
  }

  /// Sets the flags.
  public void setFlags(int ref, int flags) {
    columns.setFlags(ref, flags);
  }

  // ---- dropping

  /// Dropped series that are in the index still; guarded by lock.
  private int forgotten;

  /// Calls of [#drop] that dropped any.
  private final AtomicLong drops = new AtomicLong();

  /// Drops series below `end` at once: they are not found any more and carry [#DROPPED]. Call it
  /// under the submit lock, where it is certain that they are dead.
  ///
  /// @return how many were dropped
  public int drop(int end, IntPredicate dead) {
    lock.lock();
    try {
      int dropped = 0;
      LabelIndex current = index;
      for (int ref = 0; ref < end; ref++) {
        if (current.has(ref) && (columns.flags(ref) & DROPPED) == 0 && dead.test(ref)) {
          current.forget(ref);
          columns.setFlags(ref, DROPPED);
          dropped++;
        }
      }
      forgotten += dropped;
      activeSeries = current.seriesCount() - forgotten;
      if (dropped > 0) {
        drops.incrementAndGet();
      }
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /// Drops one series, as [#drop] does.
  public void forget(int ref) {
    lock.lock();
    try {
      index.forget(ref);
      columns.setFlags(ref, DROPPED);
      forgotten++;
      activeSeries = index.seriesCount() - forgotten;
      drops.incrementAndGet();
    } finally {
      lock.unlock();
    }
  }

  /// Adds entries of series that are kept to `kept`; returns the refs they all had.
  private int[] copyHashes(RawHashes from, int first, int end, RawHashes kept) {
    int[] refs = new int[end - first];
    for (int entry = first; entry < end; entry++) {
      int ref = from.ref(entry);
      refs[entry - first] = ref;
      if (isKept(ref)) {
        kept.remember(from.hash1(entry), from.hash2(entry), ref);
      }
    }
    return refs;
  }

  /// Gives back the memory of dropped series. Series may be added meanwhile; one caller at a time.
  public void compact() {
    IndexCopy copy = new IndexCopy(index);
    int end = endRef;
    long before = drops.get();
    copy.add(0, end, this::isKept);
    RawHashes known = hashes;
    RawHashes kept = new RawHashes();
    int[] refs = copyHashes(known, 0, known.size(), kept);
    lock.lock();
    try {
      if (hashes == known) {
        for (int entry = 0; entry < refs.length; entry++) {
          if (known.ref(entry) != refs[entry]) { // came back under another ref meanwhile
            copyHashes(known, entry, entry + 1, kept);
          }
        }
        copyHashes(known, refs.length, known.size(), kept);
        hashes = kept;
      }
      copy.add(end, endRef, this::isKept);
      LabelIndex compacted = copy.index();
      for (int ref = 0; drops.get() != before && ref < end; ref++) {
        if (compacted.has(ref) && !isKept(ref)) {
          compacted.forget(ref); // dropped while the copy was made
        }
      }
      index = compacted;
      forgotten = compacted.seriesCount() - activeSeries;
      columns.shrink(endRef);
    } finally {
      lock.unlock();
    }
  }

  private boolean isKept(int ref) {
    return (columns.flags(ref) & DROPPED) == 0;
  }

  /// Drops every series that is not live, and gives back its memory.
  ///
  /// @return how many were dropped
  public int retainOnly(IntPredicate live) {
    int dropped = drop(endRef, live.negate());
    if (dropped > 0) {
      compact();
    }
    return dropped;
  }

  /// Takes refs below `end` as given, whether or not they have a series. For repair: a registry
  /// that lost its last batches does not know how far refs had got, the parts do.
  public void reserve(int end) {
    lock.lock();
    try {
      if (end > endRef) {
        index.ensure(end);
        columns.ensure(end, end);
        endRef = end;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether the columns of a ref below the end may be written. Those of refs that were only
  /// reserved, or that the registry left out, may not until [#makeWritable].
  public boolean isWritable(int ref) {
    return columns.isWritable(ref);
  }

  /// Lets the columns of a ref below the end be written.
  public void makeWritable(int ref) {
    lock.lock();
    try {
      columns.ensure(ref, ref + 1);
    } finally {
      lock.unlock();
    }
  }

  /// Adds the series of a batch from the registry, and takes refs below `end` as given.
  void load(SeriesBatch.Read batch, int end) {
    lock.lock();
    try {
      LabelIndex current = index;
      current.ensure(end);
      columns.ensure(batch.firstNumber(), batch.endNumber());
      columns.ensure(end, end);
      batch.addTo(current);
      activeSeries = current.seriesCount() - forgotten;
      endRef = Math.max(endRef, end);
    } finally {
      lock.unlock();
    }
  }

  /// Memory held.
  public long bytes() {
    return index.bytes() + columns.bytes() + hashes.bytes();
  }
}
