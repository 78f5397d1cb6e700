package dev.mangru.tsdb.v1.head;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import dev.mangru.tsdb.v1.chunk.Newest;
import dev.mangru.tsdb.v1.index.MemoryIndex;
import dev.mangru.tsdb.v1.index.Postings;
import dev.mangru.tsdb.v1.index.SampleSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// The samples of one stretch of the write-ahead log. Thread-safe.
///
/// A store has one active head. Sealing puts a fresh one in its place, at a log segment of its own,
/// and turns the old one into blocks; a head is dropped together with its stretch of the log. So a
/// head never shrinks, and a query that holds one can go on reading it.
///
/// Only durable records are applied, each under the write lock: a reader sees whole records.
/// [#resolve] runs before the record is durable; what it adds stays invisible to [#select] until a
/// sample is stored.
public final class Head implements SampleSource {

  /// Memory of a series beside its samples and texts: objects, map entries, postings. Estimated
  /// from object layouts, rounded up.
  private static final int SERIES_OVERHEAD_BYTES = 400;

  private final ConcurrentHashMap<Labels, HeadSeries> byLabels = new ConcurrentHashMap<>();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  // Guarded by lock.
  private final MemoryIndex index = new MemoryIndex();
  private final List<HeadSeries> indexed = new ArrayList<>();
  private long minMs = Long.MAX_VALUE;
  private long maxMs = Long.MIN_VALUE;

  private long sampleCount;
  private long byteCount;

  // Copies of the two above for those without the lock, as of the last whole record.
  private volatile long samples;
  private volatile long bytes;

  /// The series with these labels, or null.
  public @Nullable HeadSeries find(Labels labels) {
    return byLabels.get(labels);
  }

  /// Adds a series that [#find] does not know. Guarded by the store's submit lock.
  public HeadSeries add(long ref, Labels labels) {
    HeadSeries series = new HeadSeries(ref, labels);
    byLabels.put(labels, series);
    return series;
  }

  /// Series, those without samples included.
  public long seriesCount() {
    return byLabels.mappingCount();
  }

  /// Samples stored.
  public long samples() {
    return samples;
  }

  /// Memory held, about.
  public long bytes() {
    return bytes;
  }

  /// First and last time of any sample, or null while there is none.
  public @Nullable TimeRange range() {
    lock.readLock().lock();
    try {
      return sampleCount == 0 ? null : new TimeRange(minMs, maxMs);
    } finally {
      lock.readLock().unlock();
    }
  }

  /// Takes the write lock for one record: every change is made between this and [#endRecord].
  public void beginRecord() {
    lock.writeLock().lock();
  }

  /// Lets readers see the record.
  public void endRecord() {
    samples = sampleCount;
    bytes = byteCount;
    lock.writeLock().unlock();
  }

  /// Makes a series known for good.
  public void define(HeadSeries series, @Nullable Newest before) {
    series.define(before);
  }

  /// Adds a sample, unless the series' newest one is in its way.
  public Outcome append(HeadSeries series, long timestampMs, long valueBits) {
    int before = series.openBytes();
    Outcome outcome = series.append(timestampMs, valueBits);
    if (outcome != Outcome.STORED) {
      return outcome;
    }
    if (!series.indexed()) {
      series.setIndexed();
      index.add(series.labels());
      indexed.add(series);
      byteCount += SERIES_OVERHEAD_BYTES + textBytes(series.labels());
    }
    // A closed chunk keeps its bytes and the new open one adds its own.
    int after = series.openBytes();
    byteCount += after >= before ? after - before : after;
    minMs = Math.min(minMs, timestampMs);
    maxMs = Math.max(maxMs, timestampMs);
    sampleCount++;
    return outcome;
  }

  private static long textBytes(Labels labels) {
    long total = 0;
    for (int i = 0; i < labels.count(); i++) {
      total += 48L + labels.name(i).length() + labels.value(i).length();
    }
    return total;
  }

  @Override
  public List<Selected> select(List<LabelMatcher> matchers, TimeRange range) {
    lock.readLock().lock();
    try {
      if (maxMs < range.startMs() || minMs > range.endMs()) {
        return List.of();
      }
      Postings postings = index.select(matchers);
      List<Selected> found = new ArrayList<>(postings.size());
      for (int i = 0; i < postings.size(); i++) {
        HeadSeries series = indexed.get(postings.get(i));
        ChunkRun run = ChunkRun.of(series.chunks());
        if (ChunkRun.anyIn(run, range.startMs(), range.endMs())) {
          found.add(new Selected(series.labels(), run));
        }
      }
      return found;
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public boolean allNames(TimeRange range, Set<String> names) {
    lock.readLock().lock();
    try {
      boolean all = allIn(range);
      if (all) {
        names.addAll(index.names());
      }
      return all;
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public boolean allValues(String name, TimeRange range, Set<String> values) {
    lock.readLock().lock();
    try {
      boolean all = allIn(range);
      if (all) {
        values.addAll(index.values(name));
      }
      return all;
    } finally {
      lock.readLock().unlock();
    }
  }

  private boolean allIn(TimeRange range) {
    return sampleCount == 0 || (range.contains(minMs) && range.contains(maxMs));
  }

  /// Every series that has samples, sorted by labels, with its chunks. For sealing, when nothing is
  /// appended any more.
  public List<Selected> sorted() {
    lock.readLock().lock();
    try {
      List<Selected> all = new ArrayList<>(indexed.size());
      for (HeadSeries series : indexed) {
        all.add(new Selected(series.labels(), ChunkRun.of(series.chunks())));
      }
      all.sort((a, b) -> a.labels().compareTo(b.labels()));
      return all;
    } finally {
      lock.readLock().unlock();
    }
  }
}
