package dev.mangru.tsdb;

import dev.mangru.model.metric.Buckets;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Resolution;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which files of summaries a querier reads. Immutable.
///
/// A block's samples and those of its summary are the same as long as both are in the view. The
/// summary is read instead if no other file has samples in the block's time, so that no sample is
/// in two places.
///
/// @param instead summaries that are read instead of their block, which is in the view; in order of
///   time
/// @param orphans summaries whose block is gone, longest buckets first
record SummaryUses(List<Instead> instead, List<SummaryFile> orphans) {

  /// Values of summaries and samples: summaries are read if the former are fewer than this share,
  /// because a column of them is read for each value that a function needs. Chosen.
  private static final double WORTH = 0.75;

  /// The same for sums, which need six columns of eight, and are read from samples where they
  /// round.
  private static final double WORTH_FOR_SUMS = 0.35;

  /// A summary and the block that is not read.
  record Instead(SummaryFile summary, StoreFile.Block block) {}

  /// What there is to read in `range`.
  static SummaryUses of(View view, TimeRange range, Buckets wanted, Set<Long> damaged) {
    List<Instead> instead = new ArrayList<>();
    List<SummaryFile> orphans = new ArrayList<>();
    for (SummaryFile summary : view.summaries()) {
      if (wanted.kind() != Buckets.Kind.EXACT
          && fits(summary, wanted, damaged)
          && blockOf(summary, view) == null
          && bucketsOverlap(summary, range)) {
        orphans.add(summary);
      }
    }
    orphans.sort(
        Comparator.comparingLong((SummaryFile each) -> each.stored().resolution().millis())
            .thenComparingLong(each -> each.stored().number())
            .reversed());
    for (StoreFile file : view.summaries().isEmpty() ? List.<StoreFile>of() : view.files()) {
      if (file instanceof StoreFile.Block block && block.range().overlaps(range)) {
        SummaryFile best = best(block, view, wanted, damaged);
        if (best != null && isAlone(block, view)) {
          instead.add(new Instead(best, block));
        }
      }
    }
    return new SummaryUses(instead, orphans);
  }

  boolean isEmpty() {
    return instead.isEmpty() && orphans.isEmpty();
  }

  private static @Nullable SummaryFile best(
      StoreFile.Block block, View view, Buckets wanted, Set<Long> damaged) {
    double share = wanted.use() == Buckets.Use.SUM ? WORTH_FOR_SUMS : WORTH;
    SummaryFile best = null;
    for (SummaryFile each : view.summaries()) {
      if (each.stored().source() == block.stored().number()
          && fits(each, wanted, damaged)
          && (wanted.kind() != Buckets.Kind.EXACT
              || each.file().samples() < share * block.stored().samples())
          && (best == null
              || each.stored().resolution().millis() > best.stored().resolution().millis())) {
        best = each;
      }
    }
    return best;
  }

  private static boolean fits(SummaryFile summary, Buckets wanted, Set<Long> damaged) {
    long millis = summary.stored().resolution().millis();
    boolean length =
        wanted.kind() == Buckets.Kind.EXACT
            ? wanted.lengthMs() % millis == 0
            : millis <= wanted.lengthMs();
    return length && !damaged.contains(summary.stored().number());
  }

  private static boolean bucketsOverlap(SummaryFile summary, TimeRange range) {
    Resolution resolution = summary.stored().resolution();
    TimeRange samples = summary.stored().range();
    return new TimeRange(samples.startMs(), resolution.endOf(samples.endMs())).overlaps(range);
  }

  private static @Nullable StoreFile blockOf(SummaryFile summary, View view) {
    for (StoreFile file : view.files()) {
      if (file.stored().number() == summary.stored().source()) {
        return file;
      }
    }
    return null;
  }

  private static boolean isAlone(StoreFile.Block block, View view) {
    for (StoreFile other : view.files()) {
      if (other.stored().number() != block.stored().number()
          && other.range().overlaps(block.range())) {
        return false;
      }
    }
    return true;
  }

  /// Holds all of them; false, and none is held, if one was let go of already.
  boolean tryRetain() {
    List<SummaryFile> held = new ArrayList<>();
    for (SummaryFile each : summaries()) {
      if (!each.tryRetain()) {
        held.forEach(SummaryFile::release);
        return false;
      }
      held.add(each);
    }
    return true;
  }

  void release() {
    summaries().forEach(SummaryFile::release);
  }

  private List<SummaryFile> summaries() {
    List<SummaryFile> all = new ArrayList<>(orphans);
    instead.forEach(each -> all.add(each.summary()));
    return all;
  }

  /// Whether a file is read although it may be in the range.
  boolean reads(StoreFile file) {
    for (Instead each : instead) {
      if (each.block().stored().number() == file.stored().number()) {
        return false;
      }
    }
    return true;
  }
}
