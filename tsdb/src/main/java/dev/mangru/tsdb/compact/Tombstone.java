package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.time.TimeRange;
import java.util.List;

/// Says that samples are deleted: those of the series that all of `matchers` select, at times in
/// `range`, in the files whose number is lower than `number`.
///
/// Files never change and every later sample lands in a file with a higher number, so the number
/// says exactly which samples were there when they were deleted. Whoever deletes therefore seals
/// the samples in memory first and takes the number after that.
///
/// @param number from the same counter as the numbers of files
/// @param matchers at least one
/// @param range both ends inside
/// @param createdMs when it was asked for
public record Tombstone(long number, List<LabelMatcher> matchers, TimeRange range, long createdMs) {

  /// Most matchers of one tombstone. Chosen.
  public static final int MAX_MATCHERS = 256;

  public Tombstone {
    matchers = List.copyOf(matchers);
    if (matchers.isEmpty() || matchers.size() > MAX_MATCHERS) {
      throw new IllegalArgumentException(
          "a deletion needs 1 to " + MAX_MATCHERS + " matchers, not " + matchers.size());
    }
  }

  /// Whether it may concern samples of that file.
  public boolean touches(long fileNumber, TimeRange fileRange) {
    return fileNumber < number && range.overlaps(fileRange);
  }
}
