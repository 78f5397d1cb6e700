package dev.mangru.model.metric;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The memory that all queries running at once may hold together. Thread-safe.
///
/// Each query opens a [Share], says what it is about to hold before it allocates it, and closes the
/// share when its answer has been written. An eighth is for small queries alone. Of the rest a
/// share may have four times as much as is still free, so that the second large query finds
/// something too. A query that finds no room waits for others to end; one that would find none even
/// if it were alone is refused at once.
///
/// @see <a href="https://doi.org/10.1109/90.664262">Choudhury and Hahne: Dynamic queue length
///   thresholds for shared-memory packet switches</a>
public final class QueryMemory {

  /// A share may be as many times as large as what is free. Chosen: with 4 a query alone gets
  /// nearly all.
  private static final int TIMES_FREE = 4;

  /// So large a part is for small queries. Chosen.
  private static final int RESERVED_PART = 8;

  /// A query is small that holds no more than this part: as many as may run at once have room in
  /// what is reserved. Chosen.
  private static final int SMALL_PART = 160;

  /// Between two looks whether a query that waits is still wanted.
  private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final long bytes;
  private final Duration maxWait;
  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition released = lock.newCondition();

  @GuardedBy("lock")
  private long held;

  /// Shares that hold something.
  @GuardedBy("lock")
  private int holders;

  /// Those of them that wait for more.
  @GuardedBy("lock")
  private int waitingHolders;

  /// @param bytes of all queries together, positive
  /// @param maxWait how long a query waits for others to end
  public QueryMemory(long bytes, Duration maxWait, Ticker ticker) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("the memory of queries must be positive: " + bytes);
    }
    this.bytes = bytes;
    this.maxWait = maxWait;
    this.ticker = ticker;
  }

  /// Memory without a bound, for tools and tests that run one query at a time.
  public static QueryMemory unbounded() {
    return new QueryMemory(Long.MAX_VALUE / 8, Duration.ZERO, Ticker.SYSTEM);
  }

  /// Bytes that all queries may hold together.
  public long bytes() {
    return bytes;
  }

  /// Bytes that they hold now.
  public long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes that one query may have when there is no other.
  public long mostOfOne() {
    return (bytes - bytes / RESERVED_PART) / (TIMES_FREE + 1) * TIMES_FREE;
  }

  /// The share of one query; close it when its answer has gone.
  public Share open() {
    return new Share();
  }

  /// What one query holds. Thread-safe, though only one thread at a time may wait for more.
  public final class Share implements AutoCloseable {

    @GuardedBy("QueryMemory.this.lock")
    private long mine;

    private Share() {}

    /// Takes `more` bytes, which are not allocated yet; waits for them if need be.
    ///
    /// @param check is called now and then while waiting, and ends it by throwing
    /// @throws MangruException `QUERY_LIMIT` if one query may not hold so much, `UNAVAILABLE` if
    ///   others hold too much for too long
    public void hold(long more, Runnable check) {
      if (tryHold(more)) {
        return;
      }
      long deadline = ticker.read() + maxWait.toNanos();
      lock.lock();
      try {
        while (!fits(more)) {
          if (mine + more > mostOfOne()) {
            throw tooMuch(mine + more);
          }
          boolean holder = mine > 0;
          if (ticker.read() - deadline >= 0 || (holder && waitingHolders + 1 >= holders)) {
            throw busy(more); // none of those that hold something would ever let go of it
          }
          waitingHolders += holder ? 1 : 0;
          try {
            released.awaitNanos(NAP_NS);
          } finally {
            waitingHolders -= holder ? 1 : 0;
          }
          check.run();
        }
        take(more);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new MangruException(ErrorCode.CANCELED, "query was canceled in queue", e);
      } finally {
        lock.unlock();
      }
    }

    /// Takes `more` bytes if that needs no waiting.
    public boolean tryHold(long more) {
      lock.lock();
      try {
        if (!fits(more)) {
          return false;
        }
        take(more);
        return true;
      } finally {
        lock.unlock();
      }
    }

    @GuardedBy("QueryMemory.this.lock")
    private boolean fits(long more) {
      long free = bytes - held - more;
      return mine + more <= bytes / SMALL_PART
          ? free >= 0
          : mine + more <= TIMES_FREE * (free - bytes / RESERVED_PART);
    }

    @GuardedBy("QueryMemory.this.lock")
    private void take(long more) {
      holders += mine == 0 && more > 0 ? 1 : 0;
      mine += more;
      held += more;
    }

    /// Gives back `fewer` bytes; no more than are held.
    public void release(long fewer) {
      lock.lock();
      try {
        long less = Math.min(fewer, mine);
        if (less > 0) {
          mine -= less;
          held -= less;
          holders -= mine == 0 ? 1 : 0;
          released.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    /// Bytes held.
    public long held() {
      lock.lock();
      try {
        return mine;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      release(Long.MAX_VALUE);
    }
  }

  private MangruException tooMuch(long wanted) {
    return new MangruException(
        ErrorCode.QUERY_LIMIT,
        "query processing would load too many samples into memory in query execution: it would hold "
            + wanted
            + " bytes and one query may hold "
            + mostOfOne());
  }

  private MangruException busy(long wanted) {
    return new MangruException(
        ErrorCode.UNAVAILABLE,
        "running queries hold too much of the "
            + bytes
            + " bytes that all may hold together for one that needs "
            + wanted
            + " more; try again later");
  }
}
