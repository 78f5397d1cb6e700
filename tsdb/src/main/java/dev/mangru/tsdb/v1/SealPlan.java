package dev.mangru.tsdb.v1;

import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.block.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Decides by what windows samples are sealed and blocks merged. Pure: everything it needs comes as
/// a parameter.
///
/// Windows are aligned to the epoch and come in sizes: the block range (2 h), twelve of them (a
/// day), and powers of sixteen of those for samples that are spread over years.
final class SealPlan {

  /// Most blocks that one sealing writes: late samples of a long outage take a few large blocks,
  /// not thousands of small ones. Chosen.
  static final int MAX_WINDOWS = 16;

  /// Windows of the block range in a large block: a day of 2 h blocks. Chosen.
  static final int WINDOWS_PER_LARGE = 12;

  private SealPlan() {}

  /// The window of size `sizeMs` that has `timestampMs` in it.
  static TimeRange window(long timestampMs, long sizeMs) {
    long start = Math.floorDiv(timestampMs, sizeMs) * sizeMs;
    return new TimeRange(start, start + sizeMs - 1);
  }

  /// The windows that samples from `range` are sealed by, oldest first.
  static List<TimeRange> windows(TimeRange range, long blockRangeMs) {
    long size = blockRangeMs;
    long next = blockRangeMs * WINDOWS_PER_LARGE;
    while (count(range, size) > MAX_WINDOWS) {
      size = next;
      next *= MAX_WINDOWS;
    }
    List<TimeRange> windows = new ArrayList<>();
    TimeRange window = window(range.startMs(), size);
    while (window.startMs() <= range.endMs()) {
      windows.add(window);
      window = new TimeRange(window.endMs() + 1, window.endMs() + size);
    }
    return windows;
  }

  private static long count(TimeRange range, long sizeMs) {
    return Math.floorDiv(range.endMs(), sizeMs) - Math.floorDiv(range.startMs(), sizeMs) + 1;
  }

  /// Whether sealing is due because the window that was current when the head began has ended.
  ///
  /// @param graceMs how long after its end, so that samples that come a little late still get into
  ///   the same block
  static boolean windowEnded(long begunMs, long nowMs, long blockRangeMs, long graceMs) {
    return Math.floorDiv(nowMs - graceMs, blockRangeMs) > Math.floorDiv(begunMs, blockRangeMs);
  }

  /// Blocks that would better be one: two or more that lie inside one past window. The smallest
  /// windows first.
  ///
  /// @param blocks oldest first
  /// @param beforeMs only windows that end before this are looked at
  /// @return the blocks to merge, or none
  static List<Block> toMerge(
      List<Block> blocks, long blockRangeMs, long beforeMs, long maxIndexBytes) {
    for (long size : new long[] {blockRangeMs, blockRangeMs * WINDOWS_PER_LARGE}) {
      TreeMap<Long, List<Block>> byWindow = new TreeMap<>();
      for (Block block : blocks) {
        TimeRange window = window(block.range().startMs(), size);
        if (window.endMs() < beforeMs && block.range().endMs() <= window.endMs()) {
          byWindow.computeIfAbsent(window.startMs(), _ -> new ArrayList<>()).add(block);
        }
      }
      for (List<Block> group : byWindow.values()) {
        long indexBytes = group.stream().mapToLong(Block::indexBytes).sum();
        if (group.size() > 1 && indexBytes <= maxIndexBytes) {
          return group;
        }
      }
    }
    return List.of();
  }
}
