package dev.mangru.logindex.search;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Duration;

/// What one search may still take. Confined to the searching thread.
public final class SearchBudget {

  private static final int CHECK_EVERY = 4096;

  private final Ticker ticker;
  private final long startTick;
  private final Duration timeout;
  private final long maxLinesRead;
  private long linesRead;
  private int untilCheck = CHECK_EVERY;

  /// A fresh budget.
  ///
  /// @param timeout how long the search may run
  /// @param maxLinesRead how many stored lines it may read to check their text
  public SearchBudget(Ticker ticker, Duration timeout, long maxLinesRead) {
    this.ticker = ticker;
    this.startTick = ticker.read();
    this.timeout = timeout;
    this.maxLinesRead = maxLinesRead;
  }

  /// Counts one record looked at.
  void look() {
    if (--untilCheck <= 0) {
      checkTime();
    }
  }

  /// Counts one stored line read; costs about as much as 64 records looked at.
  void readLine() {
    linesRead++;
    untilCheck -= 64;
    if (linesRead > maxLinesRead) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "the search read more than "
              + maxLinesRead
              + " lines; narrow it with a label such as {app=\"...\"}, a shorter time range, or a"
              + " longer word");
    }
    if (untilCheck <= 0) {
      checkTime();
    }
  }

  /// Stored lines read so far.
  public long linesRead() {
    return linesRead;
  }

  /// Throws `TIMEOUT` once the time is up.
  void checkTime() {
    untilCheck = CHECK_EVERY;
    if (ticker.read() - startTick > timeout.toNanos()) {
      throw new MangruException(
          ErrorCode.TIMEOUT,
          "the search took longer than "
              + timeout.toSeconds()
              + " s and read "
              + linesRead
              + " lines; narrow it with a label such as {app=\"...\"}, a shorter time range, or a"
              + " longer word");
    }
  }
}
