package dev.mangru.tsdb.head;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// What a row cannot hold, in memory only: a start timestamp, and a native histogram as it is.
///
/// ```
/// record    := kind (1 byte: 1 start, 2 histogram, 4 its counts are integers, 8 custom bounds)
///              value bits (8 bytes)  [start: zigzag]  [histogram]
/// histogram := hint (1)  schema: zigzag  threshold (8)  zero count: zigzag  count: zigzag
///              side side  [bounds: n, n * 8 bytes]
/// side      := spans: n, n * zigzag  counts: n, n * zigzag of the difference to the one before
/// ```
///
/// Confined to one thread.
final class HistogramRecord {

  private static final int START = 1;
  private static final int HISTOGRAM = 2;
  private static final int INTEGER = 4;
  private static final int BOUNDS = 8;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int[] NO_SPANS = {};
  private static final long[] NO_COUNTS = {};

  private static final List<NativeHistogram.ResetHint> HINTS =
      List.of(NativeHistogram.ResetHint.values());

  private final MemorySegment segment;
  private final int kind;
  private final long valueBits;
  private long at;

  /// Reads the record at `offset`.
  HistogramRecord(MemorySegment segment, long offset) {
    this.segment = segment;
    this.kind = segment.get(ValueLayout.JAVA_BYTE, offset);
    this.valueBits = segment.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + 1);
    this.at = offset + 9;
  }

  /// Writes a record.
  static void write(ByteWriter out, long startMs, boolean start, long valueBits) {
    out.u8(start ? START : 0);
    u64(out, valueBits);
    if (start) {
      out.zigZag(startMs);
    }
  }

  /// Writes a record of a histogram.
  static void write(ByteWriter out, long startMs, boolean start, NativeHistogram histogram) {
    double[] bounds = histogram.customBounds();
    out.u8(
        HISTOGRAM
            | (start ? START : 0)
            | (histogram.integer() ? INTEGER : 0)
            | (bounds.length > 0 ? BOUNDS : 0));
    u64(out, Double.doubleToRawLongBits(histogram.sum()));
    if (start) {
      out.zigZag(startMs);
    }
    out.u8(HINTS.indexOf(histogram.resetHint())).zigZag(histogram.schema());
    u64(out, Double.doubleToRawLongBits(histogram.zeroThreshold()));
    out.zigZag(histogram.zeroCount()).zigZag(histogram.count());
    writeSide(out, histogram.positiveSpans(), histogram.positiveCounts());
    writeSide(out, histogram.negativeSpans(), histogram.negativeCounts());
    if (bounds.length > 0) {
      out.varint(bounds.length);
      for (double bound : bounds) {
        u64(out, Double.doubleToRawLongBits(bound));
      }
    }
  }

  /// Eight bytes in the machine's own order, as the segment's layout reads them back.
  private static void u64(ByteWriter out, long value) {
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    out.u64(little ? value : Long.reverseBytes(value));
  }

  private static void writeSide(ByteWriter out, int[] spans, long[] counts) {
    out.varint(spans.length);
    for (int span : spans) {
      out.zigZag(span);
    }
    out.varint(counts.length);
    long before = 0;
    for (long count : counts) {
      out.zigZag(count - before);
      before = count;
    }
  }

  boolean hasStart() {
    return (kind & START) != 0;
  }

  boolean isHistogram() {
    return (kind & HISTOGRAM) != 0;
  }

  /// Bits of the float, or of the histogram's sum.
  long valueBits() {
    return valueBits;
  }

  /// The start timestamp; ask first, and once, and only if [#hasStart].
  long startMs() {
    return zigZag();
  }

  /// The histogram; ask last, and once, and only if [#isHistogram].
  NativeHistogram histogram() {
    NativeHistogram.Builder builder = NativeHistogram.builder((kind & INTEGER) != 0);
    builder.resetHint(HINTS.get(segment.get(ValueLayout.JAVA_BYTE, at++)));
    builder.schema((int) zigZag());
    double threshold = Double.longBitsToDouble(segment.get(LONG, at));
    at += 8;
    builder.zero(threshold, zigZag());
    builder.total(zigZag(), Double.longBitsToDouble(valueBits));
    int[] spans = spans();
    builder.positive(spans, counts());
    spans = spans();
    builder.negative(spans, counts());
    if ((kind & BOUNDS) != 0) {
      double[] bounds = new double[(int) varint()];
      for (int i = 0; i < bounds.length; i++) {
        bounds[i] = Double.longBitsToDouble(segment.get(LONG, at));
        at += 8;
      }
      builder.customBounds(bounds);
    }
    return builder.build();
  }

  private int[] spans() {
    int count = (int) varint();
    int[] spans = count == 0 ? NO_SPANS : new int[count];
    for (int i = 0; i < count; i++) {
      spans[i] = (int) zigZag();
    }
    return spans;
  }

  private long[] counts() {
    int count = (int) varint();
    long[] counts = count == 0 ? NO_COUNTS : new long[count];
    long before = 0;
    for (int i = 0; i < count; i++) {
      before += zigZag();
      counts[i] = before;
    }
    return counts;
  }

  private long zigZag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = segment.get(ValueLayout.JAVA_BYTE, at++);
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
