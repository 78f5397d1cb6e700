package dev.mangru.logindex;

import dev.mangru.logindex.schema.WalBatch;
import dev.mangru.logindex.shard.Shards;
import dev.mangru.model.log.LogRecord;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Takes durable batches in order and adds them to the shards, on one thread of its own.
///
/// Thread-safe. After a failure nothing more is indexed: [#brokenBy] tells the first cause, and the
/// records wait in the write-ahead log.
final class Indexer implements AutoCloseable {

  /// A batch on its way, and the room in the queue that it holds.
  private record Work(WalBatch batch, int room) {}

  private final Shards shards;
  private final Tails tails;
  private final Semaphore room;
  private final InstantSource clock;
  private final Thread thread;

  /// Held while a batch is added, and by whoever takes shards away.
  private final ReentrantLock indexing = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Work> queue = new ArrayDeque<>();
  private long enqueuedSeq;
  private long indexedSeq;
  private boolean closing;
  private @Nullable Throwable brokenBy;

  /// @param room permits that a batch holds until it is indexed
  Indexer(Shards shards, Tails tails, Semaphore room, InstantSource clock, long indexedSeq) {
    this.shards = shards;
    this.tails = tails;
    this.room = room;
    this.clock = clock;
    this.enqueuedSeq = indexedSeq;
    this.indexedSeq = indexedSeq;
    this.thread = Thread.ofPlatform().name("logs-index").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Queues a batch; never waits.
  void enqueue(WalBatch batch, int permits) {
    lock.lock();
    try {
      if (brokenBy != null) {
        room.release(permits); // durable in the write-ahead log, which brings it back
        return;
      }
      queue.add(new Work(batch, permits));
      enqueuedSeq = batch.lastSeq();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until everything queued so far can be found, or indexing has failed.
  void await() {
    lock.lock();
    try {
      long target = enqueuedSeq;
      while (indexedSeq < target && brokenBy == null && !(closing && queue.isEmpty())) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /// The sequence number of the last durable record.
  long enqueuedSeq() {
    lock.lock();
    try {
      return enqueuedSeq;
    } finally {
      lock.unlock();
    }
  }

  /// What ended indexing, or null while it works.
  @Nullable Throwable brokenBy() {
    lock.lock();
    try {
      return brokenBy;
    } finally {
      lock.unlock();
    }
  }

  /// Runs `work` while no record is being added.
  void pausedWhile(Maintenance work) throws IOException {
    indexing.lock();
    try {
      work.run();
    } finally {
      indexing.unlock();
    }
  }

  /// Work on shards.
  interface Maintenance {
    void run() throws IOException;
  }

  private void run() {
    while (true) {
      Work work;
      lock.lock();
      try {
        while (queue.isEmpty() && !closing) {
          changed.awaitUninterruptibly();
        }
        work = queue.poll();
        if (work == null) {
          return;
        }
      } finally {
        lock.unlock();
      }
      Throwable failure = index(work.batch);
      room.release(work.room);
      lock.lock();
      try {
        if (failure == null) {
          indexedSeq = work.batch.lastSeq();
        } else {
          brokenBy = failure;
          queue.forEach(left -> room.release(left.room));
          queue.clear();
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      if (failure != null) {
        return;
      }
      tails.publish(work.batch);
    }
  }

  private @Nullable Throwable index(WalBatch batch) {
    indexing.lock();
    try {
      long seq = batch.firstSeq();
      for (LogRecord record : batch.records()) {
        shards.add(record, seq++, clock.instant());
      }
      return null;
    } catch (IOException | RuntimeException | Error e) {
      return e; // told by brokenBy to every append, and healed from the write-ahead log
    } finally {
      indexing.unlock();
    }
  }

  /// Indexes what is queued, then ends.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
