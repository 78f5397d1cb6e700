package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.error.MangruException;
import java.util.Arrays;

/// Turns buckets that lie one beside the other into spans and counts, with two buckets to the power
/// of `scaleDown` put together. Confined to one thread; reusable.
///
/// Gaps of up to two empty buckets are written out; a longer one begins a span. The last bucket is
/// there even if it is empty, the first ones are not.
///
/// Source: Prometheus `storage/remote/otlptranslator`, `convertBucketsLayout`, which differs where
/// buckets are put together behind empty ones: there it counts some of them one bucket too low.
final class BucketLayout {

  /// Most buckets of one side. As in remote write.
  static final int MAX_BUCKETS = 65_536;

  private static final int MAX_GAP = 2;

  private long[] dense = new long[64];
  private int size;

  private int[] spans = new int[16];
  private int spanCount;
  private long[] counts = new long[64];
  private int count;

  void clear() {
    size = 0;
  }

  /// Adds the next bucket.
  ///
  /// @throws MangruException `BAD_DATA` if there are too many
  void add(long observations) {
    if (size == MAX_BUCKETS) {
      throw MangruException.badData(
          "a histogram of more than " + MAX_BUCKETS + " buckets, the limit");
    }
    if (size == dense.length) {
      dense = Arrays.copyOf(dense, 2 * size);
    }
    dense[size++] = observations;
  }

  int size() {
    return size;
  }

  long at(int bucket) {
    return dense[bucket];
  }

  /// Lays out the buckets from `from` on.
  ///
  /// @param offset index of the bucket at `from`, before anything is put together
  /// @param shift added to every index
  void layOut(int from, int offset, int scaleDown, int shift) {
    spanCount = 0;
    count = 0;
    if (from >= size) {
      return;
    }
    long next = index(offset, 0, scaleDown) + shift;
    begin(next);
    long last = index(offset, size - from - 1, scaleDown) + shift;
    int at = from;
    while (at < size) {
      long index = index(offset, at - from, scaleDown) + shift;
      long sum = 0;
      while (at < size && index(offset, at - from, scaleDown) + shift == index) {
        sum += dense[at++];
      }
      if (sum == 0 && index != last) {
        continue;
      }
      long gap = index - next;
      if (gap > MAX_GAP) {
        begin(gap);
      } else {
        for (long i = 0; i < gap; i++) {
          append(0);
        }
      }
      append(sum);
      next = index + 1;
    }
  }

  private static long index(int offset, int at, int scaleDown) {
    return ((long) offset + at) >> scaleDown;
  }

  private void begin(long offset) {
    if (spanCount + 2 > spans.length) {
      spans = Arrays.copyOf(spans, 2 * spans.length);
    }
    spans[spanCount] = (int) offset;
    spans[spanCount + 1] = 0;
    spanCount += 2;
  }

  private void append(long observations) {
    if (count == counts.length) {
      counts = Arrays.copyOf(counts, 2 * count);
    }
    counts[count++] = observations;
    spans[spanCount - 1]++;
  }

  /// Offset, length, offset, length, ….
  int[] spans() {
    return Arrays.copyOf(spans, spanCount);
  }

  long[] counts() {
    return Arrays.copyOf(counts, count);
  }
}
