package dev.mangru.tsdb.compact;

import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Plan.Drop;
import dev.mangru.tsdb.compact.Plan.MergeBlocks;
import dev.mangru.tsdb.compact.Plan.MergeParts;
import dev.mangru.tsdb.compact.Plan.PartsToBlock;
import dev.mangru.tsdb.compact.Plan.Rewrite;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Decides what compaction does next. Pure: everything it needs is in the [Inventory].
///
/// Windows have two levels: the block range (2 h) and a day of them. A window has *ended* when its
/// time is over, and is *quiet* when no file came for a while. Then all of its files become one
/// block; a window that ended long ago (backfill) goes straight to the big one, so its samples are
/// written once. Files that come late to a window that already has its block wait until they are
/// worth rewriting it. While a window is open its parts are merged only as far as queries need it.
/// Files wider than a day are merged with their like once they are quiet.
///
/// The order of steps: what frees space first, then what queries wait for, then big windows before
/// small ones, oldest first, then rewrites.
public final class Planner {

  /// Late files are merged into their block when they have this share of its bytes. Chosen: each
  /// byte of a block is written again for an eighth of new ones at most.
  private static final double LATE_SHARE = 1.0 / 8;

  /// With a share of this and [#MANY_LATE_FILES] they are, too.
  private static final double SMALL_LATE_SHARE = 1.0 / 64;

  private static final int MANY_LATE_FILES = 8;

  /// With more files than this they are merged whatever their size.
  private static final int TOO_MANY_LATE_FILES = 64;

  private Planner() {}

  /// What there is.
  ///
  /// @param files all files of the store
  /// @param unreadable numbers of files that a merge could not read: they keep their place, and
  ///   nothing but their end is planned for them, so that one broken file stops no other window
  /// @param removable by file number: how many of its samples [Removal#survey] found deleted or
  ///   past their retention
  /// @param nowMs the store's time
  /// @param freeBytes room for new files
  /// @param options how to merge
  public record Inventory(
      List<StoredFile> files,
      Set<Long> unreadable,
      Map<Long, Long> removable,
      long nowMs,
      long freeBytes,
      CompactOptions options) {
    public Inventory {
      files = files.stream().sorted(StoredFile.BY_PRECEDENCE).toList();
      unreadable = Set.copyOf(unreadable);
      removable = Map.copyOf(removable);
    }

    /// Without unreadable files.
    public Inventory(
        List<StoredFile> files,
        Map<Long, Long> removable,
        long nowMs,
        long freeBytes,
        CompactOptions options) {
      this(files, Set.of(), removable, nowMs, freeBytes, options);
    }
  }

  /// The next step, or none if there is nothing to do now.
  public static Optional<Plan> next(Inventory inventory) {
    return firstOf(inventory, false);
  }

  /// The next step on the way to the final form of everything there is, as if all windows had
  /// ended; none once that is reached.
  public static Optional<Plan> settle(Inventory inventory) {
    return firstOf(inventory, true);
  }

  /// The next step to be rid of everything that was deleted or is past its retention, however
  /// little a file has of it. Once there is none, the tombstones that were there at the survey have
  /// done their work: see [Tombstones#after].
  public static Optional<Plan> clean(Inventory inventory) {
    return rewrite(inventory, 0);
  }

  private static Optional<Plan> firstOf(Inventory inventory, boolean settle) {
    return drop(inventory)
        .or(() -> settle ? Optional.empty() : crowdedWindow(inventory))
        .or(() -> merge(inventory, settle))
        .or(() -> rewrite(inventory, inventory.options().rewriteShare()));
  }

  // ---- retention -------------------------------------------------------------------------------

  private static Optional<Plan> drop(Inventory inventory) {
    CompactOptions options = inventory.options();
    long oldest = inventory.nowMs() - options.retention().longestMs();
    List<StoredFile> old =
        inventory.files().stream().filter(file -> file.range().endMs() < oldest).toList();
    if (!old.isEmpty()) {
      return Optional.of(
          new Drop(old, "older than the retention: nothing in them is after " + oldest + " ms"));
    }
    long bytes = inventory.files().stream().mapToLong(StoredFile::bytes).sum();
    if (options.retentionBytes() == 0 || bytes <= options.retentionBytes()) {
      return Optional.empty();
    }
    List<StoredFile> dropped = new ArrayList<>();
    long left = bytes;
    for (StoredFile block :
        inventory.files().stream()
            .filter(file -> !file.isPart())
            .sorted(Comparator.comparingLong(file -> file.range().endMs()))
            .toList()) {
      if (left <= options.retentionBytes()) {
        break;
      }
      dropped.add(block);
      left -= block.bytes();
    }
    if (dropped.isEmpty()) {
      return Optional.empty();
    }
    dropped.sort(StoredFile.BY_PRECEDENCE);
    return Optional.of(
        new Drop(
            dropped,
            "the files have "
                + bytes
                + " bytes, retention-size allows "
                + options.retentionBytes()
                + ": the oldest blocks go"));
  }

  // ---- open windows ----------------------------------------------------------------------------

  /// Merges parts of a window that has more of them than queries should look into: the cheapest run
  /// of neighbours, by bytes written for each file less.
  private static Optional<Plan> crowdedWindow(Inventory inventory) {
    int max = inventory.options().maxParts();
    for (int level = 0; level < CompactOptions.LEVELS; level++) {
      for (Map.Entry<Long, List<StoredFile>> entry :
          windows(inventory, level, level).descendingMap().entrySet()) {
        List<StoredFile> parts = entry.getValue().stream().filter(StoredFile::isPart).toList();
        if (parts.size() <= max) {
          continue;
        }
        List<StoredFile> run = cheapestRun(inventory, parts, Math.max(2, max / 2));
        if (!run.isEmpty()) {
          return Optional.of(
              new MergeParts(
                  run,
                  window(entry.getKey(), inventory.options().windowMs(level)),
                  parts.size() + " parts in one window, " + max + " are meant to be the most"));
        }
      }
    }
    return Optional.empty();
  }

  private static List<StoredFile> cheapestRun(
      Inventory inventory, List<StoredFile> parts, int atLeast) {
    double best = Double.POSITIVE_INFINITY;
    List<StoredFile> bestRun = List.of();
    for (int from = 0; from + atLeast <= parts.size(); from++) {
      long bytes = 0;
      for (int to = from; to < Math.min(parts.size(), from + 2 * atLeast); to++) {
        bytes += parts.get(to).bytes();
        int length = to - from + 1;
        double cost = (double) bytes / (length - 1);
        if (length >= atLeast && cost < best) {
          List<StoredFile> run = parts.subList(from, to + 1);
          if (fits(inventory, run) && keepsPrecedence(run, inventory.files())) {
            best = cost;
            bestRun = run;
          }
        }
      }
    }
    return bestRun;
  }

  // ---- ended windows ---------------------------------------------------------------------------

  private static Optional<Plan> merge(Inventory inventory, boolean settle) {
    for (int level = CompactOptions.LEVELS - 1; level >= 0; level--) {
      boolean wide = level >= CompactOptions.FIRST_WIDE_LEVEL;
      for (Map.Entry<Long, List<StoredFile>> entry :
          windows(inventory, wide ? level : 0, level).entrySet()) {
        TimeRange window = window(entry.getKey(), inventory.options().windowMs(level));
        List<StoredFile> files = entry.getValue();
        boolean due = (wide || ended(inventory, window)) && quiet(inventory, files);
        if (!settle && !due) {
          continue;
        }
        String reason = whyMerge(inventory, level, files, settle);
        if (reason.isEmpty()) {
          continue;
        }
        List<StoredFile> run = mergeable(inventory, files);
        if (!run.isEmpty()) {
          return Optional.of(
              run.stream().anyMatch(StoredFile::isPart)
                  ? new PartsToBlock(run, window, reason)
                  : new MergeBlocks(run, window, reason));
        }
      }
    }
    return Optional.empty();
  }

  /// All of `files` if they fit and keep the precedence of the others. Else, where a wide file lies
  /// across them, the first run of neighbours that does and is worth a file; or none.
  private static List<StoredFile> mergeable(Inventory inventory, List<StoredFile> files) {
    if (!fits(inventory, files)) {
      return List.of();
    }
    if (keepsPrecedence(files, inventory.files())) {
      return files;
    }
    for (int from = 0; from < files.size(); from++) {
      int to = from + 1;
      while (to < files.size() && keepsPrecedence(files.subList(from, to + 1), inventory.files())) {
        to++;
      }
      if (to - from > 1 || files.get(from).isPart()) {
        return files.subList(from, to);
      }
    }
    return List.of();
  }

  /// Why all of `files` of a window should become one block; empty if they should not.
  private static String whyMerge(
      Inventory inventory, int level, List<StoredFile> files, boolean settle) {
    if (files.size() == 1) {
      return files.getFirst().isPart() ? "the window of a part has ended" : "";
    }
    if (settle) {
      return "settle: everything to its final form";
    }
    List<StoredFile> main = new ArrayList<>();
    long lateBytes = 0;
    for (StoredFile file : files) {
      if (!file.isPart() && levelOf(file, inventory.options()) == level) {
        main.add(file);
      } else {
        lateBytes += file.bytes();
      }
    }
    if (main.size() != 1) {
      return "the window of " + files.size() + " files has ended";
    }
    int late = files.size() - 1;
    double share = (double) lateBytes / Math.max(1, main.getFirst().bytes());
    boolean worth =
        share >= LATE_SHARE
            || (share >= SMALL_LATE_SHARE && late >= MANY_LATE_FILES)
            || late > TOO_MANY_LATE_FILES;
    return worth ? late + " late files have " + lateBytes + " bytes, enough to merge" : "";
  }

  private static boolean ended(Inventory inventory, TimeRange window) {
    return inventory.nowMs() - inventory.options().grace().toMillis() > window.endMs();
  }

  /// Whether no file came for a while; files that keep coming do not put a merge off for longer
  /// than a block range.
  private static boolean quiet(Inventory inventory, List<StoredFile> files) {
    long newest = Long.MIN_VALUE;
    long oldestPart = Long.MAX_VALUE;
    for (StoredFile file : files) {
      if (file.isPart()) {
        newest = Math.max(newest, file.createdMs());
        oldestPart = Math.min(oldestPart, file.createdMs());
      }
    }
    CompactOptions options = inventory.options();
    return newest <= inventory.nowMs() - options.grace().toMillis()
        || oldestPart <= inventory.nowMs() - options.blockRange().toMillis();
  }

  // ---- rewrites --------------------------------------------------------------------------------

  private static Optional<Plan> rewrite(Inventory inventory, double share) {
    for (StoredFile file : inventory.files()) {
      long removable = inventory.removable().getOrDefault(file.number(), 0L);
      if (removable > 0
          && !inventory.unreadable().contains(file.number())
          && removable >= share * file.samples()
          && file.bytes() <= inventory.freeBytes()) {
        return Optional.of(
            new Rewrite(
                file,
                removable
                    + " of "
                    + file.samples()
                    + " samples were deleted or are past their retention"));
      }
    }
    return Optional.empty();
  }

  // ---- windows and precedence ------------------------------------------------------------------

  /// Files whose smallest window is of a level from `lowest` to `level`, by the number of the
  /// window of `level` that they lie in.
  private static NavigableMap<Long, List<StoredFile>> windows(
      Inventory inventory, int lowest, int level) {
    NavigableMap<Long, List<StoredFile>> windows = new TreeMap<>();
    for (StoredFile file : inventory.files()) {
      int own = levelOf(file, inventory.options());
      if (lowest <= own && own <= level && !inventory.unreadable().contains(file.number())) {
        windows
            .computeIfAbsent(
                Math.floorDiv(file.range().startMs(), inventory.options().windowMs(level)),
                _ -> new ArrayList<>())
            .add(file);
      }
    }
    return windows;
  }

  /// The smallest level with a window that holds all of a file; [CompactOptions#LEVELS] if none
  /// does.
  private static int levelOf(StoredFile file, CompactOptions options) {
    for (int level = 0; level < CompactOptions.LEVELS; level++) {
      long span = options.windowMs(level);
      if (Math.floorDiv(file.range().startMs(), span)
          == Math.floorDiv(file.range().endMs(), span)) {
        return level;
      }
    }
    return CompactOptions.LEVELS;
  }

  private static TimeRange window(long number, long spanMs) {
    return new TimeRange(number * spanMs, (number + 1) * spanMs - 1);
  }

  private static boolean fits(Inventory inventory, List<StoredFile> files) {
    long bytes = files.stream().mapToLong(StoredFile::bytes).sum();
    return bytes <= inventory.freeBytes()
        && bytes <= inventory.options().maxBlockBytes()
        && files.size() <= inventory.options().maxInputs();
  }

  /// Whether merging `run` leaves every other file that overlaps it on the same side of it: those
  /// written before it stay before it, those after stay after.
  static boolean keepsPrecedence(List<StoredFile> run, List<StoredFile> all) {
    long first = Long.MAX_VALUE;
    long startMs = Long.MAX_VALUE;
    long endMs = Long.MIN_VALUE;
    Set<Long> numbers = new HashSet<>();
    for (StoredFile file : run) {
      first = Math.min(first, file.firstSeq());
      startMs = Math.min(startMs, file.range().startMs());
      endMs = Math.max(endMs, file.range().endMs());
      numbers.add(file.number());
    }
    TimeRange range = new TimeRange(startMs, endMs);
    for (StoredFile other : all) {
      if (!range.overlaps(other.range()) || numbers.contains(other.number())) {
        continue;
      }
      for (StoredFile file : run) {
        if (file.range().overlaps(other.range())
            && (other.firstSeq() == first
                || other.firstSeq() < first != other.firstSeq() < file.firstSeq())) {
          return false;
        }
      }
    }
    return true;
  }
}
