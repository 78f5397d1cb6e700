package dev.mangru.tsdb.wal;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;

/// A native histogram by itself, bit for bit. Pure functions.
///
/// ```
/// histogram = flags u8 (bit 0: integer counts, bits 1-2: reset hint), schema zigzag,
///             zero threshold u64, zero count, count, sum u64,
///             positive spans, positive counts, negative spans, negative counts,
///             custom bounds: count varint, u64 each
/// spans     = count varint, zigzag each
/// counts    = count varint, each: integer: the difference to the one before, zigzag; float: u64
/// ```
public final class HistogramBytes {

  private HistogramBytes() {}

  /// Writes `histogram` to the end of `out`.
  @SuppressWarnings("EnumOrdinal") // the order of the hints is the wire's
  public static void write(NativeHistogram histogram, ByteWriter out) {
    boolean integer = histogram.integer();
    out.u8((integer ? 1 : 0) | histogram.resetHint().ordinal() << 1);
    out.zigZag(histogram.schema());
    out.u64(Double.doubleToRawLongBits(histogram.zeroThreshold()));
    number(integer, histogram.zeroCount(), out);
    number(integer, histogram.count(), out);
    out.u64(Double.doubleToRawLongBits(histogram.sum()));
    spans(histogram.positiveSpans(), out);
    counts(integer, histogram.positiveCounts(), out);
    spans(histogram.negativeSpans(), out);
    counts(integer, histogram.negativeCounts(), out);
    out.varint(histogram.customBounds().length);
    for (double bound : histogram.customBounds()) {
      out.u64(Double.doubleToRawLongBits(bound));
    }
  }

  private static void number(boolean integer, long number, ByteWriter out) {
    if (integer) {
      out.varint(number);
    } else {
      out.u64(number);
    }
  }

  private static void spans(int[] spans, ByteWriter out) {
    out.varint(spans.length);
    for (int span : spans) {
      out.zigZag(span);
    }
  }

  private static void counts(boolean integer, long[] counts, ByteWriter out) {
    out.varint(counts.length);
    long before = 0;
    for (long count : counts) {
      if (integer) {
        out.zigZag(count - before);
        before = count;
      } else {
        out.u64(count);
      }
    }
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws CorruptDataException if it is no histogram
  @SuppressWarnings("EnumOrdinal") // as in write
  public static NativeHistogram read(ByteReader in) throws CorruptDataException {
    int flags = in.u8();
    if (flags > 7) {
      throw in.corrupt("flags of a histogram", String.valueOf(flags));
    }
    boolean integer = (flags & 1) != 0;
    NativeHistogram.Builder builder = NativeHistogram.builder(integer);
    builder.resetHint(NativeHistogram.ResetHint.values()[flags >> 1]);
    builder.schema((int) in.zigZag());
    builder.zero(Double.longBitsToDouble(in.u64()), number(integer, in));
    builder.total(number(integer, in), Double.longBitsToDouble(in.u64()));
    try {
      builder.positive(spans(in), counts(integer, in));
      builder.negative(spans(in), counts(integer, in));
    } catch (IllegalArgumentException e) {
      throw in.corrupt("spans that fit the counts", String.valueOf(e.getMessage()));
    }
    double[] bounds = new double[in.count(8)];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Double.longBitsToDouble(in.u64());
    }
    return builder.customBounds(bounds).build();
  }

  private static long number(boolean integer, ByteReader in) throws CorruptDataException {
    return integer ? in.varint() : in.u64();
  }

  private static int[] spans(ByteReader in) throws CorruptDataException {
    int[] spans = new int[in.count(1)];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = (int) in.zigZag();
    }
    return spans;
  }

  private static long[] counts(boolean integer, ByteReader in) throws CorruptDataException {
    long[] counts = new long[in.count(integer ? 1 : 8)];
    long before = 0;
    for (int i = 0; i < counts.length; i++) {
      if (integer) {
        before += in.zigZag();
        counts[i] = before;
      } else {
        counts[i] = in.u64();
      }
    }
    return counts;
  }
}
