package dev.mangru.collector.tail;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows log files and makes batches of their lines.
///
/// One thread calls [#pass] every quarter of a second or so, at once again while it gives true.
/// When a server holds a batch, any thread calls [#acknowledge]: the positions in it become durable
/// before that returns. A batch that is never acknowledged is read again by the next tailer of the
/// same folder: at least once, in order per file.
///
/// Memory is bounded: one read buffer, one batch being filled, one batch that the sink had no room
/// for. While that one waits nothing is read; the files are the queue. Renamed and deleted files
/// are held open until they were read to their end.
public final class Tailer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Tailer.class);

  /// Read at a time; a line must fit.
  private static final int CHUNK_BYTES = 256 * 1024;

  /// From one file before the others get their turn. Chosen: a batch's worth.
  private static final int TURN_BYTES = 1024 * 1024;

  /// In one pass, so that discovery is not starved by a backlog. Chosen: a fraction of a second.
  private static final long PASS_BYTES = 32L * 1024 * 1024;

  /// A file that was quiet so long is closed; its next byte opens it again.
  private static final long IDLE_CLOSE_NS = 600_000_000_000L;

  /// A file that grew so recently is checked for rotation in every pass.
  private static final long BUSY_NS = 10_000_000_000L;

  private final TailOptions options;
  private final InstantSource clock;
  private final Ticker ticker;
  private final TailStats stats = new TailStats();
  private final ToldOnce told = new ToldOnce(LOG);
  private final PositionBook book;
  private final CursorTable table;
  private final BatchBuilder builder;
  private final byte[] buffer;
  private final List<FileCursor> finished = new ArrayList<>();

  private @Nullable LogBatch waiting;
  private boolean discovered;
  private long lastDiscoveryTicks;
  private boolean rediscover;
  private long nextFirst;

  private Tailer(TailOptions options, PositionBook book, InstantSource clock, Ticker ticker) {
    this.options = options;
    this.clock = clock;
    this.ticker = ticker;
    this.book = book;
    StreamLabels streamLabels = new StreamLabels(options.host(), stats, told);
    table = new CursorTable(options, book, stats, told, streamLabels);
    builder = new BatchBuilder(options, stats);
    buffer = new byte[FileCursor.LOOKBACK + options.maxLineBytes() + CHUNK_BYTES];
  }

  /// Opens the positions of `options.directory()`, which is made if it is not there.
  public static Tailer open(TailOptions options, Disk disk, InstantSource clock, Ticker ticker)
      throws IOException {
    PositionBook book = PositionBook.open(disk, options.directory(), clock.millis());
    return new Tailer(options, book, clock, ticker);
  }

  /// Counts since the start; may be read from any thread.
  public TailStats stats() {
    return stats;
  }

  /// Reads what is new and hands it to `sink`.
  ///
  /// @return whether there is more to read right now and room for it
  public boolean pass(LogBatchSink sink) {
    Instant now = clock.instant();
    long nowMs = now.toEpochMilli();
    long nowNs =
        Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    long ticks = ticker.read();
    discoverIfDue(nowMs, ticks);
    if (!offerWaiting(sink)) {
      return false;
    }
    Round round = new Round(sink, nowMs, nowNs, ticks);
    boolean more = round.read();
    if (!builder.isEmpty()) {
      round.flush();
    }
    finished.forEach(this::finish);
    finished.clear();
    return more && waiting == null;
  }

  private void discoverIfDue(long nowMs, long ticks) {
    rediscover |= table.cursors().stream().anyMatch(cursor -> wasMoved(cursor, ticks));
    if (discovered && !rediscover && ticks - lastDiscoveryTicks < options.discovery().toNanos()) {
      return;
    }
    discovered = true;
    lastDiscoveryTicks = ticks;
    findCuts(ticks);
    rediscover = false;
    table.discover(nowMs, ticks);
    try {
      book.save();
    } catch (IOException e) {
      stats.errors.increment();
      told.warn("cannot save log positions", options.directory(), e.toString());
    }
  }

  /// A copy is recognised by the cut of its original, so cuts are found before files are met.
  private void findCuts(long ticks) {
    for (FileCursor cursor : table.cursors()) {
      if (cursor.isOpen() && cursor.state() == FileCursor.State.FOLLOWED) {
        try {
          FileChannel file = cursor.open();
          if (!cursor.fits(file)) {
            cut(cursor, file.size(), ticks);
          }
        } catch (IOException e) {
          table.unreadable(cursor.path(), e);
        }
      }
    }
  }

  private void cut(FileCursor cursor, long size, long ticks) throws IOException {
    if (cursor.decoder().pendingOffset() != LineDecoder.NOTHING_PENDING) {
      builder.from(cursor);
      cursor.decoder().flush(builder);
    }
    stats.truncations.increment();
    cursor.restart(size);
    cursor.grew(ticks);
    rediscover = true;
  }

  /// Whether the path of a busy file leads to another file now.
  private boolean wasMoved(FileCursor cursor, long ticks) {
    if (cursor.state() != FileCursor.State.FOLLOWED
        || !cursor.isOpen()
        || ticks - cursor.lastGrowthTicks() > BUSY_NS) {
      return false;
    }
    try {
      BasicFileAttributes attributes = FileFinder.attributes(cursor.path());
      return attributes == null || !cursor.fileKey().equals(String.valueOf(attributes.fileKey()));
    } catch (IOException e) {
      table.unreadable(cursor.path(), e);
      return false;
    }
  }

  private boolean offerWaiting(LogBatchSink sink) {
    LogBatch batch = waiting;
    if (batch != null) {
      if (!sink.offer(batch)) {
        return false;
      }
      waiting = null;
    }
    return true;
  }

  private void finish(FileCursor cursor) {
    if (cursor.state() == FileCursor.State.FOLLOWED) {
      table.close(cursor);
    } else if (cursor.gone()) {
      table.remove(cursor);
    } else {
      cursor.state(FileCursor.State.DONE);
      table.close(cursor);
    }
  }

  /// Makes the positions of a batch that a server holds durable. Thread-safe; batches must come in
  /// the order in which they were offered.
  public void acknowledge(LogBatch batch) throws IOException {
    book.advance(batch.advances());
    book.save();
  }

  /// The files known now, wherever their paths lead. Confined to the tailing thread.
  Set<Path> paths() {
    return table.paths();
  }

  /// Lets go of all files. What was not acknowledged is read again by the next tailer.
  @Override
  public void close() throws IOException {
    table.cursors().forEach(table::close);
    book.save();
  }

  /// The reading part of one pass.
  private final class Round {

    private final LogBatchSink sink;
    private final long nowMs;
    private final long nowNs;
    private final long ticks;
    private long passBytes;

    Round(LogBatchSink sink, long nowMs, long nowNs, long ticks) {
      this.sink = sink;
      this.nowMs = nowMs;
      this.nowNs = nowNs;
      this.ticks = ticks;
    }

    /// Reads all files in turns, beginning after the one where the sink was full last time; gives
    /// whether something was left.
    boolean read() {
      List<FileCursor> turn = new ArrayList<>();
      List<FileCursor> later = new ArrayList<>();
      for (FileCursor cursor : table.cursors()) {
        if (cursor.state() != FileCursor.State.DONE) {
          (cursor.id() >= nextFirst ? turn : later).add(cursor);
        }
      }
      turn.addAll(later);
      nextFirst = 0;
      while (!turn.isEmpty()) {
        List<FileCursor> unfinished = new ArrayList<>();
        for (FileCursor cursor : turn) {
          if (passBytes >= PASS_BYTES || waiting != null) {
            nextFirst = cursor.id();
            return true;
          }
          if (readTurn(cursor)) {
            unfinished.add(cursor);
          }
        }
        turn = unfinished;
      }
      return false;
    }

    /// Gives whether the file has more.
    private boolean readTurn(FileCursor cursor) {
      if (!cursor.isOpen() && (cursor.size() <= cursor.offset() || !table.open(cursor))) {
        return false;
      }
      try {
        long end = Math.min(cursor.offset(), Long.MAX_VALUE - TURN_BYTES) + TURN_BYTES;
        while (cursor.offset() < end && waiting == null) {
          if (!readChunk(cursor)) {
            return false;
          }
        }
        return true;
      } catch (IOException e) {
        table.unreadable(cursor.path(), e);
        return false;
      }
    }

    /// Gives whether there may be more at once.
    private boolean readChunk(FileCursor cursor) throws IOException {
      FileChannel file = cursor.open();
      long size = file.size();
      if (size < cursor.offset()) {
        cut(cursor, size, ticks);
        return size > 0;
      }
      if (size != cursor.size()) {
        cursor.size(size);
        cursor.grew(ticks);
      }
      if (size == cursor.offset() || size == cursor.scannedSize()) {
        quiet(cursor, size);
        return false;
      }
      int end = cursor.fill(buffer);
      if (end < 0) {
        cut(cursor, size, ticks);
        return true;
      }
      // Quiet counts from here, not from when the bytes were written: the server may have been
      // away.
      cursor.grew(ticks);
      long before = cursor.offset();
      split(cursor, end);
      passBytes += cursor.offset() - before;
      stats.bytes.add(cursor.offset() - before);
      if (waiting != null) {
        return true;
      }
      boolean all = before + (end - FileCursor.LOOKBACK) >= size;
      cursor.scannedSize(all ? size : -1);
      return !all;
    }

    /// Hands every whole line in the buffer to the file's decoder, in one pass over the bytes.
    private void split(FileCursor cursor, int end) {
      builder.from(cursor);
      int known = cursor.filledFrom();
      long base = cursor.offset() - FileCursor.LOOKBACK;
      int start = FileCursor.LOOKBACK;
      while (true) {
        start = afterHole(start, end);
        int newline = ByteScan.indexOf(buffer, start, end, '\n');
        if (newline < 0) {
          break;
        }
        if (cursor.skipping()) {
          stats.lost(LossReason.LINE_TOO_LONG, newline - start);
          cursor.skipping(false);
        } else {
          line(cursor, start, newline, base + start);
        }
        start = newline + 1;
        if (builder.isFull()) {
          cursor.advance(base + start, buffer, known, start);
          if (!flush()) {
            return;
          }
          builder.from(cursor);
        }
      }
      if (cursor.skipping()) {
        stats.lost(LossReason.LINE_TOO_LONG, end - start);
        start = end;
      } else if (end - start >= options.maxLineBytes()) {
        line(cursor, start, start + options.maxLineBytes(), base + start);
        stats.lost(LossReason.LINE_TOO_LONG, end - start - options.maxLineBytes());
        cursor.skipping(true);
        start = end;
      }
      if (start > FileCursor.LOOKBACK) {
        builder.touch();
      }
      cursor.advance(base + start, buffer, known, start);
    }

    /// Passes over the zero bytes that a writer leaves who goes on at its old offset after the file
    /// was cut.
    private int afterHole(int from, int end) {
      int at = from;
      while (at < end && buffer[at] == 0) {
        at++;
      }
      return at;
    }

    private void line(FileCursor cursor, int from, int to, long offset) {
      int end = to > from && buffer[to - 1] == '\r' ? to - 1 : to;
      cursor.decoder().line(buffer, from, end, offset, nowNs, builder);
    }

    /// A file with nothing new: after a while its unfinished line counts as one, and a rotated file
    /// is let go.
    private void quiet(FileCursor cursor, long size) throws IOException {
      long quietNs = ticks - cursor.lastGrowthTicks();
      boolean rotated = cursor.state() == FileCursor.State.ROTATED;
      boolean over = quietNs >= (rotated ? options.rotatedLinger() : options.idleFlush()).toNanos();
      if (!over) {
        return;
      }
      boolean pending = cursor.decoder().pendingOffset() != LineDecoder.NOTHING_PENDING;
      if (pending || cursor.offset() < size) {
        builder.from(cursor);
        if (!unfinishedLine(cursor)) {
          return;
        }
        cursor.decoder().flush(builder);
      }
      if (rotated || quietNs >= IDLE_CLOSE_NS) {
        finished.add(cursor);
      }
    }

    /// Hands over what stands after the last end of line; false if the file went on just now, and
    /// the next pass must look.
    private boolean unfinishedLine(FileCursor cursor) throws IOException {
      if (cursor.offset() >= cursor.size()) {
        return true;
      }
      int end = cursor.fill(buffer);
      if (end - FileCursor.LOOKBACK != cursor.size() - cursor.offset()) {
        return false;
      }
      int known = cursor.filledFrom();
      long base = cursor.offset() - FileCursor.LOOKBACK;
      int start = afterHole(FileCursor.LOOKBACK, end);
      if (start < end && !cursor.skipping()) {
        line(cursor, start, end, base + start);
      }
      cursor.advance(base + end, buffer, known, end);
      return true;
    }

    /// Offers what was gathered; false if the sink has no room.
    boolean flush() {
      LogBatch batch = builder.seal(nowMs);
      if (!sink.offer(batch)) {
        waiting = batch;
        return false;
      }
      return true;
    }
  }
}
