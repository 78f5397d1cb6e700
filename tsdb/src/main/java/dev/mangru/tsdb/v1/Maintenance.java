package dev.mangru.tsdb.v1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.block.Block;
import dev.mangru.tsdb.v1.block.BlockSet;
import dev.mangru.tsdb.v1.head.Head;
import dev.mangru.tsdb.v1.index.SampleSource.Selected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Seals heads into blocks, merges small blocks, drops old ones, and watches the disk. Thread-safe;
/// one round at a time.
///
/// Only this class changes which blocks and which frozen head a view has. Every step leaves a view
/// in which each sample is in exactly one place.
final class Maintenance {

  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

  /// How long after a window's end it is sealed. Chosen: most scrapes and retries have arrived.
  static final Duration GRACE = Duration.ofMinutes(5);

  /// Largest index that merging may make, by the sum of its parts: it is built in memory. Chosen.
  private static final long MAX_MERGED_INDEX_BYTES = 256L << 20;

  private final TsdbOptions options;
  private final Disk disk;
  private final BlockSet blocks;
  private final WritePath writePath;
  private final AtomicReference<View> view;
  private final Stats stats;

  private final ReentrantLock lock = new ReentrantLock();

  /// When the active head got its first sample's window, by the clock.
  @GuardedBy("lock")
  private long headBegunMs;

  /// First log segment after the frozen head's.
  @GuardedBy("lock")
  private long frozenEndSegment;

  @GuardedBy("lock")
  private boolean closed;

  Maintenance(
      TsdbOptions options,
      Disk disk,
      BlockSet blocks,
      WritePath writePath,
      AtomicReference<View> view,
      Stats stats,
      long nowMs) {
    this.options = options;
    this.disk = disk;
    this.blocks = blocks;
    this.writePath = writePath;
    this.view = view;
    this.stats = stats;
    TimeRange replayed = view.get().active().range();
    this.headBegunMs = replayed == null ? nowMs : Math.min(nowMs, replayed.startMs());
  }

  /// One round.
  void run(Instant now) throws IOException {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      long nowMs = now.toEpochMilli();
      watchDisk();
      dropOld(nowMs);
      if (view.get().frozen() == null && sealingIsDue(nowMs)) {
        freeze(nowMs);
      }
      if (view.get().frozen() != null) {
        sealFrozen();
      }
      merge(nowMs);
    } catch (IOException | RuntimeException e) {
      stats.maintenanceFailures.increment();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /// Seals everything there is, whatever the time.
  void sealAll(Instant now) throws IOException {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (view.get().frozen() != null) {
        sealFrozen();
      }
      if (view.get().active().samples() > 0) {
        freeze(now.toEpochMilli());
        sealFrozen();
      }
    } finally {
      lock.unlock();
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

  @GuardedBy("lock")
  private boolean sealingIsDue(long nowMs) {
    Head active = view.get().active();
    if (active.samples() == 0) {
      headBegunMs = nowMs;
      return false;
    }
    return SealPlan.windowEnded(
            headBegunMs, nowMs, options.blockRange().toMillis(), GRACE.toMillis())
        || active.bytes() > options.maxHeadBytes()
        || writePath.logBytes() > options.maxWalBytes();
  }

  @GuardedBy("lock")
  private void freeze(long nowMs) {
    frozenEndSegment = writePath.freeze();
    headBegunMs = nowMs;
  }

  @GuardedBy("lock")
  private void sealFrozen() throws IOException {
    View before = view.get();
    Head frozen = before.frozen();
    TimeRange range = frozen == null ? null : frozen.range();
    long started = System.nanoTime();
    BlockSet.Change change = blocks.change();
    boolean committed = false;
    try {
      if (frozen != null && range != null) {
        List<Selected> series = frozen.sorted();
        for (TimeRange window : SealPlan.windows(range, options.blockRange().toMillis())) {
          change.add(series, window);
        }
      }
      change.commit(frozenEndSegment);
      committed = true;
    } finally {
      if (!committed) {
        change.giveUp();
      }
    }
    publish(false);
    writePath.deleteBefore(frozenEndSegment);
    stats.seals.increment();
    long nanos = System.nanoTime() - started;
    stats.sealNanos.add(nanos);
    LOG.atInfo()
        .addKeyValue("samples", frozen == null ? 0 : frozen.samples())
        .addKeyValue("range", range)
        .addKeyValue("milliseconds", nanos / 1_000_000)
        .log("sealed samples into blocks");
  }

  /// Shows queries the blocks as they are now. The frozen head goes once its samples are in them.
  @GuardedBy("lock")
  private void publish(boolean keepFrozen) {
    View before = view.get();
    view.set(new View(before.active(), keepFrozen ? before.frozen() : null, blocks.blocks()));
  }

  @GuardedBy("lock")
  private void dropOld(long nowMs) throws IOException {
    long oldest = nowMs - options.retention().toMillis();
    BlockSet.Change change = blocks.change();
    int dropped = 0;
    for (Block block : blocks.blocks()) {
      if (block.range().endMs() < oldest) {
        change.remove(block);
        dropped++;
      }
    }
    if (dropped == 0) {
      return;
    }
    change.commit(blocks.firstSegment()); // adds nothing, so there is nothing to give up
    publish(true);
    change.deleteRemoved();
    stats.blocksDropped.add(dropped);
    LOG.atInfo().addKeyValue("blocks", dropped).log("dropped blocks past the retention");
  }

  @GuardedBy("lock")
  private void merge(long nowMs) throws IOException {
    long before = nowMs - GRACE.toMillis();
    List<Block> group =
        SealPlan.toMerge(
            blocks.blocks(), options.blockRange().toMillis(), before, MAX_MERGED_INDEX_BYTES);
    if (group.isEmpty()) {
      return;
    }
    BlockSet.Change change = blocks.change();
    boolean committed = false;
    try {
      change.add(BlockSet.merged(group), TimeRange.ALL);
      group.forEach(change::remove);
      change.commit(blocks.firstSegment());
      committed = true;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      if (!committed) {
        change.giveUp();
      }
    }
    publish(true);
    change.deleteRemoved();
    stats.blocksMerged.add(group.size());
    LOG.atInfo().addKeyValue("blocks", group.size()).log("merged blocks");
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      blocks.close();
    } finally {
      lock.unlock();
    }
  }
}
