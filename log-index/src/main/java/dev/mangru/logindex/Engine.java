package dev.mangru.logindex;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.logindex.schema.ByteSink;
import dev.mangru.logindex.schema.WalBatch;
import dev.mangru.logindex.shard.Shard;
import dev.mangru.logindex.shard.Shards;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The write path: write-ahead log, indexing thread and shards, opened together and, when one of
/// them fails, thrown away together.
///
/// **Exactly once.** Every record has a sequence number, and reaches the log, the indexing thread
/// and its shard in that order. A Lucene commit of a shard is therefore a prefix of the shard's
/// records; after a crash the log is read again and each shard passes over what it has.
///
/// Thread-safe, except that [#commit], [#maintainShards] and [#close] belong to one thread at a
/// time.
final class Engine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private static final int KIB = 1024;

  /// Longest wait for room in the queue before the sender is told to come back.
  private static final long MAX_WAIT_SECONDS = 10;

  private final LogIndexOptions options;
  private final Shards shards;
  private final RecordLog wal;
  private final Indexer indexer;
  private final Semaphore room;
  private final int roomKib;
  private final AtomicLong uncommittedBytes = new AtomicLong();
  private volatile boolean abandoned;

  private final ReentrantLock ordering = new ReentrantLock();

  @GuardedBy("ordering")
  private long nextSeq;

  private Engine(
      LogIndexOptions options,
      Shards shards,
      RecordLog wal,
      long lastSeq,
      Tails tails,
      InstantSource clock) {
    this.options = options;
    this.shards = shards;
    this.wal = wal;
    this.nextSeq = lastSeq + 1;
    this.roomKib = (int) Math.min(options.writing().queueBytes() / KIB, Integer.MAX_VALUE);
    this.room = new Semaphore(roomKib);
    this.indexer = new Indexer(shards, tails, room, clock, lastSeq);
  }

  /// Opens what is in the directory and brings the shards up to the end of the log.
  ///
  /// @param unmerged from [Shards#corrupt] of the engine before
  static Engine open(
      LogIndexOptions options, Tails tails, InstantSource clock, Set<String> unmerged)
      throws IOException {
    Shards shards =
        Shards.open(
            options.disk(),
            shardDirectory(options.directory()),
            unmerged,
            options.shard(),
            options.writing().bufferBytes() / (double) (1 << 20));
    RecordLog wal = null;
    try {
      Replay replay = new Replay(shards, options, clock.instant());
      boolean damaged = false;
      Path directory = walDirectory(options.directory());
      try {
        wal = openWal(options, directory, replay);
      } catch (CorruptDataException e) {
        // What was read before the damage is in the shards; make it durable before the log goes.
        shards.commit();
        setAside(options.disk(), directory, e);
        damaged = true;
        wal = openWal(options, directory, replay);
      }
      Engine engine =
          new Engine(options, shards, wal, Math.max(shards.maxSeq(), replay.lastSeq), tails, clock);
      engine.uncommittedBytes.set(replay.bytes);
      if (replay.bytes > 0 || damaged) {
        LOG.atInfo()
            .addKeyValue("records", replay.added)
            .addKeyValue("alreadyIndexed", replay.skipped)
            .log("replayed the write-ahead log of the log index");
      }
      engine.indexer.start();
      return engine;
    } catch (IOException | RuntimeException e) {
      if (wal != null) {
        wal.close();
      }
      shards.close();
      throw e;
    }
  }

  private static RecordLog openWal(LogIndexOptions options, Path directory, Replay replay)
      throws IOException {
    return RecordLog.open(
        options.disk(), directory, "logs-wal", options.writing().walSegmentBytes(), replay);
  }

  private static void setAside(Disk disk, Path directory, CorruptDataException cause)
      throws IOException {
    Path aside = directory;
    for (int i = 1; disk.exists(aside); i++) {
      aside = directory.resolveSibling(directory.getFileName() + ".damaged-" + i);
    }
    disk.rename(directory, aside);
    LOG.atError()
        .addKeyValue("path", directory)
        .addKeyValue("movedTo", aside)
        .setCause(cause)
        .log(
            "the write-ahead log of the log index is damaged and was set aside; records after the"
                + " damage that were not committed yet are missing");
  }

  static Path walDirectory(Path directory) {
    return directory.resolve("wal");
  }

  static Path shardDirectory(Path directory) {
    return directory.resolve("shards");
  }

  /// Adds what the log has and the shards have not.
  private static final class Replay implements RecordLog.Reader {
    private final Shards shards;
    private final long oldestNs;
    private final Instant now;
    private long lastSeq;
    private long bytes;
    private long added;
    private long skipped;

    Replay(Shards shards, LogIndexOptions options, Instant now) {
      this.shards = shards;
      this.now = now;
      this.oldestNs = RecordIntake.nanos(now) - options.retention().toNanos();
    }

    @Override
    public void read(RecordLog.Position position, java.nio.ByteBuffer payload) throws IOException {
      bytes += payload.remaining();
      WalBatch batch;
      try {
        batch = WalBatch.decode(payload);
      } catch (IOException e) {
        throw new CorruptDataException(
            Path.of("%08d.log".formatted(position.segment())),
            position.offset(),
            "a batch of log records",
            String.valueOf(e.getMessage()));
      }
      long seq = batch.firstSeq();
      for (LogRecord record : batch.records()) {
        if (record.timestampNs() >= oldestNs && shards.add(record, seq, now)) {
          added++;
        } else {
          skipped++;
        }
        seq++;
      }
      lastSeq = Math.max(lastSeq, batch.lastSeq());
    }
  }

  /// A batch on its way to the disk.
  final class Pending {
    private final RecordLog.Ticket ticket;
    private final AtomicBoolean handedOver;
    private final int permits;

    private Pending(RecordLog.Ticket ticket, AtomicBoolean handedOver, int permits) {
      this.ticket = ticket;
      this.handedOver = handedOver;
      this.permits = permits;
    }

    /// Waits until the batch is on stable storage.
    void await() {
      try {
        ticket.await();
      } catch (MangruException e) {
        if (handedOver.compareAndSet(false, true)) {
          room.release(permits);
        }
        throw e;
      }
    }
  }

  /// Queues a batch for the log.
  Pending submit(List<LogRecord> records) {
    checkIndexing();
    ByteSink bytes = new ByteSink();
    WalBatch.encode(records, bytes);
    int permits = Math.max(1, Math.min(roomKib, bytes.length() / KIB));
    waitForRoom(permits);
    AtomicBoolean handedOver = new AtomicBoolean();
    ordering.lock();
    try {
      WalBatch batch = new WalBatch(nextSeq, records);
      WalBatch.number(bytes, batch.firstSeq());
      RecordLog.Ticket ticket =
          wal.submit(
              bytes.toByteBuffer(),
              () -> {
                handedOver.set(true);
                indexer.enqueue(batch, permits);
              });
      nextSeq += records.size();
      uncommittedBytes.addAndGet(bytes.length());
      return new Pending(ticket, handedOver, permits);
    } catch (RuntimeException e) {
      room.release(permits);
      throw e;
    } finally {
      ordering.unlock();
    }
  }

  private void checkIndexing() {
    Throwable broken = indexer.brokenBy();
    if (broken != null) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "log index "
              + options.directory()
              + " cannot index: "
              + broken
              + "; it tries to heal every few seconds",
          broken);
    }
  }

  private void waitForRoom(int permits) {
    try {
      if (room.tryAcquire(permits, MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "interrupted while waiting for the log index", e);
    }
    throw new MangruException(
        ErrorCode.OVERLOADED,
        "log index "
            + options.directory()
            + " is behind by "
            + options.writing().queueBytes()
            + " bytes; send again in a few seconds");
  }

  /// The shards, with everything that was acknowledged before this call.
  Shards shards() {
    indexer.await();
    checkIndexing();
    return shards;
  }

  /// The shards as they are, for figures.
  Shards shardsAsTheyAre() {
    return shards;
  }

  /// Memory of Lucene's writers.
  long writerBytes() {
    return shards.all().stream().mapToLong(Shard::writerBytes).sum();
  }

  /// Records in the index.
  long documents() {
    return shards.all().stream().mapToLong(Shard::documents).sum();
  }

  /// Bytes appended since the last commit, replay included.
  long uncommittedBytes() {
    return uncommittedBytes.get();
  }

  /// Bytes of acknowledged records that are not indexed yet.
  long queuedBytes() {
    return (long) (roomKib - room.availablePermits()) * KIB;
  }

  /// The sequence number of the last durable record.
  long lastDurableSeq() {
    return indexer.enqueuedSeq();
  }

  /// What broke indexing or a shard's writer, or null while they work.
  @Nullable Throwable brokenBy() {
    Throwable indexing = indexer.brokenBy();
    return indexing != null ? indexing : shards.brokenBy();
  }

  /// What broke the write-ahead log, or null while it works.
  @Nullable Throwable logBrokenBy() {
    return wal.brokenBy();
  }

  /// Whether records are taken and indexed.
  boolean healthy() {
    return logBrokenBy() == null && brokenBy() == null;
  }

  /// Makes every indexed record durable in its shard and drops the part of the log before.
  void commit() throws IOException {
    long bytes = uncommittedBytes.get();
    if (bytes == 0) {
      return;
    }
    long firstKept = wal.rotate();
    indexer.await();
    Throwable broken = indexer.brokenBy();
    if (broken != null) {
      throw new IOException("indexing has failed: " + broken, broken);
    }
    shards.commit();
    wal.deleteBefore(firstKept);
    uncommittedBytes.addAndGet(-bytes);
  }

  /// Removes the shards that ended before `oldest`, and lets go of the writers that had nothing to
  /// do since `quietSince`.
  void maintainShards(Instant oldest, Instant quietSince) throws IOException {
    indexer.pausedWhile(() -> {
      shards.retire(RecordIntake.nanos(oldest));
      shards.rest(quietSince);
    });
  }

  /// Lets go of everything as it is. What was not committed comes back from the log.
  void abandon() throws IOException {
    abandoned = true;
    wal.close();
    indexer.close();
    shards.close();
  }

  /// Whether its shards are being closed, so that a search may have missed some.
  boolean abandoned() {
    return abandoned;
  }

  /// Commits and closes.
  @Override
  public void close() throws IOException {
    IOException failure = null;
    try {
      commit();
    } catch (IOException | RuntimeException e) { // Lucene's are unchecked
      failure = e instanceof IOException io ? io : new IOException(e);
    }
    try {
      abandon();
    } catch (IOException e) {
      if (failure == null) {
        failure = e;
      } else {
        failure.addSuppressed(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
