package dev.mangru.tsdb.compact;

import java.time.Duration;

/// How files are merged and for how long they are kept.
///
/// @param blockRange span of the windows that samples are sealed by; windows are aligned to the
///   epoch
/// @param mergeFactor how many windows make a big one: 12 x 2 h = 1 d
/// @param grace how long after its end, and after its newest file, a window is left alone: most
///   late samples have arrived then
/// @param maxParts parts in one window that queries have to look into
/// @param maxInputs files that one merge reads at a time
/// @param maxBlockBytes largest sum of blocks that is merged into one
/// @param rewriteShare share of a file's samples that must have been deleted or outlived their
///   retention before it is written anew just for that
/// @param retention how long samples are kept
/// @param retentionBytes size of all files above which the oldest blocks go; 0 for no limit
public record CompactOptions(
    Duration blockRange,
    int mergeFactor,
    Duration grace,
    int maxParts,
    int maxInputs,
    long maxBlockBytes,
    double rewriteShare,
    Retention retention,
    long retentionBytes) {

  public CompactOptions {
    check(blockRange.toMillis() >= 1_000, "block-range must be at least PT1S", blockRange);
    check(mergeFactor >= 2, "merge-factor must be at least 2", mergeFactor);
    check(!grace.isNegative(), "grace must not be negative", grace);
    check(maxParts >= 2, "max-parts must be at least 2", maxParts);
    check(maxInputs >= 2, "max-inputs must be at least 2", maxInputs);
    check(maxBlockBytes > 0, "max-block-bytes must be positive", maxBlockBytes);
    check(
        rewriteShare > 0 && rewriteShare <= 1,
        "rewrite-share must be above 0, at most 1",
        rewriteShare);
    check(retentionBytes >= 0, "retention-size must not be negative", retentionBytes);
  }

  private static void check(boolean ok, String wanted, Object value) {
    if (!ok) {
      throw new IllegalArgumentException("tsdb option " + wanted + ": " + value);
    }
  }

  /// The defaults, around a block range and a retention.
  ///
  /// - `mergeFactor` 12: two hours to a day. After that the index is a hundredth of a block, so
  ///   bigger ones gain nothing and make retention coarser. Chosen.
  /// - `grace` 5 min, as the first engine's. `maxParts` 16: looking for a series in a part costs
  ///   less than decoding one of its chunks. Chosen.
  /// - `maxInputs` 256: file handles and a cursor each. `maxBlockBytes` 64 GiB. `rewriteShare` a
  ///   fifth: then a rewrite writes at most four bytes for each it frees. Chosen.
  public static CompactOptions of(Duration blockRange, Retention retention, long retentionBytes) {
    return new CompactOptions(
        blockRange, 12, Duration.ofMinutes(5), 16, 256, 64L << 30, 0.2, retention, retentionBytes);
  }

  /// The same with another limit of size.
  public CompactOptions withRetentionBytes(long bytes) {
    return new CompactOptions(
        blockRange,
        mergeFactor,
        grace,
        maxParts,
        maxInputs,
        maxBlockBytes,
        rewriteShare,
        retention,
        bytes);
  }

  /// Levels of windows: the block range, a day of them, and powers of sixteen of that. Files of the
  /// latter only come from late samples that are spread over weeks.
  static final int LEVELS = 6;

  /// From this level on only files that are too wide for the level below are merged.
  static final int FIRST_WIDE_LEVEL = 2;

  long windowMs(int level) {
    return level == 0
        ? blockRange.toMillis()
        : (blockRange.toMillis() * mergeFactor) << (4 * (level - 1));
  }
}
