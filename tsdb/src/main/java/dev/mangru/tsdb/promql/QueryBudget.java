package dev.mangru.tsdb.promql;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.QueryGuard;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Time and memory that one query may still take. Confined to one thread; others that help the
/// query have a [#fork].
///
/// Memory is counted in samples, 16 bytes each, before it is allocated: against what the query may
/// hold, and against what all queries may hold together ([QueryMemory]), of which it takes a little
/// more than it needs at a time.
final class QueryBudget implements QueryGuard {

  /// A time and a value.
  static final int SAMPLE_BYTES = 16;

  /// Samples that are taken from the common memory at once, at least and at most. Chosen: 64 KiB is
  /// as much as most queries ever hold, and 1 MiB is taken often enough.
  private static final long LEAST_TAKEN = 1 << 12;

  private static final long MOST_TAKEN = 1 << 16;

  /// Characters of one label that are not counted by themselves. Chosen.
  private static final int USUAL_TEXT = 64;

  /// Samples between two looks at the clock: about 20 µs of scanning.
  private static final int CHECK_EVERY = 4_096;

  /// Filling this many takes about as long as [#CHECK_EVERY] samples of scanning.
  private static final int FILL_AT_ONCE = 1 << 16;

  private final Ticker ticker;
  private final long deadline;
  private final Cancellation cancellation;
  private final long maxSamples;

  /// Null where what may be held was taken before.
  private final QueryMemory.@Nullable Share share;

  /// Samples taken from the share.
  private long taken;

  private long held;

  /// Part of it that selections hold.
  private long selected;

  private long mostHeld;

  /// Part of what is held that forks may hold, and mostly do not.
  private long reserved;

  private long read;
  private int untilCheck;

  QueryBudget(
      Ticker ticker,
      Duration timeout,
      Cancellation cancellation,
      long maxSamples,
      QueryMemory.@Nullable Share share) {
    this(
        ticker,
        ticker.read() + Math.max(0, saturatedNanos(timeout)),
        cancellation,
        maxSamples,
        share);
  }

  private QueryBudget(
      Ticker ticker,
      long deadline,
      Cancellation cancellation,
      long maxSamples,
      QueryMemory.@Nullable Share share) {
    this.ticker = ticker;
    this.deadline = deadline;
    this.cancellation = cancellation;
    this.maxSamples = maxSamples;
    this.share = share;
    this.taken = share == null ? Long.MAX_VALUE : 0;
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
  @Override
  public void check() {
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
    mostHeld = Math.max(mostHeld, held - reserved);
    if (held > maxSamples) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "query processing would load too many samples into memory in query execution");
    }
    if (held > taken) {
      take();
    }
  }

  /// Takes what is missing from the common memory, and some more if there is any.
  private void take() {
    QueryMemory.Share from = share;
    if (from == null) {
      return;
    }
    long missing = held - taken;
    long more = missing + Math.clamp(held / 4, LEAST_TAKEN, MOST_TAKEN);
    if (!from.tryHold(more * SAMPLE_BYTES)) {
      more = missing;
      from.hold(more * SAMPLE_BYTES, this::check);
    }
    taken += more;
  }

  /// Counts what a selection of series is about to take.
  @Override
  public void holdBytes(long bytes) {
    long samples = bytes / SAMPLE_BYTES + 1;
    selected += samples;
    hold(samples);
  }

  /// Gives back what selections hold, which nobody looks at any more. Who keeps labels of selected
  /// series has counted them by [#holdLabels].
  void releaseSelected() {
    release(selected);
    selected = 0;
  }

  /// Counts the labels of a series.
  void holdLabels() {
    hold(StepSeries.LABELS);
  }

  /// Counts a text that grew beyond what [#holdLabels] counts for all labels of a series.
  void holdText(long characters) {
    if (characters > USUAL_TEXT) {
      hold(characters / (SAMPLE_BYTES / Character.BYTES));
    }
  }

  /// Counts samples that may be allocated, unless that would take more than a quarter of what is
  /// allowed in all.
  boolean tryHold(long samples) {
    if (held + samples > maxSamples / 4) {
      return false;
    }
    QueryMemory.Share from = share;
    if (from != null && held + samples > taken) {
      long missing = held + samples - taken;
      if (!from.tryHold(missing * SAMPLE_BYTES)) {
        return false;
      }
      taken += missing;
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
    reserved += samples;
    hold(samples);
    return new QueryBudget(ticker, deadline, cancellation, samples, null);
  }

  /// Takes back what [#fork] gave.
  void join(QueryBudget forked) {
    reserved -= forked.maxSamples;
    release(forked.maxSamples);
    mostHeld = Math.max(mostHeld, held - reserved + forked.mostHeld);
    read += forked.read;
  }

  /// How many samples may be held yet.
  long room() {
    return maxSamples - held;
  }

  /// Gives back what [#hold] counted.
  void release(long samples) {
    held = Math.max(0, held - samples);
    QueryMemory.Share from = share;
    if (from != null && taken - held > 2 * MOST_TAKEN) {
      long back = taken - held - MOST_TAKEN;
      taken -= back;
      from.release(back * SAMPLE_BYTES);
    }
  }

  /// Samples held now.
  long held() {
    return held;
  }

  /// Counts samples read from the store.
  void countRead(long samples) {
    read += samples;
  }

  /// The most samples held at one time.
  long mostHeld() {
    return mostHeld;
  }

  long samplesRead() {
    return read;
  }
}
