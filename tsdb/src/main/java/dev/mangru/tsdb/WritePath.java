package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.tsdb.Batch.Columns;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.wal.HistogramBytes;
import dev.mangru.tsdb.wal.RecordWriter;
import dev.mangru.tsdb.wal.SeriesStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// From a batch to rows in memory and a record in the write-ahead log. Thread-safe.
///
/// **Order.** Under `submitLock` each sample is checked against the newest one of its series, and
/// what is accepted becomes a row and a piece of the record. The log's own thread syncs the record
/// and then moves [#visible] past its rows: nobody reads what is not durable. Replay reads the same
/// records in the same order and comes to the same rows.
///
/// **What follows from a sample that is not durable yet** (a repeat of it is accepted, another
/// value refused) is answered only once it is: such a batch waits for the record before.
///
/// **Failures.** A record whose write failed, and all that were made after it, are undone: from the
/// last to the first, each series gets back what it had ([#undoFailed]). Their rows stay where they
/// are and no series leads to them any more. A failed sync is not undone: the log is broken then,
/// and nothing is accepted until the next start.
final class WritePath {

  /// Bytes at which a batch goes on in another record. Chosen: far below the log's limit of 64 MiB.
  private static final int FULL_BYTES = 8 << 20;

  /// Samples after which the size of a record is looked at.
  private static final int LOOK_AT = 1_024;

  /// Columns kept for the next batches, and their largest size in samples and in bytes of the
  /// record: 29 MiB at most, half of that as a rule. Chosen.
  private static final int MAX_POOLED = 16;

  private static final int MAX_POOLED_SAMPLES = 1 << 14;
  private static final int MAX_POOLED_RECORD = 1 << 20;

  private static final long NONE = Long.MIN_VALUE;

  /// A record on its way to the disk.
  private static final class Flight {
    final Columns columns;
    final int from;
    final int to;
    final int definedBefore;
    final long endRow;

    /// Times of its samples; the oldest is after the newest if it has none.
    final long oldestMs;

    final long newestMs;
    volatile boolean applied;

    Flight(Commit commit, int to, long endRow) {
      this.columns = commit.columns;
      this.from = commit.recordFrom;
      this.to = to;
      this.definedBefore = commit.definedBefore;
      this.endRow = endRow;
      this.oldestMs = commit.oldestMs;
      this.newestMs = commit.newestMs;
    }
  }

  /// Tells the newest sample that files have of a series.
  interface Older {

    /// Sets newest time and bits of a series that is new to memory, if any file has a sample of it
    /// at or after `timestampMs`.
    void learn(int ref, long timestampMs) throws IOException;
  }

  private final TsdbOptions options;
  private final InstantSource clock;
  private final SeriesTable table;
  private final Rows rows;
  private final RecordLog log;
  private final Older older;
  private final Changes changes;
  private final Stats stats;
  private final long windowMs;

  private final ConcurrentLinkedQueue<Columns> pool = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pooled = new AtomicInteger();
  private final AtomicLong newSeriesMinute = new AtomicLong();
  private final AtomicLong newSeriesInMinute = new AtomicLong();

  private final SeriesMemory seriesMemory;

  /// Of the budget shared with other stores, if there are any.
  private volatile MemoryBudget.@Nullable Share share;

  private final ReentrantLock submitLock = new ReentrantLock();

  @GuardedBy("submitLock")
  private final Deque<Flight> inFlight = new ArrayDeque<>();

  @GuardedBy("submitLock")
  private RecordLog.@Nullable Ticket lastTicket;

  @GuardedBy("submitLock")
  private long generation;

  @GuardedBy("submitLock")
  private long epoch;

  @GuardedBy("submitLock")
  private long epochFirstRow;

  @GuardedBy("submitLock")
  private final SeriesStates states = new SeriesStates();

  /// Series below this are defined by the registry, or by a record on its way or in the log.
  @GuardedBy("submitLock")
  private int definedEnd;

  @GuardedBy("submitLock")
  private long logBytes;

  @GuardedBy("submitLock")
  private boolean closed;

  @GuardedBy("submitLock")
  private final ByteWriter histogramBytes = new ByteWriter(256);

  /// Rows before this one are durable, or belong to no series.
  private volatile long visible;

  /// Why writes are refused until further notice, or null.
  private volatile @Nullable String refusal;

  /// @param epoch the epoch that new rows belong to
  /// @param logBytes bytes of records that no part holds
  WritePath(
      TsdbOptions options,
      InstantSource clock,
      SeriesTable table,
      Rows rows,
      RecordLog log,
      Older older,
      Changes changes,
      Stats stats,
      long epoch,
      long logBytes) {
    this.options = options;
    this.clock = clock;
    this.table = table;
    this.rows = rows;
    this.log = log;
    this.older = older;
    this.changes = changes;
    this.stats = stats;
    this.windowMs = options.outOfOrderWindow().toMillis();
    this.seriesMemory = new SeriesMemory(table);
    submitLock.lock();
    try {
      this.generation = log.generation();
      this.epoch = epoch;
      this.epochFirstRow = rows.boundary();
      this.definedEnd = table.endRef();
      this.logBytes = logBytes;
      this.visible = rows.nextRow();
    } finally {
      submitLock.unlock();
    }
  }

  // ---- what others ask -------------------------------------------------------------------------

  /// Rows at or after this one are not to be read.
  long visible() {
    return visible;
  }

  /// Refuses writes with this reason until told otherwise; null accepts them again.
  void refuse(@Nullable String reason) {
    refusal = reason;
  }

  /// Why writes are refused, or null.
  @Nullable String refusal() {
    return refusal;
  }

  /// Bytes of log records that no part holds yet.
  long logBytes() {
    submitLock.lock();
    try {
      return logBytes;
    } finally {
      submitLock.unlock();
    }
  }

  /// What broke the log for good, or null.
  @Nullable IOException brokenBy() {
    return log.brokenBy();
  }

  Batch batch() {
    Columns columns = pool.poll();
    if (columns == null) {
      columns = new Columns();
    } else {
      pooled.decrementAndGet();
    }
    return new Batch(this, options, table, stats, columns);
  }

  private void giveBack(Columns columns) {
    columns.clear();
    if (columns.refs.length <= MAX_POOLED_SAMPLES
        && columns.record.length() <= MAX_POOLED_RECORD
        && pooled.get() < MAX_POOLED) {
      pooled.incrementAndGet();
      pool.add(columns);
    }
  }

  // ---- new series ------------------------------------------------------------------------------

  /// Why one more series may not come in now, or null if it may.
  @Nullable AppendResult refuseNewSeries() {
    if (table.activeSeries() >= options.maxSeries()) {
      return new AppendResult.TooManySeries(options.maxSeries());
    }
    if (table.endRef() == Integer.MAX_VALUE) {
      return new AppendResult.TooManySeries(Integer.MAX_VALUE); // of all times: no number is left
    }
    long minute = clock.millis() / 60_000;
    if (newSeriesMinute.getAndSet(minute) != minute) {
      newSeriesInMinute.set(0);
      seriesMemory.measure();
    }
    if (seriesMemory.bytes() >= options.maxSeriesBytes()) {
      return new AppendResult.SeriesTakeTooMuch(options.maxSeriesBytes());
    }
    MemoryBudget.Share shared = share;
    AppendResult no = shared == null ? null : shared.refuseNewSeries();
    if (no != null) {
      return no;
    }
    if (newSeriesInMinute.get() >= options.maxNewSeriesPerMinute()) {
      return new AppendResult.NewSeriesTooFast(options.maxNewSeriesPerMinute());
    }
    return null;
  }

  /// Has series and samples counted against a budget of several stores too.
  void join(MemoryBudget budget, boolean mayTakeAll) {
    share = budget.join(table, seriesMemory, rows, mayTakeAll);
  }

  /// Series that came in this minute of the clock.
  long newSeriesThisMinute() {
    return newSeriesMinute.get() == clock.millis() / 60_000 ? newSeriesInMinute.get() : 0;
  }

  void countNewSeries(Labels labels) {
    newSeriesInMinute.incrementAndGet();
    seriesMemory.grew(labels);
    stats.newSeries.increment();
  }

  // ---- committing ------------------------------------------------------------------------------

  /// What a batch has brought.
  ///
  /// @param samples how many were accepted
  /// @param histograms how many of those are native histograms
  record Stored(long samples, long histograms) {}

  /// Writes a batch.
  Stored commit(Batch batch, Columns columns) {
    Commit commit = new Commit(batch, columns);
    RuntimeException first = null;
    submitLock.lock();
    try {
      refuseIfUnable();
      undoFailed();
      if (columns.size > 0) {
        accept(commit);
      }
    } catch (RuntimeException e) {
      first = e;
    } finally {
      submitLock.unlock();
    }
    for (RecordLog.Ticket ticket : commit.tickets) {
      try {
        ticket.await();
      } catch (MangruException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      stats.refusedBatches.increment();
      submitLock.lock();
      try {
        undoFailed();
        if (log.brokenBy() == null) {
          giveBack(columns);
        }
      } finally {
        submitLock.unlock();
      }
      throw first;
    }
    stats.appended.add(commit.accepted);
    giveBack(columns);
    return new Stored(commit.accepted, commit.histograms);
  }

  /// One batch while it is written.
  private static final class Commit {
    final Batch batch;
    final Columns columns;
    final List<RecordLog.Ticket> tickets = new ArrayList<>(1);
    long accepted;
    long histograms;

    /// Whether an answer follows from a sample that may not be durable yet.
    boolean waits;

    /// Where the record that is open begins among the stored samples, and what was defined then.
    int recordFrom;

    int definedBefore;

    /// Times of the samples in that record.
    long oldestMs = Long.MAX_VALUE;

    long newestMs = Long.MIN_VALUE;

    Commit(Batch batch, Columns columns) {
      this.batch = batch;
      this.columns = columns;
    }

    void stored(long timestampMs) {
      oldestMs = Math.min(oldestMs, timestampMs);
      newestMs = Math.max(newestMs, timestampMs);
    }
  }

  @GuardedBy("submitLock")
  private void refuseIfUnable() {
    if (closed) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "the time-series store " + options.directory() + " is closed");
    }
    // Before anything is looked at: a repeat of a sample that never became durable is no repeat.
    IOException broken = log.brokenBy();
    if (broken != null) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "the log of "
              + options.directory()
              + " is broken until the next start: "
              + broken
              + ": mend the disk and start again",
          broken);
    }
    String reason = refusal;
    if (reason != null) {
      throw new MangruException(ErrorCode.UNAVAILABLE, reason);
    }
    long held = rows.bytesInUse();
    if (held / 2 > options.maxHeadBytes()) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "samples not yet sealed take "
              + held
              + " bytes of memory, twice the limit of "
              + options.maxHeadBytes()
              + ": sealing is behind; send them again later");
    }
    MemoryBudget.Share shared = share;
    String full = shared == null ? null : shared.refuseSamples();
    if (full != null) {
      throw new MangruException(ErrorCode.UNAVAILABLE, full);
    }
  }

  /// Whether samples should be sealed before their time, for the memory or the log they take.
  boolean wantsSealing() {
    MemoryBudget.Share shared = share;
    return rows.unreleasedBytes() > options.maxHeadBytes()
        || logBytes() > options.maxWalBytes()
        || (shared != null && shared.wantsSealing());
  }

  @GuardedBy("submitLock")
  private void accept(Commit commit) {
    commit.columns.ensureUndo();
    commit.columns.record.begin(epoch, states);
    commit.definedBefore = definedEnd;
    boolean whole = false;
    try {
      acceptAll(commit);
      whole = true;
    } catch (IOException e) {
      whole = true;
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "cannot read what is stored of a series: " + e, e);
    } catch (MangruException e) {
      whole = true;
      throw e;
    } finally {
      if (whole) {
        submit(commit, false); // the rows are there and need their record
      } else {
        // Out of memory, or a bug: nobody knows how far the record got.
        undo(commit.columns, commit.recordFrom, commit.columns.stored, commit.definedBefore);
        beginEpoch(rows.nextRow());
      }
    }
    RecordLog.Ticket last = lastTicket;
    if (commit.waits && commit.tickets.isEmpty() && last != null) {
      commit.tickets.add(last);
    }
  }

  @GuardedBy("submitLock")
  private void acceptAll(Commit commit) throws IOException {
    Columns columns = commit.columns;
    SeriesTable series = table;
    RecordWriter record = columns.record;
    long now = clock.millis();
    long oldest = now - options.kept().shortestMs();
    long newest = now + options.maxAhead().toMillis();
    boolean plain = !columns.anyStart && !columns.anyHistogram;
    for (int i = 0; i < columns.size; i++) {
      int ref = columns.refs[i];
      long time = columns.times[i];
      if (time < oldest || time > newest || ref < 0) {
        ref = unusual(commit, i, now, oldest, newest);
        if (ref < 0) {
          continue;
        }
      }
      long known = series.newestMs(ref);
      if (known == NONE) {
        known = learn(ref, time);
      }
      if (!plain && (columns.start(i) != SampleCursor.NO_START || columns.histogram(i) != null)) {
        acceptExtended(commit, i, ref, known);
      } else if (time > known) {
        if (ref >= definedEnd) {
          define(commit, ref);
        }
        long bits = columns.bits[i];
        long base = series.newestBits(ref);
        long last = series.lastRow(ref);
        long row = rows.append(time, bits, last, 0); // first, because it may be refused
        record.sample(ref, time, bits, last >= epochFirstRow ? base : 0);
        remember(columns, ref, known, base, last, series.flags(ref));
        series.setNewest(ref, time, bits, row, 0);
        commit.stored(time);
        commit.accepted++;
      } else {
        notNewer(commit, i, ref, known, columns.bits[i], 0, null);
      }
      if ((!plain || (i & (LOOK_AT - 1)) == LOOK_AT - 1) && record.length() >= FULL_BYTES) {
        goOn(commit);
      }
    }
  }

  /// Looks at a sample that is out of the accepted times, or of a series that has no number yet.
  ///
  /// @return the series, or -1 if the sample is refused
  @GuardedBy("submitLock")
  private int unusual(Commit commit, int i, long now, long oldest, long newest) {
    int ref = commit.columns.refs[i];
    long time = commit.columns.times[i];
    if (time < oldest || time > newest) {
      Labels labels = ref >= 0 ? table.labels(ref) : commit.batch.newLabels(ref);
      long taken = options.oldestTakenMs(labels, now);
      if (time > newest || time < taken) {
        commit.batch.reject(
            labels,
            time,
            time > newest ? new AppendResult.TooFarAhead(newest) : new AppendResult.TooOld(taken));
        return -1;
      }
      if (ref >= 0) {
        return ref;
      }
    }
    Labels labels = commit.batch.newLabels(ref);
    int found = table.find(labels);
    if (found >= 0) {
      return found;
    }
    AppendResult no = refuseNewSeries();
    if (no != null) {
      commit.batch.reject(labels, time, no);
      return -1;
    }
    countNewSeries(labels);
    return table.findOrAdd(labels);
  }

  @GuardedBy("submitLock")
  private long learn(int ref, long time) throws IOException {
    if ((table.flags(ref) & SeriesTable.DROPPED) != 0) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "a series of the batch was dropped for want of samples while the batch was made: send it"
              + " again");
    }
    older.learn(ref, time);
    return table.newestMs(ref);
  }

  /// Defines the series up to `ref`, in several records if need be: those that batches under way
  /// have made are among them. Before the sample becomes a row, which else would be shown with the
  /// record before its own.
  @GuardedBy("submitLock")
  private void define(Commit commit, int ref) {
    RecordWriter record = commit.columns.record;
    for (int next = definedEnd; next <= ref; next++) {
      record.define(next, table.labels(next));
      definedEnd = next + 1;
      if (record.length() >= FULL_BYTES) {
        goOn(commit);
      }
    }
  }

  private static void remember(
      Columns columns, int ref, long time, long bits, long row, int flags) {
    int at = columns.stored++;
    columns.undoRefs[at] = ref;
    columns.undoTimes[at] = time;
    columns.undoBits[at] = bits;
    columns.undoRows[at] = row;
    columns.undoFlags[at] = (byte) flags;
  }

  @GuardedBy("submitLock")
  private void acceptExtended(Commit commit, int i, int ref, long known) {
    Columns columns = commit.columns;
    long start = columns.start(i);
    NativeHistogram histogram = columns.histogram(i);
    ByteWriter encoded = null;
    if (histogram != null) {
      encoded = histogramBytes.clear();
      HistogramBytes.write(histogram, encoded);
    }
    long time = columns.times[i];
    long hash = Extended.bits(start, columns.bits[i], encoded);
    if (time <= known) {
      notNewer(commit, i, ref, known, hash, Extended.FLAG, encoded);
      return;
    }
    if (ref >= definedEnd) {
      define(commit, ref);
    }
    long last = table.lastRow(ref);
    long row = rows.append(time, start, columns.bits[i], histogram, last, 0);
    columns.record.extended(ref, time, start, columns.bits[i], encoded);
    remember(columns, ref, known, table.newestBits(ref), last, table.flags(ref));
    table.setNewest(ref, time, hash, row, Extended.FLAG);
    commit.stored(time);
    count(commit, histogram);
  }

  private static void count(Commit commit, @Nullable NativeHistogram histogram) {
    commit.accepted++;
    commit.histograms += histogram == null ? 0 : 1;
  }

  /// A sample that is not newer than the newest one of its series.
  ///
  /// @param bits as the series would remember them
  @GuardedBy("submitLock")
  private void notNewer(
      Commit commit,
      int i,
      int ref,
      long known,
      long bits,
      int flags,
      @Nullable ByteWriter histogram) {
    Columns columns = commit.columns;
    long time = columns.times[i];
    long last = table.lastRow(ref);
    commit.waits |= last >= visible;
    if (time == known) {
      if (bits == table.newestBits(ref) && flags == (table.flags(ref) & Extended.FLAG)) {
        count(commit, columns.histogram(i));
      } else {
        commit.batch.reject(table.labels(ref), time, new AppendResult.Conflict());
      }
      return;
    }
    if (time < known - windowMs) {
      commit.batch.reject(table.labels(ref), time, new AppendResult.OutOfOrder(known));
      return;
    }
    long value = columns.bits[i];
    long start = columns.start(i);
    long newestBits = table.newestBits(ref);
    if (ref >= definedEnd) {
      define(commit, ref);
    }
    long row = rows.append(time, start, value, columns.histogram(i), last, Rows.LATE);
    if (last < epochFirstRow) {
      columns.record.late(
          ref,
          time,
          start,
          value,
          histogram,
          known,
          newestBits,
          (table.flags(ref) & Extended.FLAG) != 0);
    } else if (flags != 0) {
      columns.record.extended(ref, time, start, value, histogram);
    } else {
      columns.record.sample(ref, time, value, newestBits);
    }
    remember(columns, ref, known, newestBits, last, table.flags(ref));
    table.setLastRow(ref, row);
    commit.stored(time);
    count(commit, columns.histogram(i));
    stats.lateSamples.increment();
  }

  /// Ends a record and begins the next one of the same batch.
  @GuardedBy("submitLock")
  private void goOn(Commit commit) {
    submit(commit, true);
    commit.columns.record.begin(epoch, states);
  }

  /// @param more whether the writer is needed again before the log has taken the record
  @GuardedBy("submitLock")
  private void submit(Commit commit, boolean more) {
    Columns columns = commit.columns;
    if (columns.stored == commit.recordFrom && definedEnd == commit.definedBefore) {
      return;
    }
    ByteBuffer payload = columns.record.finish();
    if (more) {
      payload = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
    }
    Flight flight = new Flight(commit, columns.stored, rows.nextRow());
    inFlight.add(flight);
    commit.recordFrom = columns.stored;
    commit.definedBefore = definedEnd;
    commit.oldestMs = Long.MAX_VALUE;
    commit.newestMs = Long.MIN_VALUE;
    RecordLog.Ticket ticket =
        log.submit(
            payload,
            () -> {
              flight.applied = true;
              visible = flight.endRow;
              changes.stored(flight.oldestMs, flight.newestMs);
            },
            generation);
    commit.tickets.add(ticket);
    lastTicket = ticket;
    logBytes += payload.remaining();
    while (!inFlight.isEmpty() && inFlight.getFirst().applied) {
      inFlight.removeFirst();
    }
  }

  /// After a failed write: takes back what was accepted and will never be durable.
  @GuardedBy("submitLock")
  private void undoFailed() {
    if (log.generation() == generation) {
      return;
    }
    while (!inFlight.isEmpty() && !inFlight.getLast().applied) {
      Flight failed = inFlight.removeLast();
      undo(failed.columns, failed.from, failed.to, failed.definedBefore);
    }
    inFlight.clear();
    lastTicket = null;
    generation = log.generation();
    beginEpoch(rows.nextRow()); // what the failed records told of their series was never said
  }

  @GuardedBy("submitLock")
  private void beginEpoch(long firstRow) {
    epoch++;
    epochFirstRow = firstRow;
    states.reset();
  }

  /// Gives the series of samples `[from, to)` of a batch back what they had.
  @GuardedBy("submitLock")
  private void undo(Columns columns, int from, int to, int definedBefore) {
    for (int i = to - 1; i >= from; i--) {
      table.setNewest(
          columns.undoRefs[i],
          columns.undoTimes[i],
          columns.undoBits[i],
          columns.undoRows[i],
          columns.undoFlags[i]);
    }
    definedEnd = definedBefore;
  }

  // ---- sealing ---------------------------------------------------------------------------------

  /// Everything accepted so far, about to be sealed.
  ///
  /// @param endRow it lies before this row
  /// @param endRef its series are below this one
  /// @param segment the log's segments from this one on hold nothing of it
  /// @param logBytes bytes of its records
  record Boundary(long endRow, int endRef, long segment, long logBytes) {}

  /// Ends the epoch and the segment of the log. Returns once everything before is durable.
  ///
  /// @throws MangruException `UNAVAILABLE` if the log cannot begin a new segment; then nothing has
  ///   happened but that an epoch has ended
  Boundary boundary() {
    RecordLog.Rotation rotation;
    long endRow;
    int endRef;
    long bytes;
    submitLock.lock();
    try {
      undoFailed();
      rotation = log.rotateLater();
      endRow = rows.boundary();
      endRef = table.endRef();
      bytes = logBytes;
      beginEpoch(endRow);
    } finally {
      submitLock.unlock();
    }
    long segment = rotation.await();
    submitLock.lock();
    try {
      undoFailed();
    } finally {
      submitLock.unlock();
    }
    return new Boundary(endRow, endRef, segment, bytes);
  }

  /// Says that what lies before a boundary is in parts.
  void sealed(Boundary boundary) {
    submitLock.lock();
    try {
      logBytes -= boundary.logBytes();
      definedEnd = Math.max(definedEnd, boundary.endRef());
    } finally {
      submitLock.unlock();
    }
  }

  /// Runs `action` while no batch is written.
  <T> T exclusively(Supplier<T> action) {
    submitLock.lock();
    try {
      undoFailed();
      return action.get();
    } finally {
      submitLock.unlock();
    }
  }

  /// What is done while no batch is written.
  @FunctionalInterface
  interface Exclusive {

    /// Returns whether the series table has learned of newer samples that are in no row.
    boolean run() throws IOException;
  }

  /// Runs `action` while no batch is written. Records after it do not lean on what the table knew
  /// before: a replay would not know what it has learned.
  void changingNewest(Exclusive action) throws IOException {
    submitLock.lock();
    try {
      undoFailed();
      if (action.run()) {
        beginEpoch(rows.nextRow());
      }
    } finally {
      submitLock.unlock();
    }
  }

  /// Deletes log segments whose records are in parts.
  void deleteLogBefore(long segment) throws IOException {
    log.deleteBefore(segment);
  }

  /// Refuses new batches, writes those queued, closes the log.
  void close() {
    submitLock.lock();
    try {
      closed = true;
    } finally {
      submitLock.unlock();
    }
    MemoryBudget.Share shared = share;
    if (shared != null) {
      shared.leave();
    }
    log.close();
  }
}
