package dev.mangru.tsdb.v1;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.block.Block;
import dev.mangru.tsdb.v1.block.BlockSet;
import dev.mangru.tsdb.v1.head.Head;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The time-series store: a durable log and a head in memory for what is new, immutable blocks for
/// what is older. Thread-safe.
///
/// ```
///  batch ──▶ wal/ (synced) ──▶ head ──▶ blocks/ ──▶ gone after the retention
///                 acknowledged here   sealed every 2 h
/// ```
///
/// **Promises.** What [Appender#commit] accepted survives a crash at any moment, and nothing is
/// readable before it is durable. A querier sees whole records (a batch is one record up to some
/// half million samples) and keeps seeing its samples while blocks are sealed, merged and dropped.
/// A full disk refuses writes and answers queries, and heals when there is room. After a failed
/// sync the store refuses writes for good, naming the first cause; a restart reads what is really
/// on disk.
///
/// The owner calls [#maintain] every few seconds. The bytes are drawn in FORMAT.md.
public final class Tsdb implements MetricStore {

  /// The folder of the write-ahead log in the data directory.
  static final String WAL_FOLDER = "wal";

  private final TsdbOptions options;
  private final Closeable directoryLock;
  private final WritePath writePath;
  private final Maintenance maintenance;
  private final AtomicReference<View> view;
  private final Stats stats;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Tsdb(
      TsdbOptions options,
      Closeable directoryLock,
      WritePath writePath,
      Maintenance maintenance,
      AtomicReference<View> view,
      Stats stats) {
    this.options = options;
    this.directoryLock = directoryLock;
    this.writePath = writePath;
    this.maintenance = maintenance;
    this.view = view;
    this.stats = stats;
  }

  /// Opens the store, makes its directory if there is none, and replays the log.
  ///
  /// @throws MangruException `UNAVAILABLE` if the directory is in use, cannot be read and written,
  ///   or was written by a newer Mangru; the message names it and the way out
  /// @throws IOException if the disk fails; a [dev.mangru.model.error.CorruptDataException] if
  ///   bytes cannot be right
  public static Tsdb open(TsdbOptions options, InstantSource clock) throws IOException {
    return open(options, clock, Disk.REAL);
  }

  /// As [#open(TsdbOptions, InstantSource)], on another disk; for tests.
  static Tsdb open(TsdbOptions options, InstantSource clock, Disk disk) throws IOException {
    Path directory = options.directory();
    Closeable lock;
    try {
      disk.createDirectories(directory);
      lock = disk.lock(directory);
    } catch (AccessDeniedException | FileAlreadyExistsException | NotDirectoryException e) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "cannot use "
              + directory
              + " as data directory ("
              + e
              + "): make it a folder that user "
              + System.getProperty("user.name")
              + " can read and write, or choose another one",
          e);
    }
    Tsdb opened = null;
    try {
      opened = openLocked(options, clock, disk, lock);
      return opened;
    } finally {
      if (opened == null) {
        lock.close();
      }
    }
  }

  private static Tsdb openLocked(
      TsdbOptions options, InstantSource clock, Disk disk, Closeable lock) throws IOException {
    long started = System.nanoTime();
    Path wal = options.directory().resolve(WAL_FOLDER);
    BlockSet blocks = BlockSet.open(disk, options.directory(), disk.exists(wal));
    boolean whole = false;
    try {
      AtomicReference<View> view =
          new AtomicReference<>(new View(new Head(), null, blocks.blocks()));
      Stats stats = new Stats();
      WritePath writePath =
          new WritePath(options, clock, disk, wal, blocks.firstSegment(), view, stats);
      Maintenance maintenance =
          new Maintenance(options, disk, blocks, writePath, view, stats, clock.millis());
      stats.replayNanos = System.nanoTime() - started;
      whole = true;
      return new Tsdb(options, lock, writePath, maintenance, view, stats);
    } finally {
      if (!whole) {
        blocks.close();
      }
    }
  }

  /// Opens one batch.
  ///
  /// Its `append` throws `BAD_DATA` for labels over a limit, naming the label, and `BODY_TOO_LARGE`
  /// for too many samples; the batch is then as before and may go on.
  @Override
  public Appender appender() {
    return new Batch(writePath, options);
  }

  @Override
  public Querier querier(TimeRange range) {
    while (!closed.get()) {
      View current = view.get();
      List<Block> held = new ArrayList<>();
      boolean all = true;
      for (Block block : current.blocks()) {
        if (block.range().overlaps(range)) {
          if (!block.tryRetain()) {
            all = false;
            break;
          }
          held.add(block);
        }
      }
      if (all) {
        return new TsdbQuerier(options, stats, range, current, held);
      }
      held.forEach(Block::release); // a newer view has replaced this one
    }
    throw new MangruException(
        ErrorCode.UNAVAILABLE, "the time-series store " + options.directory() + " is closed");
  }

  /// Does what is due: seals, merges, drops, and looks at the free disk space. Returns at once if
  /// nothing is. A failure changes nothing and is tried again at the next call.
  ///
  /// @throws IOException if the disk fails, a full one included
  /// @throws MangruException `UNAVAILABLE` if the log is broken
  public void maintain(Instant now) throws IOException {
    if (!closed.get()) {
      maintenance.run(now);
    }
  }

  /// What broke the write-ahead log, or null. No sample is taken until the store is opened again.
  public @Nullable Throwable brokenBy() {
    return writePath.brokenBy();
  }

  /// Seals everything now; for tests and before a copy of the data directory is made.
  void seal(Instant now) throws IOException {
    maintenance.sealAll(now);
  }

  /// Refuses new work, writes what is queued, and lets go of the directory. Nothing is sealed: the
  /// log holds it.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    writePath.close();
    maintenance.close();
    try {
      directoryLock.close();
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.INTERNAL, "cannot let go of " + options.directory() + ": " + e, e);
    }
  }

  Stats stats() {
    return stats;
  }

  View view() {
    return view.get();
  }

  WritePath writePath() {
    return writePath;
  }
}
