package dev.mangru.server.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets a limited number of queries run at once, and of each tenant's fewer if it is said so;
/// others wait for their turn, in the order in which they came, and give up after a while or when
/// nobody wants their answer any more. A tenant that has all it may have does not hold up others.
/// Thread-safe.
public final class QueryGate {

  /// Between two looks whether a query that waits is still wanted.
  private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(25);

  private static final String NO_TENANT = "";

  private final int limit;
  private final Duration maxWait;
  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final Deque<Waiting> queue = new ArrayDeque<>();

  @GuardedBy("lock")
  private final Map<String, Integer> runningOf = new HashMap<>();

  @GuardedBy("lock")
  private int running;

  private record Waiting(String tenant, int most, Object identity) {}

  /// @param limit queries at once, positive
  /// @param maxWait how long a query waits for its turn
  public QueryGate(int limit, Duration maxWait, Ticker ticker) {
    if (limit < 1) {
      throw new IllegalArgumentException("queries at once must be positive: " + limit);
    }
    this.limit = limit;
    this.maxWait = maxWait;
    this.ticker = ticker;
  }

  /// Queries running now.
  public int running() {
    lock.lock();
    try {
      return running;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for a turn. Close the turn when the query has ended.
  ///
  /// @throws MangruException `UNAVAILABLE` if none came in time, `CANCELED` if the thread was
  ///   interrupted
  public Turn enter() {
    return enter(NO_TENANT, Integer.MAX_VALUE, () -> {});
  }

  /// The same for a tenant's query, of which at most `most` run at once.
  ///
  /// @param check is called now and then while the query waits, and ends that by throwing
  public Turn enter(String tenant, int most, Runnable check) {
    long start = ticker.read();
    Waiting own = new Waiting(tenant, most, new Object());
    lock.lock();
    try {
      queue.addLast(own);
      try {
        while (!isNext(own)) {
          if (ticker.read() - start >= maxWait.toNanos()) {
            throw busy(own);
          }
          changed.awaitNanos(Math.min(NAP_NS, Math.max(1, maxWait.toNanos())));
          check.run();
        }
        running++;
        runningOf.merge(tenant, 1, Integer::sum);
      } finally {
        queue.remove(own);
        changed.signalAll();
      }
      return new Turn(tenant, ticker.read() - start);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MangruException(ErrorCode.CANCELED, "query was canceled in queue", e);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean isNext(Waiting own) {
    if (running >= limit) {
      return false;
    }
    for (Waiting each : queue) {
      boolean may = runningOf.getOrDefault(each.tenant, 0) < each.most;
      if (each.equals(own)) {
        return may;
      }
      if (may) {
        return false;
      }
    }
    return false;
  }

  private MangruException busy(Waiting own) {
    boolean all = running() >= limit;
    return new MangruException(
        ErrorCode.UNAVAILABLE,
        (all
                ? limit + " queries are running (mangru.query.max-concurrent)"
                : own.most + " queries of this tenant are running (max-concurrent-queries)")
            + " and none ended within "
            + maxWait.toSeconds()
            + " s; try again later");
  }

  private void leave(String tenant) {
    lock.lock();
    try {
      running--;
      runningOf.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// A place in the gate. Thread-safe; closing it again does nothing.
  public final class Turn implements AutoCloseable {

    private final String tenant;
    private final long waitedNs;
    private final AtomicBoolean over = new AtomicBoolean();

    private Turn(String tenant, long waitedNs) {
      this.tenant = tenant;
      this.waitedNs = waitedNs;
    }

    /// How long the query waited for it, in nanoseconds.
    public long waitedNs() {
      return waitedNs;
    }

    @Override
    public void close() {
      if (over.compareAndSet(false, true)) {
        leave(tenant);
      }
    }
  }
}
