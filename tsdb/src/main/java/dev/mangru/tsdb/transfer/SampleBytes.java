package dev.mangru.tsdb.transfer;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;

/// Labels and samples as plain bytes, exact, for files that live for minutes.
///
/// ```
/// samples:   count │ flags u8 (1: starts, 2: histograms) │ time zigzag deltas │ values u64
///            │ starts zigzag (if any) │ per sample 0 or 1 and the histogram (if any)
/// histogram: integer u8 │ hint u8 │ schema zigzag │ zero threshold u64 │ zero count u64 │ count u64
///            │ sum u64 │ spans and counts, positive, negative │ custom bounds
/// ```
final class SampleBytes {

  private static final int STARTS = 1;
  private static final int HISTOGRAMS = 2;

  private SampleBytes() {}

  static void write(Labels labels, ByteWriter out) {
    out.varint(labels.count());
    for (int i = 0; i < labels.count(); i++) {
      out.text(labels.name(i)).text(labels.value(i));
    }
  }

  static Labels readLabels(ByteReader in) throws CorruptDataException {
    String[] pairs = new String[2 * in.count(2)];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = in.text();
    }
    return Labels.ofSortedPairs(pairs);
  }

  static void write(SampleBuffer samples, ByteWriter out) {
    int count = samples.count();
    int flags = 0;
    for (int i = 0; i < count; i++) {
      flags |= samples.startMs(i) == SampleCursor.NO_START ? 0 : STARTS;
      flags |= samples.histogram(i) == null ? 0 : HISTOGRAMS;
    }
    out.varint(count).u8(flags);
    long before = 0;
    for (int i = 0; i < count; i++) {
      out.zigZag(samples.timeMs(i) - before);
      before = samples.timeMs(i);
    }
    for (int i = 0; i < count; i++) {
      out.u64(Double.doubleToRawLongBits(samples.value(i)));
    }
    if ((flags & STARTS) != 0) {
      for (int i = 0; i < count; i++) {
        out.zigZag(samples.startMs(i));
      }
    }
    if ((flags & HISTOGRAMS) != 0) {
      for (int i = 0; i < count; i++) {
        NativeHistogram histogram = samples.histogram(i);
        out.u8(histogram == null ? 0 : 1);
        if (histogram != null) {
          write(histogram, out);
        }
      }
    }
  }

  static void read(ByteReader in, SampleBuffer target) throws CorruptDataException {
    int count = in.count(9);
    int flags = in.u8();
    long[] timesMs = new long[count];
    double[] values = new double[count];
    long[] startsMs = new long[count];
    long time = 0;
    for (int i = 0; i < count; i++) {
      time += in.zigZag();
      timesMs[i] = time;
    }
    for (int i = 0; i < count; i++) {
      values[i] = Double.longBitsToDouble(in.u64());
    }
    if ((flags & STARTS) != 0) {
      for (int i = 0; i < count; i++) {
        startsMs[i] = in.zigZag();
      }
    }
    for (int i = 0; i < count; i++) {
      boolean histogram = (flags & HISTOGRAMS) != 0 && in.u8() != 0;
      target.add(timesMs[i], startsMs[i], values[i], histogram ? readHistogram(in) : null);
    }
  }

  private static void write(NativeHistogram from, ByteWriter out) {
    out.u8(from.integer() ? 1 : 0).u8(number(from.resetHint())).zigZag(from.schema());
    out.u64(Double.doubleToRawLongBits(from.zeroThreshold())).u64(from.zeroCount());
    out.u64(from.count()).u64(Double.doubleToRawLongBits(from.sum()));
    writeSide(from.positiveSpans(), from.positiveCounts(), out);
    writeSide(from.negativeSpans(), from.negativeCounts(), out);
    out.varint(from.customBounds().length);
    for (double bound : from.customBounds()) {
      out.u64(Double.doubleToRawLongBits(bound));
    }
  }

  private static int number(ResetHint hint) {
    return switch (hint) {
      case UNKNOWN -> 0;
      case RESET -> 1;
      case NO_RESET -> 2;
      case GAUGE -> 3;
    };
  }

  private static ResetHint readHint(ByteReader in) throws CorruptDataException {
    int number = in.u8();
    return switch (number) {
      case 0 -> ResetHint.UNKNOWN;
      case 1 -> ResetHint.RESET;
      case 2 -> ResetHint.NO_RESET;
      case 3 -> ResetHint.GAUGE;
      default -> throw in.corrupt("a reset hint from 0 to 3", String.valueOf(number));
    };
  }

  private static void writeSide(int[] spans, long[] counts, ByteWriter out) {
    out.varint(spans.length);
    for (int span : spans) {
      out.zigZag(span);
    }
    out.varint(counts.length);
    for (long count : counts) {
      out.u64(count);
    }
  }

  private static NativeHistogram readHistogram(ByteReader in) throws CorruptDataException {
    NativeHistogram.Builder builder = NativeHistogram.builder(in.u8() != 0);
    builder.resetHint(readHint(in)).schema((int) in.zigZag());
    builder.zero(Double.longBitsToDouble(in.u64()), in.u64());
    builder.total(in.u64(), Double.longBitsToDouble(in.u64()));
    try {
      builder.positive(readSpans(in), readCounts(in));
      builder.negative(readSpans(in), readCounts(in));
    } catch (IllegalArgumentException e) {
      throw in.corrupt("spans that fit the counts", String.valueOf(e.getMessage()));
    }
    double[] bounds = new double[in.count(8)];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Double.longBitsToDouble(in.u64());
    }
    return builder.customBounds(bounds).build();
  }

  private static int[] readSpans(ByteReader in) throws CorruptDataException {
    int[] spans = new int[in.count(1)];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = (int) in.zigZag();
    }
    return spans;
  }

  private static long[] readCounts(ByteReader in) throws CorruptDataException {
    long[] counts = new long[in.count(8)];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.u64();
    }
    return counts;
  }
}
