package dev.mangru.tsdb;

import dev.mangru.model.time.TimeRange;

/// The windows of time that samples are sealed by: aligned to the epoch, of the block range (2 h),
/// of twelve of them (a day), and of powers of sixteen of those for samples that are spread over
/// years. Pure functions.
final class Windows {

  /// Most parts that one sealing writes: late samples of a long outage take a few parts of large
  /// windows, not thousands of small ones. Chosen.
  static final int MAX_WINDOWS = 16;

  private Windows() {}

  /// The window of size `sizeMs` that has `timestampMs` in it.
  static TimeRange window(long timestampMs, long sizeMs) {
    long start = Math.floorDiv(timestampMs, sizeMs) * sizeMs;
    return new TimeRange(start, start + sizeMs - 1);
  }

  /// The next larger size after `sizeMs`.
  static long larger(long sizeMs, long blockRangeMs) {
    return sizeMs == blockRangeMs ? sizeMs * 12 : sizeMs * 16;
  }
}
