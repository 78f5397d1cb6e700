package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.compact.CompactOptions;
import dev.mangru.tsdb.compact.Merge;
import dev.mangru.tsdb.compact.MergeInput;
import dev.mangru.tsdb.compact.Plan;
import dev.mangru.tsdb.compact.Planner;
import dev.mangru.tsdb.compact.Progress;
import dev.mangru.tsdb.compact.Removal;
import dev.mangru.tsdb.compact.Snapshots;
import dev.mangru.tsdb.compact.StoredFile;
import dev.mangru.tsdb.compact.SummaryPlanner;
import dev.mangru.tsdb.compact.Tombstone;
import dev.mangru.tsdb.compact.Tombstones;
import dev.mangru.tsdb.head.RowReader;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Seals rows into parts, carries out what compaction plans, deletes, and watches the disk.
/// Thread-safe: sealing and merging have a lock each and go on beside one another.
///
/// Only this class changes the view. Every step leaves one in which each sample is in exactly one
/// place.
final class Maintenance {

  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

  /// The metric name of samples whose labels a damaged registry has lost; label `ref` tells them
  /// apart.
  static final String NAMELESS = "mangru_series_without_labels";

  /// Merges in one round, so that a round ends. Chosen.
  private static final int MAX_STEPS = 64;

  private final TsdbOptions options;
  private final CompactOptions compactOptions;
  private final Disk disk;
  private final FileSet files;
  private final WritePath writePath;
  private final SeriesTable table;
  private final Rows rows;
  private final OlderSamples older;
  private final AtomicReference<View> view;
  private final Horizon horizon;
  private final Changes changes;
  private final Stats stats;
  private final Progress progress = new Progress();
  private final Snapshots snapshots;

  @GuardedBy("mergeLock")
  private final Summarizing summarizing;

  private final ReentrantLock sealLock = new ReentrantLock();
  private final ReentrantLock mergeLock = new ReentrantLock();
  private final ReentrantLock viewLock = new ReentrantLock();

  /// By the clock, when rows were sealed last, or the first of them came.
  @GuardedBy("sealLock")
  private long sealedMs;

  /// By the clock, when spare memory of rows was given back last.
  @GuardedBy("sealLock")
  private long givenBackMs;

  /// Series that the registry has are below this.
  @GuardedBy("sealLock")
  private int registered;

  @GuardedBy("mergeLock")
  private final Removal removal = new Removal();

  /// Numbers of files that could not be read when they were to be merged: they keep their place and
  /// the others go on.
  @GuardedBy("mergeLock")
  private final Set<Long> unreadable = new HashSet<>();

  private volatile Cancellation merging = new Cancellation();
  private volatile boolean closed;

  Maintenance(
      TsdbOptions options,
      Disk disk,
      FileSet files,
      WritePath writePath,
      SeriesTable table,
      Rows rows,
      OlderSamples older,
      AtomicReference<View> view,
      Horizon horizon,
      Changes changes,
      Stats stats,
      int registered,
      long nowMs) {
    this.options = options;
    this.compactOptions =
        CompactOptions.of(options.blockRange(), options.kept(), options.retentionBytes());
    this.disk = disk;
    this.files = files;
    this.writePath = writePath;
    this.table = table;
    this.rows = rows;
    this.older = older;
    this.view = view;
    this.horizon = horizon;
    this.changes = changes;
    this.stats = stats;
    this.snapshots = new Snapshots(disk, options.directory(), Manifest.NAME);
    mergeLock.lock();
    try {
      this.summarizing = new Summarizing(options, disk, files, stats);
    } finally {
      mergeLock.unlock();
    }
    sealLock.lock();
    try {
      this.registered = registered;
      this.sealedMs = nowMs;
      this.givenBackMs = nowMs;
    } finally {
      sealLock.unlock();
    }
  }

  Progress progress() {
    return progress;
  }

  // ---- rounds ----------------------------------------------------------------------------------

  /// Looks at the disk, and seals if it is time.
  void seal(Instant now) throws IOException {
    sealLock.lock();
    try {
      if (!closed) {
        watchDisk();
        giveBackSpare(now.toEpochMilli());
        if (sealingIsDue(now.toEpochMilli())) {
          sealNow(now.toEpochMilli());
        }
      }
    } catch (IOException | RuntimeException e) {
      stats.maintenanceFailures.increment();
      throw e;
    } finally {
      sealLock.unlock();
    }
  }

  /// Memory of rows that two seals did without is not going to be needed soon.
  @GuardedBy("sealLock")
  private void giveBackSpare(long nowMs) {
    if (Math.abs(nowMs - givenBackMs) >= 2 * options.sealInterval().toMillis()) {
      rows.giveBackSpare();
      givenBackMs = nowMs;
    }
  }

  /// Seals whatever there is.
  void sealAll(Instant now) throws IOException {
    sealLock.lock();
    try {
      if (!closed) {
        sealNow(now.toEpochMilli());
      }
    } finally {
      sealLock.unlock();
    }
  }

  /// Merges and drops what is due. Returns at once if another thread does.
  void compact(Instant now) throws IOException {
    if (!mergeLock.tryLock()) {
      return;
    }
    try {
      for (int i = 0; i < MAX_STEPS && !closed; i++) {
        Plan plan = null;
        try {
          plan = Planner.next(inventory(now)).orElse(null);
          if (plan == null) {
            break;
          }
          carryOut(plan, now);
        } catch (IOException e) {
          if (!leaveOut(plan, e)) {
            throw e;
          }
        }
      }
      summarize(now);
    } catch (IOException | RuntimeException e) {
      stats.maintenanceFailures.increment();
      throw e;
    } finally {
      mergeLock.unlock();
    }
  }

  /// Plans no more with a file that is damaged, or that the disk does not give: with the one that
  /// is named, else with all of the plan.
  ///
  /// @param plan null if there was no plan yet
  /// @return false if the failure is of no file that is there
  @GuardedBy("mergeLock")
  private boolean leaveOut(@Nullable Plan plan, IOException failure) {
    Set<Long> bad = new HashSet<>();
    String text = String.valueOf(failure.getMessage());
    for (StoreFile file : files.files()) {
      if (text.contains(file.entry().path(options.directory()).toString())) {
        bad.add(file.stored().number());
      }
    }
    if (bad.isEmpty() && plan != null && failure instanceof CorruptDataException) {
      plan.inputs().forEach(input -> bad.add(input.number()));
    }
    if (!unreadable.addAll(bad)) {
      return false;
    }
    stats.maintenanceFailures.increment();
    LOG.atError()
        .addKeyValue("files", bad)
        .setCause(failure)
        .log("cannot merge a damaged file; check --repair saves what is whole of it");
    return true;
  }

  /// Brings everything that is sealed to its final form.
  void settle(Instant now) throws IOException {
    mergeLock.lock();
    try {
      while (!closed) {
        Optional<Plan> plan = Planner.settle(inventory(now));
        if (plan.isEmpty()) {
          break;
        }
        carryOut(plan.get(), now);
      }
      summarize(now);
      rows.trim(); // somebody wants order, and may wait for new pages
    } finally {
      mergeLock.unlock();
    }
  }

  /// Makes the summaries that are due, and lets go of those that are not wanted any more.
  @GuardedBy("mergeLock")
  private void summarize(Instant now) throws IOException {
    for (int i = 0; i < MAX_STEPS && !closed; i++) {
      Optional<SummaryPlanner.Step> step = summarizing.next(now.toEpochMilli());
      if (step.isEmpty()) {
        return;
      }
      long started = System.nanoTime();
      FileSet.Change change = files.change();
      summarizing.carryOut(step.get(), turn(now), change);
      publish(change);
      stats.summarySteps.increment();
      stats.summaryNanos.add(System.nanoTime() - started);
      LOG.atInfo()
          .addKeyValue("step", step.get())
          .addKeyValue("milliseconds", (System.nanoTime() - started) / 1_000_000)
          .log("summaries looked after");
    }
  }

  /// What one new file is made with.
  ///
  /// @param number of the file
  /// @param tombstones of the same moment, with no deletion between: [Merge] says why
  record Turn(long number, Tombstones tombstones, long nowMs, Cancellation cancellation) {}

  @GuardedBy("mergeLock")
  private Turn turn(Instant now) {
    Cancellation cancellation = new Cancellation();
    merging = cancellation;
    if (closed) {
      throw new CancellationException("the store is closing");
    }
    viewLock.lock();
    try {
      return new Turn(files.nextNumber(), files.tombstones(), now.toEpochMilli(), cancellation);
    } finally {
      viewLock.unlock();
    }
  }

  private void watchDisk() throws IOException {
    long usable = disk.usableBytes(options.directory());
    boolean low = usable < options.minFreeBytes();
    writePath.refuse(
        low
            ? "the disk of "
                + options.directory()
                + " has "
                + usable
                + " bytes left, less than min-free-bytes = "
                + options.minFreeBytes()
                + ": free some space or shorten the retention; writes go on by themselves then"
            : null);
  }

  // ---- sealing ---------------------------------------------------------------------------------

  @GuardedBy("sealLock")
  private boolean sealingIsDue(long nowMs) {
    if (rows.nextRow() == rows.firstRow()) {
      sealedMs = nowMs;
      return false;
    }
    return nowMs - sealedMs >= options.sealInterval().toMillis()
        || nowMs < sealedMs
        || writePath.wantsSealing();
  }

  @GuardedBy("sealLock")
  private void sealNow(long nowMs) throws IOException {
    long firstRow = view.get().firstRow();
    if (rows.nextRow() == firstRow) {
      return;
    }
    long started = System.nanoTime();
    WritePath.Boundary boundary = writePath.boundary();
    long seq = files.takeSeq();
    FileSet.Change change = files.change();
    long written;
    long windowMs = options.blockRange().toMillis();
    while (true) {
      try (Sealing sealing = new Sealing(disk, options.directory(), files, seq, nowMs, windowMs);
          RowReader reader = open(firstRow)) {
        written = sealing.write(table, reader, firstRow, boundary.endRow(), boundary.endRef());
        sealing.finish().forEach(change::add);
        break;
      } catch (Sealing.TooManyWindows e) {
        windowMs = Windows.larger(windowMs, options.blockRange().toMillis());
        LOG.atDebug().setCause(e).log("sealing by windows of {} ms", windowMs);
      }
    }
    boolean named = false;
    try {
      files.register(table, registered, boundary.endRef());
      named = true;
    } finally {
      if (!named) {
        change.giveUp();
      }
    }
    registered = Math.max(registered, boundary.endRef());
    change.sealed(boundary.segment());
    viewLock.lock();
    try {
      change.commit();
      view.set(files.view(boundary.endRow()));
    } finally {
      viewLock.unlock();
    }
    rows.releaseBefore(boundary.endRow());
    writePath.sealed(boundary);
    sealedMs = nowMs;
    writePath.deleteLogBefore(boundary.segment());
    long nanos = System.nanoTime() - started;
    stats.seals.increment();
    stats.sealedSamples.add(written);
    stats.sealNanos.add(nanos);
    LOG.atDebug()
        .addKeyValue("samples", written)
        .addKeyValue("milliseconds", nanos / 1_000_000)
        .log("sealed samples into parts");
  }

  private RowReader open(long firstRow) {
    RowReader reader = rows.open(firstRow);
    if (reader == null) {
      throw new IllegalStateException(
          "rows from " + firstRow + " were released, and only sealing releases rows");
    }
    return reader;
  }

  // ---- merging ---------------------------------------------------------------------------------

  @GuardedBy("mergeLock")
  private Planner.Inventory inventory(Instant now) throws IOException {
    List<StoreFile> all = files.files();
    Set<Long> left = Set.copyOf(unreadable);
    return new Planner.Inventory(
        all.stream().map(StoreFile::stored).toList(),
        left,
        removal.survey(
            all.stream()
                .filter(file -> !left.contains(file.stored().number()))
                .map(StoreFile::input)
                .toList(),
            this::labels,
            files.tombstones(),
            compactOptions.retention(),
            now.toEpochMilli()),
        now.toEpochMilli(),
        Math.max(0, disk.usableBytes(options.directory()) - options.minFreeBytes()),
        compactOptions.withRetentionBytes(summarizing.retentionBytesLeft()));
  }

  private Labels labels(int ref) {
    return table.view().has(ref)
        ? table.labels(ref)
        : Labels.of(Labels.METRIC_NAME, NAMELESS, "ref", Integer.toString(ref));
  }

  @GuardedBy("mergeLock")
  private void carryOut(Plan plan, Instant now) throws IOException {
    long started = System.nanoTime();
    List<Long> numbers = plan.inputs().stream().map(StoredFile::number).toList();
    List<MergeInput> inputs = new ArrayList<>();
    boolean toBlock = false;
    for (StoreFile file : files.files()) {
      if (numbers.contains(file.stored().number())) {
        inputs.add(file.input());
        toBlock |= file instanceof StoreFile.Block;
      }
    }
    FileSet.Change change = files.change();
    change.remove(numbers);
    boolean partsGo = false;
    switch (plan) {
      case Plan.Drop _ -> {
        stats.filesDropped.add(numbers.size());
        plan.inputs().forEach(file -> horizon.raise(file.range().endMs()));
      }
      case Plan.MergeParts merge -> merge(change, inputs, merge.window(), false, now);
      case Plan.PartsToBlock merge -> {
        merge(change, inputs, merge.window(), true, now);
        partsGo = true;
      }
      case Plan.MergeBlocks merge -> merge(change, inputs, merge.window(), true, now);
      case Plan.Rewrite rewrite -> {
        TimeRange window =
            switch (inputs.getFirst()) {
              case MergeInput.Part part -> part.file().sealed().window();
              case MergeInput.Block block -> block.file().sealed().window();
            };
        merge(change, inputs, window, toBlock, now);
      }
    }
    publish(change);
    changes.changed(new TimeRange(Long.MIN_VALUE, lastGoneMs(plan, now)));
    stats.mergeNanos.add(System.nanoTime() - started);
    LOG.atInfo()
        .addKeyValue("files", numbers.size())
        .addKeyValue("reason", plan.reason())
        .addKeyValue("milliseconds", (System.nanoTime() - started) / 1_000_000)
        .log(plan instanceof Plan.Drop ? "dropped files" : "merged files");
    if (partsGo) {
      dropSeries(now.toEpochMilli());
    }
  }

  /// Samples after this time are none the fewer for the plan.
  private long lastGoneMs(Plan plan, Instant now) {
    long gone = now.toEpochMilli() - options.kept().shortestMs();
    if (plan instanceof Plan.Drop) {
      for (StoredFile file : plan.inputs()) {
        gone = Math.max(gone, file.range().endMs());
      }
    }
    return gone;
  }

  @GuardedBy("mergeLock")
  private void merge(
      FileSet.Change change,
      List<MergeInput> inputs,
      TimeRange window,
      boolean toBlock,
      Instant now)
      throws IOException {
    Turn turn = turn(now);
    Merge merge =
        new Merge(
            disk,
            this::labels,
            turn.tombstones(),
            compactOptions.retention(),
            turn.nowMs(),
            turn.cancellation(),
            progress);
    Manifest.Entry entry = new Manifest.Entry(toBlock, turn.number(), turn.nowMs());
    Path target = entry.path(options.directory());
    Merge.Merged merged;
    if (toBlock) {
      merged = merge.toBlock(inputs, window, target);
    } else {
      List<MergeInput.Part> parts = new ArrayList<>();
      for (MergeInput input : inputs) {
        if (input instanceof MergeInput.Part part) {
          parts.add(part);
        }
      }
      merged = merge.toPart(parts, window, target);
    }
    if (merged.samples() > 0) {
      change.add(entry);
    }
    stats.filesMerged.add(inputs.size());
  }

  private void publish(FileSet.Change change) throws IOException {
    viewLock.lock();
    try {
      change.commit();
      view.set(files.view(view.get().firstRow()));
    } finally {
      viewLock.unlock();
    }
    writePath.exclusively(() -> {
      older.forget();
      return true;
    });
  }

  /// Forgets series that have nothing but samples in blocks, and none for two block ranges.
  @GuardedBy("mergeLock")
  private void dropSeries(long nowMs) throws IOException {
    long before = nowMs - 2 * options.blockRange().toMillis();
    sealLock.lock(); // no part comes meanwhile
    try {
      BitSet live = new BitSet();
      for (StoreFile file : files.files()) {
        if (file instanceof StoreFile.Part) {
          addRefs(file.cursor(), live);
        }
      }
      long firstRow = view.get().firstRow();
      int end = registered;
      int dropped =
          writePath.exclusively(() ->
              table.drop(
                  Math.min(end, table.endRef()),
                  ref -> !live.get(ref) && isDead(ref, firstRow, before)));
      if (dropped > 0) {
        table.compact();
        files.rewriteRegistryFor(table, registered);
        files.change().commit();
        LOG.atInfo().addKeyValue("series", dropped).log("forgot series without recent samples");
      }
    } finally {
      sealLock.unlock();
    }
  }

  /// Series whose place in a part is damaged have no sample there that anyone can read.
  private static void addRefs(ChunkCursor cursor, BitSet live) throws IOException {
    while (true) {
      try {
        if (!cursor.next()) {
          return;
        }
        live.set(cursor.ref());
      } catch (CorruptDataException e) {
        LOG.atDebug().setCause(e).log("series of a part that cannot be read");
      }
    }
  }

  /// Whether a series without parts has had no sample for long; then its newest one is no longer
  /// known to the table.
  private boolean isDead(int ref, long firstRow, long beforeMs) {
    long newestMs = table.newestMs(ref);
    if (table.lastRow(ref) >= firstRow || newestMs >= beforeMs) {
      return false;
    }
    horizon.raise(newestMs);
    return true;
  }

  // ---- deleting and copying --------------------------------------------------------------------

  /// Deletes samples: durable and effective when this returns.
  void delete(List<LabelMatcher> matchers, TimeRange range, Instant now) throws IOException {
    sealAll(now);
    viewLock.lock();
    try {
      Tombstone tombstone = new Tombstone(files.nextNumber(), matchers, range, now.toEpochMilli());
      Tombstones after =
          files
              .tombstones()
              .stillNeeded(
                  files.files().stream().map(StoreFile::stored).toList(),
                  files.summaries().stream().map(SummaryFile::stored).toList())
              .plus(List.of(tombstone));
      FileSet.Change change = files.change();
      change.tombstones(after);
      raiseHorizon(range.endMs());
      change.commit();
      view.set(files.view(view.get().firstRow()));
    } finally {
      viewLock.unlock();
    }
    changes.changed(range);
  }

  /// The newest samples that the table knows may be gone up to this time, as far as there are
  /// files.
  private void raiseHorizon(long toMs) {
    long end = Long.MIN_VALUE;
    for (StoreFile file : files.files()) {
      end = Math.max(end, file.range().endMs());
    }
    horizon.raise(Math.min(toMs, end));
  }

  /// Writes every file anew that tombstones concern.
  void cleanTombstones(Instant now) throws IOException {
    mergeLock.lock();
    try {
      for (StoreFile file : files.files()) {
        if (!files.tombstones().in(file.stored().number(), file.range()).isEmpty()) {
          carryOut(new Plan.Rewrite(file.stored(), "tombstones are to be cleaned"), now);
        }
      }
      summarize(now);
      FileSet.Change change = files.change();
      change.tombstones(
          files
              .tombstones()
              .stillNeeded(
                  files.files().stream().map(StoreFile::stored).toList(),
                  files.summaries().stream().map(SummaryFile::stored).toList()));
      publish(change);
    } finally {
      mergeLock.unlock();
    }
  }

  // ---- importing -------------------------------------------------------------------------------

  /// What a window of an import begins with.
  ///
  /// @param seq of its block: after what was there, before what comes
  /// @param firstRow rows before it were there
  /// @param tombstones of that moment
  record ImportTurn(long seq, long firstRow, Tombstones tombstones) {}

  /// Begins a window of an import: nothing is merged before the same thread calls [#endImport].
  ImportTurn beginImport() {
    boolean begun = false;
    mergeLock.lock();
    try {
      checkOpen();
      ImportTurn turn = new ImportTurn(files.takeSeq(), writePath.visible(), files.tombstones());
      begun = true;
      return turn;
    } finally {
      if (!begun) {
        mergeLock.unlock();
      }
    }
  }

  void endImport() {
    mergeLock.unlock();
  }

  /// @throws MangruException `UNAVAILABLE` if the store is being closed
  void checkOpen() {
    if (closed) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "the time-series store " + options.directory() + " is closed");
    }
  }

  /// Shows a block that is durable and did not come from memory, between [#beginImport] and
  /// [#endImport].
  ///
  /// @throws MangruException `OVERLOADED` if samples of the same series and times were written
  ///   meanwhile, or some were deleted; then the block is gone
  void addBlock(Manifest.Entry entry, TimeRange window, ImportTurn turn) throws IOException {
    BlockFile block = BlockFile.open(disk, entry.path(options.directory()));
    try {
      Incoming incoming = new Incoming(block, table);
      FileSet.Change change = files.change();
      change.add(entry);
      writePath.changingNewest(() -> {
        viewLock.lock();
        try {
          String inTheWay = inTheWay(incoming, block.range(), turn);
          if (inTheWay != null) {
            change.giveUp();
            throw new MangruException(
                ErrorCode.OVERLOADED, inTheWay + " while it was imported: import it again");
          }
          horizon.raise(window.endMs());
          change.commit();
          view.set(files.view(view.get().firstRow()));
          return incoming.tellNewest();
        } finally {
          viewLock.unlock();
        }
      });
    } finally {
      block.release();
    }
    writePath.exclusively(() -> {
      older.forget();
      return true;
    });
    changes.changed(window);
  }

  /// What has happened to the samples of a block from elsewhere since it was begun, or null.
  private @Nullable String inTheWay(Incoming incoming, TimeRange range, ImportTurn turn)
      throws IOException {
    if (!files.tombstones().equals(turn.tombstones())) {
      return "samples were deleted";
    }
    View now = view.get();
    List<ChunkCursor> parts = new ArrayList<>();
    for (StoreFile file : now.files()) {
      if (file instanceof StoreFile.Part part
          && part.stored().firstSeq() > turn.seq()
          && part.range().overlaps(range)) {
        parts.add(part.cursor());
      }
    }
    try (RowReader reader = open(Math.max(turn.firstRow(), now.firstRow()))) {
      Labels labels = incoming.writtenMeanwhile(reader, parts);
      return labels == null ? null : "series " + labels + " was written at the same times";
    }
  }

  /// Makes a consistent copy, by hard links.
  ///
  /// @param skipMemory leaves out what is not in parts yet
  Path snapshot(String name, boolean skipMemory, Instant now) throws IOException {
    if (!skipMemory) {
      sealAll(now);
    }
    mergeLock.lock();
    sealLock.lock();
    try {
      Manifest manifest = files.manifest();
      List<Path> links = new ArrayList<>();
      manifest.files().forEach(entry -> links.add(entry.path(options.directory())));
      manifest.summaries().forEach(entry -> links.add(entry.path(options.directory())));
      if (manifest.tombstones() != 0) {
        links.add(manifest.tombstonesPath(options.directory()));
      }
      Manifest copy =
          new Manifest(
              1,
              manifest.nextSeq(),
              manifest.nextFile(),
              manifest.registry(),
              manifest.registryLength(),
              manifest.tombstones(),
              manifest.files(),
              manifest.summaries());
      return snapshots.create(
          name,
          links,
          List.of(
              new Snapshots.Copy(
                  manifest.registryPath(options.directory()), manifest.registryLength())),
          copy.bytes());
    } finally {
      sealLock.unlock();
      mergeLock.unlock();
    }
  }

  Snapshots snapshots() {
    return snapshots;
  }

  /// Waits for what is under way, cancels merges, and lets go of the files.
  void close() throws IOException {
    closed = true;
    merging.request();
    mergeLock.lock();
    try {
      sealLock.lock();
      try {
        writePath.exclusively(() -> {
          older.forget();
          return true;
        });
        files.close();
      } finally {
        sealLock.unlock();
      }
    } finally {
      mergeLock.unlock();
    }
  }
}
