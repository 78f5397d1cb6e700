package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets a limited number of queries run at once; others wait for their turn, and give up after a
/// while. Thread-safe and fair.
public final class QueryGate {

  private final Semaphore places;
  private final int limit;
  private final Duration maxWait;
  private final Ticker ticker;

  /// @param limit queries at once, positive
  /// @param maxWait how long a query waits for its turn
  public QueryGate(int limit, Duration maxWait, Ticker ticker) {
    this.places = new Semaphore(limit, true);
    this.limit = limit;
    this.maxWait = maxWait;
    this.ticker = ticker;
  }

  /// Queries running now.
  public int running() {
    return limit - places.availablePermits();
  }

  /// Waits for a turn. Close the turn when the query has ended.
  ///
  /// @throws MangruException `UNAVAILABLE` if none came in time, `CANCELED` if the thread was
  ///   interrupted
  public Turn enter() {
    long start = ticker.read();
    try {
      if (!places.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new MangruException(
            ErrorCode.UNAVAILABLE,
            limit
                + " queries are running (mangru.query.max-concurrent) and none ended within "
                + maxWait.toSeconds()
                + " s; try again later");
      }
      return new Turn(places, ticker.read() - start);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MangruException(ErrorCode.CANCELED, "query was canceled in queue", e);
    }
  }

  /// A place in the gate.
  public static final class Turn implements AutoCloseable {

    private final Semaphore places;
    private final long waitedNs;

    private Turn(Semaphore places, long waitedNs) {
      this.places = places;
      this.waitedNs = waitedNs;
    }

    /// How long the query waited for it, in nanoseconds.
    public long waitedNs() {
      return waitedNs;
    }

    @Override
    public void close() {
      places.release();
    }
  }
}
