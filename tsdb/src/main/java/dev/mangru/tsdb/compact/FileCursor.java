package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.block.ChunkCursor;
import java.io.IOException;

/// One input of a merge, at one of its series. Confined to one thread.
final class FileCursor {

  private static final long[] NOTHING = {};

  /// Place in the order of precedence: the sample of the lower one counts.
  final int precedence;

  final StoredFile stored;
  final ChunkCursor chunks;
  private final Deleted deleted;
  private final Retention retention;
  private final long nowMs;

  /// Times of samples to leave out of the series it is at, as [Deleted#intervals] gives them.
  private long[] cuts = NOTHING;

  FileCursor(
      int precedence,
      StoredFile stored,
      ChunkCursor chunks,
      Tombstones tombstones,
      Retention retention,
      long nowMs) {
    this.precedence = precedence;
    this.stored = stored;
    this.chunks = chunks;
    this.deleted = tombstones.in(stored.number(), stored.range());
    this.retention = retention;
    this.nowMs = nowMs;
  }

  /// Whether [#at] needs the labels of a series.
  boolean needsLabels() {
    return !deleted.isEmpty() || !retention.rules().isEmpty();
  }

  /// Says which series the cursor is at.
  void at(Labels labels) {
    if (!needsLabels()) {
      return;
    }
    cuts = cuts(deleted, retention, nowMs, stored, labels);
  }

  /// The times of a series' samples in a file that were deleted or are past their retention.
  static long[] cuts(
      Deleted deleted, Retention retention, long nowMs, StoredFile stored, Labels labels) {
    long[] intervals = deleted.intervals(labels);
    long oldest = retention.oldestKept(labels, stored.range().endMs(), nowMs);
    if (oldest == Long.MIN_VALUE) {
      return intervals;
    }
    long end = oldest == Long.MAX_VALUE ? Long.MAX_VALUE : oldest - 1;
    int from = 0;
    while (from < intervals.length && intervals[from] <= end) {
      end = Math.max(end, intervals[from + 1]);
      from += 2;
    }
    long[] joined = new long[2 + intervals.length - from];
    joined[0] = Long.MIN_VALUE;
    joined[1] = end;
    System.arraycopy(intervals, from, joined, 2, intervals.length - from);
    return joined;
  }

  long[] cuts() {
    return cuts;
  }

  /// Whether samples are left out of a chunk.
  boolean cuts(int chunk) throws IOException {
    return cuts.length > 0 && overlap(cuts, chunks.minMs(chunk), chunks.maxMs(chunk));
  }

  /// Whether no sample of a chunk is left.
  boolean cutsAll(int chunk) throws IOException {
    long first = chunks.minMs(chunk);
    long last = chunks.maxMs(chunk);
    for (int i = 0; i < cuts.length; i += 2) {
      if (cuts[i] <= first && last <= cuts[i + 1]) {
        return true;
      }
    }
    return false;
  }

  static boolean overlap(long[] intervals, long firstMs, long lastMs) {
    for (int i = 0; i < intervals.length; i += 2) {
      if (intervals[i] <= lastMs && firstMs <= intervals[i + 1]) {
        return true;
      }
    }
    return false;
  }
}
