package dev.mangru.tsdb.v1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.AppendSummary.Rejection;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.v1.Stats.Reason;
import dev.mangru.tsdb.v1.block.Block;
import dev.mangru.tsdb.v1.chunk.Newest;
import dev.mangru.tsdb.v1.head.BatchRecord;
import dev.mangru.tsdb.v1.head.Head;
import dev.mangru.tsdb.v1.head.HeadSeries;
import dev.mangru.tsdb.v1.head.RefTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// From a batch to the write-ahead log to the head. Thread-safe.
///
/// **Order.** Batches are numbered, encoded and queued under `submitLock`; the log's own thread
/// syncs them and applies them to the head in log order. What depends on the clock or on a limit is
/// decided before logging; what depends on a series' newest sample is decided when the record is
/// applied. Replay applies the same records in the same order, so it comes to the same.
///
/// **Freezing.** [#freeze] takes `submitLock`, so no record is queued; asks the log for a new
/// segment, which waits until every queued record is applied; and hands the writes to a fresh head.
/// Segments before the new one hold exactly the old heads' records.
///
/// **Newest samples.** A fresh head does not know its series. The first record that names one
/// defines it, with the newest sample that older places have. Blocks are asked only if they reach
/// the sample's time: an older block cannot hold anything newer.
final class WritePath {

  private final TsdbOptions options;
  private final InstantSource clock;
  private final AtomicReference<View> view;
  private final Stats stats;
  private final RecordLog log;

  private final ReentrantLock submitLock = new ReentrantLock();

  @GuardedBy("submitLock")
  private long nextRef = 1;

  @GuardedBy("submitLock")
  private long nextSlice = 1;

  @GuardedBy("submitLock")
  private long logBytes;

  @GuardedBy("submitLock")
  private boolean closed;

  /// Why writes are refused until further notice, or null.
  private volatile @Nullable String refusal;

  /// Opens the log and replays it into the active head of `view`.
  ///
  /// @param firstSegment records in segments before this one are in blocks already
  WritePath(
      TsdbOptions options,
      InstantSource clock,
      Disk disk,
      Path directory,
      long firstSegment,
      AtomicReference<View> view,
      Stats stats)
      throws IOException {
    this.options = options;
    this.clock = clock;
    this.view = view;
    this.stats = stats;
    Replay replay = new Replay(view.get().active(), directory);
    this.log =
        RecordLog.open(
            disk, directory, "tsdb-wal", options.walSegmentBytes(), firstSegment, replay);
    submitLock.lock();
    try {
      nextRef = replay.byRef.highest() + 1;
      logBytes = replay.bytes;
    } finally {
      submitLock.unlock();
    }
  }

  /// Refuses writes with this reason until told otherwise; null accepts them again.
  void refuse(@Nullable String reason) {
    refusal = reason;
  }

  /// Bytes of log records that no block holds yet.
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

  AppendSummary commit(Batch batch) {
    long now = clock.millis();
    List<Slice> slices = new ArrayList<>(1);
    List<RecordLog.Ticket> tickets = new ArrayList<>(1);
    submitLock.lock();
    try {
      refuseIfUnable();
      submit(batch, now, slices, tickets);
    } catch (MangruException e) {
      stats.refusedBatches.increment();
      if (tickets.isEmpty()) {
        throw e;
      }
      awaitAll(tickets, e);
    } finally {
      submitLock.unlock();
    }
    awaitAll(tickets, null);
    return summary(slices);
  }

  @GuardedBy("submitLock")
  private void refuseIfUnable() {
    if (closed) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "the time-series store " + options.directory() + " is closed");
    }
    String reason = refusal;
    if (reason != null) {
      throw new MangruException(ErrorCode.UNAVAILABLE, reason);
    }
    long held = view.get().active().bytes();
    if (held / 2 > options.maxHeadBytes()) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "samples not yet sealed take "
              + held
              + " bytes of memory, twice the limit of "
              + options.maxHeadBytes()
              + ": sealing is behind; see the log, or raise max-head-bytes");
    }
  }

  @GuardedBy("submitLock")
  private void submit(Batch batch, long now, List<Slice> slices, List<RecordLog.Ticket> tickets) {
    View current = view.get();
    Head head = current.active();
    long oldest = now - options.retention().toMillis();
    long newest = now + options.maxAhead().toMillis();
    Slice slice = new Slice(head, stats, nextSlice++, batch.size());
    slices.add(slice);
    for (int i = 0; i < batch.size(); i++) {
      Labels labels = batch.labels(i);
      long timestampMs = batch.timestampMs(i);
      if (timestampMs < oldest) {
        slice.reject(labels, timestampMs, Reason.TOO_OLD, new AppendResult.TooOld(oldest));
        continue;
      }
      if (timestampMs > newest) {
        slice.reject(
            labels, timestampMs, Reason.TOO_FAR_AHEAD, new AppendResult.TooFarAhead(newest));
        continue;
      }
      HeadSeries series = head.find(labels);
      if (series == null) {
        if (head.seriesCount() >= options.maxSeries()) {
          slice.reject(
              labels,
              timestampMs,
              Reason.TOO_MANY_SERIES,
              new AppendResult.TooManySeries(options.maxSeries()));
          continue;
        }
        LabelLimits.checkEncodable(labels);
        series = head.add(nextRef++, labels);
      }
      if (slice.needsDefinition(series)) {
        slice.define(series, newestElsewhere(current, labels, timestampMs));
      }
      slice.sample(series, timestampMs, batch.valueBits(i));
      if (slice.full()) {
        queue(slice, tickets);
        slice = new Slice(head, stats, nextSlice++, batch.size() - i - 1);
        slices.add(slice);
      }
    }
    queue(slice, tickets);
  }

  @GuardedBy("submitLock")
  private void queue(Slice slice, List<RecordLog.Ticket> tickets) {
    if (!slice.isEmpty()) {
      ByteBuffer payload = slice.record().toBuffer();
      tickets.add(log.submit(payload, slice::apply));
      logBytes += payload.remaining();
    }
  }

  private static @Nullable Newest newestElsewhere(View view, Labels labels, long timestampMs) {
    Head frozen = view.frozen();
    if (frozen != null) {
      HeadSeries before = frozen.find(labels);
      Newest newest = before == null ? null : before.newest();
      if (newest != null) {
        return newest;
      }
    }
    Newest best = null;
    for (Block block : view.blocks()) {
      if (block.range().endMs() >= timestampMs) {
        Newest there = block.newest(labels);
        if (there != null && (best == null || there.timestampMs() > best.timestampMs())) {
          best = there;
        }
      }
    }
    return best;
  }

  /// Waits for all, then throws the first failure: `earlier`, or a ticket's.
  private static void awaitAll(List<RecordLog.Ticket> tickets, @Nullable MangruException earlier) {
    MangruException first = earlier;
    for (RecordLog.Ticket ticket : tickets) {
      try {
        ticket.await();
      } catch (MangruException e) {
        if (first == null) {
          first = e;
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private static AppendSummary summary(List<Slice> slices) {
    long accepted = 0;
    long rejected = 0;
    List<Rejection> examples = new ArrayList<>(0);
    for (Slice slice : slices) {
      accepted += slice.accepted();
      rejected += slice.rejected();
      for (Rejection example : slice.examples()) {
        if (examples.size() < AppendSummary.MAX_EXAMPLES) {
          examples.add(example);
        }
      }
    }
    return new AppendSummary(accepted, rejected, examples);
  }

  /// Hands the writes to a fresh head.
  ///
  /// @return the first log segment of the fresh head
  /// @throws MangruException `UNAVAILABLE` if the log cannot begin a new segment
  long freeze() {
    submitLock.lock();
    try {
      long segment = log.rotate();
      View before = view.get();
      view.set(new View(new Head(), before.active(), before.blocks()));
      logBytes = 0;
      return segment;
    } finally {
      submitLock.unlock();
    }
  }

  /// Deletes log segments whose records are in blocks.
  void deleteBefore(long segment) throws IOException {
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
    log.close();
  }

  /// Applies the records of an earlier run.
  private static final class Replay implements RecordLog.Reader, BatchRecord.Visitor {

    private final Head head;
    private final Path directory;
    private final RefTable byRef = new RefTable();
    private long bytes;

    Replay(Head head, Path directory) {
      this.head = head;
      this.directory = directory;
    }

    @Override
    public void read(RecordLog.Position position, ByteBuffer payload) throws IOException {
      bytes += payload.remaining();
      Path file = directory.resolve("%08d.log".formatted(position.segment()));
      head.beginRecord();
      try {
        BatchRecord.read(payload, file, position.offset() + RecordLog.RECORD_HEADER_BYTES, this);
      } finally {
        head.endRecord();
      }
    }

    @Override
    public void define(long ref, Labels labels, @Nullable Newest newest) {
      HeadSeries series = head.find(labels);
      if (series == null) {
        series = head.add(ref, labels);
      }
      byRef.put(ref, series);
      head.define(series, newest);
    }

    @Override
    public void sample(long ref, long timestampMs, long valueBits) throws IOException {
      HeadSeries series = byRef.get(ref);
      if (series == null) {
        throw new IOException(
            "the write-ahead log in "
                + directory
                + " names series "
                + ref
                + " before defining it; run \"mangru check\" on the data directory");
      }
      head.append(series, timestampMs, valueBits);
    }
  }
}
