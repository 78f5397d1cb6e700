package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.compact.MergeInput;
import dev.mangru.tsdb.compact.StoredFile;
import dev.mangru.tsdb.compact.Summaries;
import dev.mangru.tsdb.compact.SummaryColumns;
import dev.mangru.tsdb.compact.SummaryPlanner;
import dev.mangru.tsdb.compact.SummaryPlanner.Step;
import dev.mangru.tsdb.compact.SummaryPlanner.StoredSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes, cleans and forgets files of summaries, as [SummaryPlanner] says. Confined to the merge
/// lock.
final class Summarizing {

  private static final Logger LOG = LoggerFactory.getLogger(Summarizing.class);

  private final TsdbOptions options;
  private final Disk disk;
  private final FileSet files;
  private final Stats stats;

  /// Numbers of blocks that give no summaries: nothing in them, not readable, or no room for more.
  private final Set<Long> barren = new HashSet<>();

  Summarizing(TsdbOptions options, Disk disk, FileSet files, Stats stats) {
    this.options = options;
    this.disk = disk;
    this.files = files;
    this.stats = stats;
  }

  /// Bytes of all summaries.
  long bytes() {
    return files.summaries().stream().mapToLong(SummaryFile::bytes).sum();
  }

  /// What is left of the limit of size for parts and blocks; 0 if there is no limit.
  long retentionBytesLeft() {
    long all = options.retentionBytes();
    return all == 0 ? 0 : Math.max(1, all - Math.min(bytes(), all / 2));
  }

  /// The next step, or none if there is nothing to do now.
  Optional<Step> next(long nowMs) throws IOException {
    List<SummaryFile> summaries = files.summaries();
    List<StoredSummary> stored = summaries.stream().map(SummaryFile::stored).toList();
    for (StoredSummary each : stored) {
      if (files.damagedSummaries().contains(each.number())) {
        return Optional.of(new Step.Forget(each, "it is damaged"));
      }
    }
    List<StoredFile> blocks = files.files().stream().map(StoreFile::stored).toList();
    Map<Long, Long> bytes = new HashMap<>();
    summaries.forEach(each -> bytes.put(each.stored().number(), each.bytes()));
    Optional<Step> forSize =
        SummaryPlanner.nextForSize(blocks, stored, bytes, options.retentionBytes());
    if (forSize.isPresent()) {
      forSize.ifPresent(step -> barren.add(((Step.Forget) step).summary().source()));
      return forSize;
    }
    Optional<Step> step =
        SummaryPlanner.next(
            blocks,
            stored,
            barren,
            files.tombstones(),
            options.downsampling(),
            options.retention(),
            nowMs);
    if (step.isPresent() && step.get() instanceof Step.Summarize summarize) {
      long room = disk.usableBytes(options.directory()) - options.minFreeBytes();
      if (summarize.block().bytes() > room) {
        return Optional.empty();
      }
    }
    return step;
  }

  /// Carries out a step; what it changes counts with the change.
  void carryOut(Step step, Maintenance.Turn turn, FileSet.Change change) throws IOException {
    switch (step) {
      case Step.Forget forget -> change.remove(List.of(forget.summary().number()));
      case Step.Erase erase -> erase(erase, turn, change);
      case Step.Summarize make -> summarize(make, turn, change);
    }
  }

  private void summarize(Step.Summarize step, Maintenance.Turn turn, FileSet.Change change)
      throws IOException {
    StoredFile block = step.block();
    barren.add(block.number()); // until it is done
    if (!SummaryColumns.holds(block.range())) {
      return;
    }
    StoredSummary stored =
        new StoredSummary(turn.number(), block.number(), step.resolution(), block.range());
    Manifest.Summary entry = new Manifest.Summary(stored, turn.nowMs());
    Path target = entry.path(options.directory());
    try {
      for (StoreFile file : files.files()) {
        if (file.stored().number() == block.number()
            && file.input() instanceof MergeInput.Block input
            && Summaries.write(
                    disk, input, turn.tombstones(), step.resolution(), target, turn.cancellation())
                > 0) {
          change.add(entry);
          barren.remove(block.number());
        }
      }
    } catch (CorruptDataException e) {
      stats.maintenanceFailures.increment();
      LOG.atError()
          .addKeyValue("block", block.number())
          .setCause(e)
          .log("cannot summarise a damaged block; check --repair saves what is whole of it");
    } catch (IOException e) {
      barren.remove(block.number()); // the disk may be well again next time
      throw e;
    }
  }

  private void erase(Step.Erase step, Maintenance.Turn turn, FileSet.Change change)
      throws IOException {
    StoredSummary before = step.summary();
    StoredSummary stored =
        new StoredSummary(turn.number(), before.source(), before.resolution(), before.range());
    Manifest.Summary entry = new Manifest.Summary(stored, turn.nowMs());
    change.remove(List.of(before.number()));
    for (SummaryFile file : files.summaries()) {
      if (file.stored().number() == before.number()) {
        BlockFile old = file.file();
        try {
          int series =
              Summaries.erase(
                  disk,
                  before.number(),
                  old,
                  turn.tombstones(),
                  before.resolution(),
                  entry.path(options.directory()),
                  turn.cancellation());
          if (series > 0) {
            change.add(entry);
          }
        } catch (CorruptDataException e) {
          stats.maintenanceFailures.increment();
          LOG.atError()
              .addKeyValue("file", old.path())
              .setCause(e)
              .log("a damaged file of summaries goes; its block is gone already");
        }
      }
    }
  }
}
