package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.disk.Durability;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.ImportOutcome;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.MetricStoreAdmin;
import dev.mangru.model.metric.MetricStoreStatus;
import dev.mangru.model.metric.StoredBlock;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Snapshots;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.index.Cardinality;
import dev.mangru.tsdb.transfer.ImportReport;
import dev.mangru.tsdb.transfer.Importer;
import dev.mangru.tsdb.transfer.PieceSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an administrator does to a [Tsdb], logged with how long it took. Thread-safe.
public final class TsdbAdmin implements MetricStoreAdmin {

  private static final Logger LOG = LoggerFactory.getLogger(TsdbAdmin.class);

  /// Samples of a piece in memory at a time; the others wait in files. Chosen.
  private static final long MAX_IMPORT_BYTES = 64L << 20;

  private static final int COPY_BYTES = 64 << 10;
  private static final int IMPORT_ATTEMPTS = 3;
  private static final Duration COMPACT_EVERY = Duration.ofMinutes(1);

  private final Tsdb tsdb;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Disk disk;
  private final ReentrantLock importing = new ReentrantLock();

  @GuardedBy("importing")
  private @Nullable Instant compacted;

  /// @param random makes names of snapshots that differ within a second; thread-safe
  public TsdbAdmin(Tsdb tsdb, InstantSource clock, RandomGenerator random) {
    this.tsdb = tsdb;
    this.clock = clock;
    this.random = random;
    this.disk = tsdb.disk();
  }

  @Override
  public void deleteSeries(List<List<LabelMatcher>> selectors, TimeRange range) throws IOException {
    for (List<LabelMatcher> matchers : selectors) {
      Instant begin = clock.instant();
      tsdb.delete(matchers, range, begin);
      LOG.atInfo()
          .addKeyValue("matchers", matchers)
          .addKeyValue("startMs", range.startMs())
          .addKeyValue("endMs", range.endMs())
          .addKeyValue("took", Duration.between(begin, clock.instant()))
          .log("series deleted");
    }
  }

  @Override
  public void cleanTombstones() throws IOException {
    Instant begin = clock.instant();
    tsdb.cleanTombstones(begin);
    LOG.atInfo()
        .addKeyValue("took", Duration.between(begin, clock.instant()))
        .log("deleted samples removed from the files");
  }

  @Override
  public String snapshot(boolean skipMemory) throws IOException {
    Instant begin = clock.instant();
    String name = Snapshots.name(begin, random);
    tsdb.snapshot(name, skipMemory, begin);
    LOG.atInfo()
        .addKeyValue("name", name)
        .addKeyValue("skipMemory", skipMemory)
        .addKeyValue("took", Duration.between(begin, clock.instant()))
        .log("snapshot made");
    return name;
  }

  @Override
  public void compact() throws IOException {
    Instant begin = clock.instant();
    LOG.atInfo().log("settling the time-series store was asked for");
    tsdb.compactAll(begin);
    LOG.atInfo()
        .addKeyValue("took", Duration.between(begin, clock.instant()))
        .log("the time-series store is settled");
  }

  @Override
  public ImportOutcome importPiece(InputStream piece) throws IOException {
    if (!importing.tryLock()) {
      throw new MangruException(
          ErrorCode.OVERLOADED, "another import is under way: come back when it is done");
    }
    try {
      Path data = tsdb.options().directory();
      Path file = data.resolveSibling("import.piece");
      ImportReport report;
      try {
        receive(piece, file);
        report = store(file, data.resolveSibling("import.tmp"));
      } finally {
        disk.delete(file);
      }
      compactNowAndThen();
      LOG.atDebug()
          .addKeyValue("imported", report.imported())
          .addKeyValue("alreadyThere", report.alreadyThere())
          .addKeyValue("refused", report.refusedSamples())
          .log("a piece of an import is stored");
      return new ImportOutcome(report.imported(), report.alreadyThere(), report.refused());
    } finally {
      importing.unlock();
    }
  }

  private void receive(InputStream piece, Path file) throws IOException {
    disk.delete(file);
    try (WritableFile out = disk.create(file)) {
      byte[] buffer = new byte[COPY_BYTES];
      long usable = disk.usableBytes(tsdb.options().directory());
      int count;
      while ((count = piece.read(buffer)) >= 0) {
        usable -= count;
        if (usable < tsdb.options().minFreeBytes()) {
          throw new MangruException(
              ErrorCode.UNAVAILABLE,
              "the disk of "
                  + tsdb.options().directory()
                  + " has no room for the import beside min-free-bytes = "
                  + tsdb.options().minFreeBytes()
                  + ": free some space and import again; what is imported stays");
        }
        out.write(ByteBuffer.wrap(buffer, 0, count));
      }
    }
  }

  /// Tries again if somebody wrote the same series and times meanwhile; windows that were stored by
  /// then count as already there.
  private ImportReport store(Path file, Path scratch) throws IOException {
    long memory = Math.min(MAX_IMPORT_BYTES, Runtime.getRuntime().maxMemory() / 16);
    for (int attempt = 1; ; attempt++) {
      try (Importer importer = new Importer(tsdb.importTarget(), disk, scratch, memory, _ -> {})) {
        return importer.run(new PieceSource(disk, file));
      } catch (MangruException e) {
        if (e.code() != ErrorCode.OVERLOADED || attempt == IMPORT_ATTEMPTS) {
          throw e;
        }
        LOG.atInfo().addKeyValue("reason", e.text()).log("importing a piece once more");
      }
    }
  }

  /// Blocks come faster than the store looks after itself, and nothing is merged while one is
  /// written: so who imports waits for that.
  @GuardedBy("importing")
  private void compactNowAndThen() {
    Instant now = clock.instant();
    Instant last = compacted;
    if (last != null && Duration.between(last, now).compareTo(COMPACT_EVERY) < 0) {
      return;
    }
    try {
      tsdb.compactIfDue(now);
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("cannot merge files between pieces of an import");
    }
    compacted = clock.instant();
  }

  @Override
  public MetricStoreStatus status(int limit) {
    Cardinality cardinality = tsdb.series().cardinality(limit);
    return new MetricStoreStatus(
        memory(cardinality.series()),
        new MetricStoreStatus.Cardinality(
            cardinality.labelPairs(),
            counts(cardinality.seriesByMetricName()),
            counts(cardinality.valuesByLabelName()),
            counts(cardinality.bytesByLabelName()),
            counts(cardinality.seriesByLabelPair())),
        new MetricStoreStatus.Limits(
            tsdb.options().maxSeries(),
            tsdb.writePath().newSeriesThisMinute(),
            tsdb.options().maxNewSeriesPerMinute()),
        disk(),
        tsdb.durability() == Durability.SYNCED,
        tsdb.refusal());
  }

  @Override
  public List<StoredBlock> blocks() {
    long window = tsdb.options().blockRange().toMillis();
    List<StoredBlock> blocks = new ArrayList<>();
    for (StoreFile file : tsdb.view().files()) {
      if (file instanceof StoreFile.Block(var entry, var block, var stored)) {
        TimeRange range = stored.range();
        boolean wide =
            Math.floorDiv(range.startMs(), window) != Math.floorDiv(range.endMs(), window);
        blocks.add(
            new StoredBlock(
                "%06d".formatted(entry.number()),
                range.startMs(),
                range.endMs(),
                stored.samples(),
                block.series(),
                block.chunks(),
                wide ? 2 : 1));
      }
    }
    blocks.sort(Comparator.comparingLong(StoredBlock::minTimeMs).thenComparing(StoredBlock::name));
    return blocks;
  }

  private static List<MetricStoreStatus.Count> counts(List<Cardinality.Count> counts) {
    return counts.stream()
        .map(each -> new MetricStoreStatus.Count(each.name(), each.count()))
        .toList();
  }

  private MetricStoreStatus.Memory memory(long series) {
    SeriesTable table = tsdb.series();
    long newest = Long.MIN_VALUE;
    long oldest = Long.MAX_VALUE;
    int end = table.endRef();
    for (int ref = 0; ref < end; ref++) {
      if ((table.flags(ref) & SeriesTable.DROPPED) == 0 && table.lastRow(ref) >= 0) {
        long time = table.newestMs(ref);
        newest = time == Long.MAX_VALUE ? newest : Math.max(newest, time); // else just written
        oldest = Math.min(oldest, time);
      }
    }
    long parts = Long.MAX_VALUE;
    for (StoreFile file : tsdb.view().files()) {
      if (!file.entry().block()) {
        parts = Math.min(parts, file.range().startMs());
        newest = Math.max(newest, file.range().endMs());
      }
    }
    return new MetricStoreStatus.Memory(
        series,
        tsdb.rows().nextRow() - tsdb.rows().firstRow(),
        tsdb.rows().pagesInUse(),
        parts == Long.MAX_VALUE ? oldest : parts,
        newest,
        table.bytes() + tsdb.rows().bytes());
  }

  private MetricStoreStatus.OnDisk disk() {
    long parts = 0;
    long partBytes = 0;
    long blocks = 0;
    long blockBytes = 0;
    for (StoreFile file : tsdb.view().files()) {
      if (file.entry().block()) {
        blocks++;
        blockBytes += file.stored().bytes();
      } else {
        parts++;
        partBytes += file.stored().bytes();
      }
    }
    return new MetricStoreStatus.OnDisk(
        parts,
        partBytes,
        blocks,
        blockBytes,
        tsdb.view().summaries().size(),
        tsdb.view().summaries().stream().mapToLong(SummaryFile::bytes).sum(),
        tsdb.writePath().logBytes(),
        tsdb.view().tombstones().all().size());
  }
}
