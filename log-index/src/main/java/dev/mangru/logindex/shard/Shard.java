package dev.mangru.logindex.shard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogByteSizeMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// The log records of one stretch of time, in one Lucene index.
///
/// Records come in ascending order of sequence number, from one thread. Lucene's commit is then
/// always a prefix of them: the highest sequence number in the index says exactly which records it
/// has, and replay skips those. There is nothing to keep in step with the documents.
///
/// Searching and committing are thread-safe; [#add] is confined to the indexing thread.
public final class Shard implements AutoCloseable {

  /// Merging stops at segments of this size: bounds the work that one merge can cause. Lucene's
  /// default for forced merges apart, chosen to keep a day of 20 GB at some 10 large segments.
  private static final double MAX_MERGED_SEGMENT_MB = 2048;

  /// Streams whose labels are kept at hand. Chosen: some 10 MB.
  private static final int MAX_REMEMBERED_STREAMS = 20_000;

  private final ShardName name;
  private final Path path;
  private final Directory directory;
  private final double writerBufferMb;
  private final boolean merging;
  private final Map<BytesRef, Labels> streams = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private @Nullable IndexWriter writer;

  @GuardedBy("lock")
  private @Nullable DirectoryReader reader;

  /// Whether the writer has documents that the reader does not show.
  private volatile boolean changed;

  /// Highest sequence number in the index; written by the indexing thread.
  private volatile long maxSeq;

  private volatile Instant lastWrite = Instant.MIN;

  private Shard(
      ShardName name, Path path, Directory directory, double writerBufferMb, boolean merging) {
    this.name = name;
    this.path = path;
    this.directory = directory;
    this.writerBufferMb = writerBufferMb;
    this.merging = merging;
  }

  /// Opens the index in `path`, or prepares an empty one.
  ///
  /// @param merging whether small segments are merged into larger ones
  /// @throws IOException if Lucene cannot open what is there
  static Shard open(ShardName name, Path path, double writerBufferMb, boolean merging)
      throws IOException {
    Directory directory = FSDirectory.open(path);
    Shard shard = new Shard(name, path, directory, writerBufferMb, merging);
    try {
      shard.openReader();
      return shard;
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private void openReader() throws IOException {
    lock.lock();
    try {
      if (DirectoryReader.indexExists(directory)) {
        reader = DirectoryReader.open(directory);
        maxSeq = Math.max(0, DocValuesSkipper.globalMaxValue(reader, LineDocument.SEQ));
        if (reader.maxDoc() == 0) {
          maxSeq = 0;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Start of its time, nanoseconds since the epoch, inclusive.
  public long startNs() {
    return name.startNs();
  }

  /// End of its time, nanoseconds since the epoch, exclusive.
  public long endNs() {
    return name.endNs();
  }

  /// Its folder.
  public Path path() {
    return path;
  }

  /// The highest sequence number in it, 0 if it is empty.
  public long maxSeq() {
    return maxSeq;
  }

  /// Adds a record that is not in it yet.
  void add(LogRecord record, long seq, LineDocument document, Instant now) throws IOException {
    IndexWriter target = openWriter();
    target.addDocument(document.of(record, seq));
    maxSeq = seq;
    lastWrite = now;
    changed = true;
  }

  private IndexWriter openWriter() throws IOException {
    lock.lock();
    try {
      if (writer == null) {
        IndexWriterConfig config = config(writerBufferMb);
        if (!merging) {
          config.setMergePolicy(NoMergePolicy.INSTANCE);
        }
        writer = new IndexWriter(directory, config);
      }
      return writer;
    } finally {
      lock.unlock();
    }
  }

  private static IndexWriterConfig config(double bufferMb) {
    LogByteSizeMergePolicy merges = new LogByteSizeMergePolicy();
    merges.setMaxMergeMB(MAX_MERGED_SEGMENT_MB);
    merges.setNoCFSRatio(0);
    ConcurrentMergeScheduler scheduler = new ConcurrentMergeScheduler();
    scheduler.setMaxMergesAndThreads(4, 1);
    return new IndexWriterConfig()
        .setRAMBufferSizeMB(bufferMb)
        .setUseCompoundFile(false)
        .setMergePolicy(merges)
        .setMergeScheduler(scheduler)
        .setCommitOnClose(false);
  }

  /// Makes everything added so far durable. Does nothing if nothing was added since.
  void commit() throws IOException {
    IndexWriter target;
    lock.lock();
    try {
      target = writer;
    } finally {
      lock.unlock();
    }
    if (target != null && target.hasUncommittedChanges()) {
      try {
        target.commit();
      } catch (IllegalStateException e) { // Lucene's word for a writer that has failed before
        throw new IOException("shard " + path + " has stopped writing: " + e.getMessage(), e);
      }
    }
  }

  /// Lets go of the writer if nothing was written since `before`. Call it from the thread that
  /// calls [#commit], while the indexing thread does not add to this shard.
  void rest(Instant before) throws IOException {
    if (!lastWrite.isBefore(before)) {
      return;
    }
    lock.lock();
    try {
      if (writer == null) {
        return;
      }
      IndexWriter resting = writer;
      resting.commit();
      DirectoryReader fresh = DirectoryReader.open(directory);
      if (reader != null) {
        reader.decRef();
      }
      reader = fresh;
      changed = false;
      writer = null;
      resting.close();
    } finally {
      lock.unlock();
    }
  }

  /// A view of everything added so far. Close it.
  public ShardView view() throws IOException {
    lock.lock();
    try {
      if (changed && writer != null) {
        changed = false;
        try {
          DirectoryReader fresh =
              reader == null
                  ? DirectoryReader.open(writer)
                  : DirectoryReader.openIfChanged(reader, writer);
          if (fresh != null) {
            if (reader != null) {
              reader.decRef();
            }
            reader = fresh;
          }
        } catch (IOException | RuntimeException e) {
          changed = true;
          throw e;
        }
      }
      if (reader != null) {
        reader.incRef();
      }
      return new ShardView(this, reader);
    } finally {
      lock.unlock();
    }
  }

  /// The labels that a stream's term names; the same object for the same stream, as long as they
  /// fit.
  Labels streamLabels(BytesRef term) throws IOException {
    Labels known = streams.get(term);
    if (known == null) {
      known = LineDocument.streamLabels(term);
      if (streams.size() >= MAX_REMEMBERED_STREAMS) {
        return known;
      }
      Labels earlier = streams.putIfAbsent(BytesRef.deepCopyOf(term), known);
      known = earlier == null ? known : earlier;
    }
    return known;
  }

  /// Documents in it, those included that no search shows yet.
  public long documents() {
    lock.lock();
    try {
      if (writer != null && writer.isOpen()) {
        return writer.getDocStats().maxDoc;
      }
      return reader == null ? 0 : reader.maxDoc();
    } finally {
      lock.unlock();
    }
  }

  /// Bytes of memory that its writer holds.
  public long writerBytes() {
    lock.lock();
    try {
      return writer == null || !writer.isOpen() ? 0 : writer.ramBytesUsed();
    } finally {
      lock.unlock();
    }
  }

  /// What made Lucene give its writer up, or null while it works: a disk that failed or damage that
  /// was found, in a merge or a refresh as well as in [#add].
  @Nullable Throwable brokenBy() {
    lock.lock();
    try {
      return writer == null ? null : writer.getTragicException();
    } finally {
      lock.unlock();
    }
  }

  /// Closes without committing: what is not committed comes back from the write-ahead log.
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (reader != null) {
        reader.decRef();
        reader = null;
      }
      if (writer != null) {
        // Waits, too, for a merge that found damage and is closing the writer on its own thread:
        // the
        // lock must be free before anyone opens the shard again.
        writer.rollback();
        writer = null;
      }
    } finally {
      lock.unlock();
      directory.close();
    }
  }

  /// Oldest time first.
  static final Comparator<Shard> BY_TIME =
      Comparator.comparingLong(Shard::startNs).thenComparingLong(Shard::endNs);

  @Override
  public String toString() {
    return path.toString();
  }
}
