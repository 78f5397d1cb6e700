package dev.mangru.tsdb.promql;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.Arrays;

/// Time and memory that one query may still take. Confined to one thread; others that help the
/// query have a [#fork].
final class QueryBudget {

  /// Samples between two looks at the clock: about 20 µs of scanning.
  private static final int CHECK_EVERY = 4_096;

  /// Filling this many takes about as long as [#CHECK_EVERY] samples of scanning.
  private static final int FILL_AT_ONCE = 1 << 16;

  private final Ticker ticker;
  private final long deadline;
  private final Cancellation cancellation;
  private final long maxSamples;
  private long held;
  private long read;
  private int untilCheck;

  QueryBudget(Ticker ticker, Duration timeout, Cancellation cancellation, long maxSamples) {
    this(ticker, ticker.read() + Math.max(0, saturatedNanos(timeout)), cancellation, maxSamples);
  }

  private QueryBudget(Ticker ticker, long deadline, Cancellation cancellation, long maxSamples) {
    this.ticker = ticker;
    this.deadline = deadline;
    this.cancellation = cancellation;
    this.maxSamples = maxSamples;
  }

  private static long saturatedNanos(Duration timeout) {
    return timeout.compareTo(Duration.ofDays(365)) > 0
        ? Duration.ofDays(365).toNanos()
        : timeout.toNanos();
  }

  /// Counts `samples` of work and ends the query if its time is over.
  void work(int samples) {
    untilCheck -= samples;
    if (untilCheck <= 0) {
      check();
    }
  }

  /// Ends the query if its time is over or nobody wants the answer any more.
  void check() {
    untilCheck = CHECK_EVERY;
    if (cancellation.requested()) {
      throw new MangruException(ErrorCode.CANCELED, "query was canceled in expression evaluation");
    }
    if (deadline - ticker.read() < 0) {
      throw new MangruException(ErrorCode.TIMEOUT, "query timed out in expression evaluation");
    }
  }

  /// Counts samples that are about to be allocated, before they are.
  void hold(long samples) {
    held += samples;
    if (held > maxSamples) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "query processing would load too many samples into memory in query execution");
    }
  }

  /// Counts samples that may be allocated, unless that would take more than a quarter of what is
  /// allowed in all.
  boolean tryHold(long samples) {
    if (held + samples > maxSamples / 4) {
      return false;
    }
    held += samples;
    return true;
  }

  /// An array without any value, counted before it exists.
  double[] allocate(int steps) {
    hold(steps);
    double[] values = new double[steps];
    for (int from = 0; from < steps; from += FILL_AT_ONCE) {
      int to = Math.min(steps, from + FILL_AT_ONCE);
      Arrays.fill(values, from, to, StepSeries.ABSENT);
      work((to - from) >> 4);
    }
    return values;
  }

  /// A copy of `values`, counted before it exists.
  double[] copy(double[] values) {
    hold(values.length);
    work(values.length >> 4);
    return values.clone();
  }

  /// A budget for another thread that works on the same query: it ends with this one, and what it
  /// may hold is held here until [#join].
  QueryBudget fork(long samples) {
    hold(samples);
    return new QueryBudget(ticker, deadline, cancellation, samples);
  }

  /// Takes back what [#fork] gave.
  void join(QueryBudget forked) {
    release(forked.maxSamples);
    read += forked.read;
  }

  /// How many samples may be held yet.
  long room() {
    return maxSamples - held;
  }

  /// Gives back what [#hold] counted.
  void release(long samples) {
    held -= samples;
  }

  /// Counts samples read from the store.
  void countRead(long samples) {
    read += samples;
  }

  long samplesRead() {
    return read;
  }
}
