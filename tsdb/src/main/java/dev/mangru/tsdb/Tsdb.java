package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Durability;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Buckets;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.PastChanges;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Snapshots;
import dev.mangru.tsdb.head.RowReader;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.index.SeriesView;
import dev.mangru.tsdb.ingest.SampleBatch;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The time-series store: a durable log and rows in memory for what is new, parts and blocks for
/// what is older. Thread-safe.
///
/// ```
///  batch ──▶ wal/ (synced) ──▶ rows ──▶ parts/ ──▶ blocks/ ──▶ gone after the retention
///                 acknowledged here   every 2 min    every 2 h
/// ```
///
/// **Promises.** What [SampleBatch#commit] accepted survives a crash at any moment, and nothing is
/// readable before it is durable. A querier sees whole records (a batch is one record up to some
/// million samples) and keeps seeing its samples while others are sealed, merged, deleted and
/// dropped. Of two samples of one series at one time the one written first counts. A full disk
/// refuses writes and answers queries, and heals when there is room. After a failed sync the store
/// refuses writes for good, naming the first cause; a restart reads what is really on disk. A
/// damaged part, block or piece of the log does not keep the store from starting: it is set aside
/// in `quarantine/`, logged and counted.
///
/// The owner calls [#maintain] every few seconds, or [#sealIfDue] and [#compactIfDue] from a thread
/// each. The bytes are drawn in FORMAT.md.
public final class Tsdb implements MetricStore {

  /// The folder of the write-ahead log in the data directory.
  static final String WAL_FOLDER = "wal";

  private final TsdbOptions options;
  private final InstantSource clock;
  private final Disk disk;
  private final Closeable directoryLock;
  private final SeriesTable table;
  private final Rows rows;
  private final FileSet files;
  private final WritePath writePath;
  private final Maintenance maintenance;
  private final AtomicReference<View> view;
  private final Horizon horizon;
  private final Changes changes;
  private final RowTimes rowTimes = new RowTimes();
  private final Selections selections;
  private final Stats stats;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Tsdb(
      TsdbOptions options,
      InstantSource clock,
      Disk disk,
      Closeable directoryLock,
      SeriesTable table,
      Rows rows,
      FileSet files,
      WritePath writePath,
      Maintenance maintenance,
      AtomicReference<View> view,
      Horizon horizon,
      Changes changes,
      Stats stats) {
    this.options = options;
    this.clock = clock;
    this.disk = disk;
    this.directoryLock = directoryLock;
    this.table = table;
    this.rows = rows;
    this.files = files;
    this.writePath = writePath;
    this.maintenance = maintenance;
    this.view = view;
    this.horizon = horizon;
    this.changes = changes;
    this.stats = stats;
    this.selections = new Selections(options.maxSelectionBytes());
  }

  // ---- opening ---------------------------------------------------------------------------------

  /// Opens the store, makes its directory if there is none, and replays the log.
  ///
  /// @throws MangruException `UNAVAILABLE` if the directory is in use, cannot be read and written,
  ///   or was written by another version of Mangru; the message names it and the way out
  /// @throws IOException if the disk fails; a [CorruptDataException] if the manifest is damaged or
  ///   missing beside data
  public static Tsdb open(TsdbOptions options, InstantSource clock) throws IOException {
    return open(options, clock, Disk.REAL);
  }

  /// As [#open(TsdbOptions, InstantSource)], on another disk; for tests.
  public static Tsdb open(TsdbOptions options, InstantSource clock, Disk disk) throws IOException {
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
    Stats stats = new Stats();
    if (Upgrade.isDue(disk, options.directory())) {
      Upgrade.run(disk, options.directory(), options.blockRange().toMillis(), clock.millis());
    }
    while (true) {
      try {
        Tsdb opened = openOnce(options, clock, disk, lock, stats);
        stats.replayNanos = System.nanoTime() - started;
        return opened;
      } catch (FileSet.DamagedRegistry e) {
        FileSet.salvageRegistry(disk, options.directory(), stats, e);
      } catch (DamagedLog e) {
        e.cut(disk, options.directory(), stats);
      }
    }
  }

  private static Tsdb openOnce(
      TsdbOptions options, InstantSource clock, Disk disk, Closeable lock, Stats stats)
      throws IOException {
    SeriesTable table = new SeriesTable();
    FileSet files = FileSet.open(disk, options.directory(), table, stats);
    Rows rows = new Rows(0, options.maxHeadBytes());
    boolean whole = false;
    RecordLog log = null;
    try {
      int registered = table.endRef();
      Path wal = options.directory().resolve(WAL_FOLDER);
      Replay replay = new Replay(table, rows, wal);
      try {
        log =
            RecordLog.open(
                disk,
                wal,
                "tsdb-wal",
                options.walSegmentBytes(),
                files.manifest().firstSegment(),
                options.durability(),
                replay);
      } catch (CorruptDataException e) {
        throw new DamagedLog(wal, replay.segment(), replay.wholeEnd(), e);
      }
      stats.replayedSamples = replay.samples();
      AtomicReference<View> view = new AtomicReference<>(files.view(rows.firstRow()));
      Horizon horizon = new Horizon();
      files.files().forEach(file -> horizon.raise(file.range().endMs()));
      Changes changes =
          new Changes(
              clock,
              files.files().stream()
                  .mapToLong(file -> file.range().endMs())
                  .max()
                  .orElse(Long.MIN_VALUE));
      OlderSamples older = new OlderSamples(table, view);
      WritePath writePath =
          new WritePath(
              options,
              clock,
              table,
              rows,
              log,
              older,
              changes,
              stats,
              replay.epoch() + 1,
              replay.bytes());
      Maintenance maintenance =
          new Maintenance(
              options,
              disk,
              files,
              writePath,
              table,
              rows,
              older,
              view,
              horizon,
              changes,
              stats,
              registered,
              clock.millis());
      maintenance.snapshots().removeUnfinished();
      whole = true;
      return new Tsdb(
          options,
          clock,
          disk,
          lock,
          table,
          rows,
          files,
          writePath,
          maintenance,
          view,
          horizon,
          changes,
          stats);
    } finally {
      if (!whole) {
        if (log != null) {
          log.close();
        }
        rows.close();
        files.close();
      }
    }
  }

  // ---- reading and writing ---------------------------------------------------------------------

  /// Opens one batch.
  ///
  /// Its `append` throws `BAD_DATA` for labels over a limit, naming the label, and `BODY_TOO_LARGE`
  /// for too many samples; the batch is then as before and may go on.
  @Override
  public SampleBatch appender() {
    return writePath.batch();
  }

  @Override
  public Querier querier(TimeRange range) {
    return open(range);
  }

  private TsdbQuerier open(TimeRange range) {
    while (!closed.get()) {
      View current = view.get();
      TsdbQuerier opened = open(current, range, _ -> true, writePath.visible());
      if (opened != null) {
        return opened;
      }
    }
    throw closedStore();
  }

  @Override
  public Querier querier(TimeRange range, Buckets wanted) {
    while (!closed.get()) {
      View current = view.get();
      long visible = writePath.visible();
      SummaryUses uses = SummaryUses.of(current, range, wanted, files.damagedSummaries());
      Querier opened =
          uses.isEmpty()
              ? open(current, range, _ -> true, visible)
              : open(current, range, wanted, uses, visible);
      if (opened != null) {
        return opened;
      }
    }
    throw closedStore();
  }

  @Override
  public PastChanges changes() {
    return changes;
  }

  /// Null if a newer view has replaced this one.
  private @Nullable Querier open(
      View current, TimeRange range, Buckets wanted, SummaryUses uses, long visible) {
    if (!uses.tryRetain()) {
      return null;
    }
    TsdbQuerier all = null;
    TsdbQuerier rest = null;
    BucketQuerier opened = null;
    try {
      all = open(current, range, _ -> true, visible);
      rest = all == null ? null : open(current, range, uses::reads, visible);
      if (all != null && rest != null) {
        opened =
            new BucketQuerier(
                range, wanted, uses, current.tombstones(), all, rest, files.damagedSummaries());
      }
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (opened == null) {
        uses.release();
        if (all != null) {
          all.close();
        }
        if (rest != null) {
          rest.close();
        }
      }
    }
  }

  /// Null if a newer view has replaced this one.
  ///
  /// @param wanted which files are read
  /// @param visible taken after `current`
  private @Nullable TsdbQuerier open(
      View current, TimeRange range, Predicate<StoreFile> wanted, long visible) {
    RowReader pin = rows.open(current.firstRow());
    if (pin == null) {
      return null;
    }
    // Before the files are held: as long as they can be, no series of theirs is forgotten.
    SeriesView names = table.view();
    List<StoreFile> held = new ArrayList<>();
    boolean all = true;
    for (StoreFile file : current.files()) {
      if (file.range().overlaps(range) && wanted.test(file)) {
        if (!file.tryRetain()) {
          all = false;
          break;
        }
        held.add(file);
      }
    }
    if (all) {
      return new TsdbQuerier(
          options,
          stats,
          range,
          table,
          names,
          selections,
          rowTimes,
          horizon,
          rows,
          current,
          held,
          pin,
          visible);
    }
    held.forEach(StoreFile::release);
    pin.close();
    return null;
  }

  private MangruException closedStore() {
    return new MangruException(
        ErrorCode.UNAVAILABLE, "the time-series store " + options.directory() + " is closed");
  }

  private void checkOpen() {
    if (closed.get()) {
      throw closedStore();
    }
  }

  // ---- looking after it ------------------------------------------------------------------------

  /// Does what is due: seals, merges, drops, and looks at the free disk space. Returns at once if
  /// nothing is. A failure changes nothing and is tried again at the next call.
  ///
  /// @throws IOException if the disk fails, a full one included
  /// @throws MangruException `UNAVAILABLE` if the log is broken
  public void maintain(Instant now) throws IOException {
    sealIfDue(now);
    compactIfDue(now);
  }

  /// The part of [#maintain] that must not wait for merges: sealing, and the look at the disk.
  public void sealIfDue(Instant now) throws IOException {
    if (!closed.get()) {
      maintenance.seal(now);
    }
  }

  /// The part of [#maintain] that may take long: merging and dropping.
  public void compactIfDue(Instant now) throws IOException {
    if (!closed.get()) {
      maintenance.compact(now);
    }
  }

  /// Writes everything in memory to parts.
  public void sealAll(Instant now) throws IOException {
    checkOpen();
    maintenance.sealAll(now);
  }

  /// Brings everything to its final form, the current window included.
  public void compactAll(Instant now) throws IOException {
    checkOpen();
    maintenance.sealAll(now);
    maintenance.settle(now);
  }

  /// Deletes the samples in `range` of all series that all of `matchers` select. Durable, and seen
  /// by every query from now on, when this returns; the bytes go when their files are merged, or
  /// with [#cleanTombstones].
  ///
  /// @throws MangruException `OVERLOADED` for too many deletions that are not cleaned yet
  public void delete(List<LabelMatcher> matchers, TimeRange range, Instant now) throws IOException {
    checkOpen();
    maintenance.delete(matchers, range, now);
  }

  /// Writes every file anew that has deleted samples.
  public void cleanTombstones(Instant now) throws IOException {
    checkOpen();
    maintenance.cleanTombstones(now);
  }

  /// Makes a copy of everything at this moment by hard links, itself a data directory.
  ///
  /// @param name of its folder in `snapshots/`; [Snapshots#name] makes one
  /// @return the folder
  /// @throws MangruException `BAD_DATA` if the name is taken or no name
  public Path snapshot(String name, Instant now) throws IOException {
    return snapshot(name, false, now);
  }

  /// As [#snapshot(String, Instant)].
  ///
  /// @param skipMemory leaves out what no seal has written to a part yet
  public Path snapshot(String name, boolean skipMemory, Instant now) throws IOException {
    checkOpen();
    return maintenance.snapshot(name, skipMemory, now);
  }

  /// The snapshots there are, to list and remove them.
  public Snapshots snapshots() {
    return maintenance.snapshots();
  }

  /// Joins a budget of memory that this store and others share, until it is closed. For once,
  /// before anybody writes.
  ///
  /// @param mayTakeAll whether this store may take all that the others have left; otherwise it may
  ///   have no more than is still free
  public void share(MemoryBudget budget, boolean mayTakeAll) {
    writePath.join(budget, mayTakeAll);
  }

  /// Takes samples in bulk, for any time inside the retention, past log and memory, while others
  /// write and ask. For one thread.
  public ImportTarget importTarget() {
    return new BulkImport(options, clock, disk, files, maintenance, this::open);
  }

  // ---- what it tells ---------------------------------------------------------------------------

  /// The series in memory: labels, counts by name and value.
  public SeriesTable series() {
    return table;
  }

  /// When a batch counts as written.
  public Durability durability() {
    return options.durability();
  }

  /// What broke the write-ahead log, or null. No sample is taken until the store is opened again.
  public @Nullable Throwable brokenBy() {
    return writePath.brokenBy();
  }

  /// Why writes are refused for the time being, or null.
  public @Nullable String refusal() {
    return writePath.refusal();
  }

  /// Refuses new work, writes what is queued, and lets go of the directory. Nothing is sealed: the
  /// log holds it.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    writePath.close();
    try (Closeable _ = directoryLock;
        Rows _ = rows) {
      maintenance.close();
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.INTERNAL, "cannot let go of " + options.directory() + ": " + e, e);
    }
  }

  TsdbOptions options() {
    return options;
  }

  Disk disk() {
    return disk;
  }

  Stats stats() {
    return stats;
  }

  View view() {
    return view.get();
  }

  Selections selections() {
    return selections;
  }

  Rows rows() {
    return rows;
  }

  FileSet files() {
    return files;
  }

  WritePath writePath() {
    return writePath;
  }
}
