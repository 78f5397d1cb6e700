package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.SegmentReader;

/// Native histograms, exactly. Confined to one thread.
final class HistogramCodec {

  void encode(NativeHistogram h, ByteWriter out) {
    out.u8((h.integer() ? 1 : 0) | hint(h.resetHint()) << 1);
    out.zigZag(h.schema());
    out.u64(Double.doubleToRawLongBits(h.zeroThreshold()));
    out.varint(h.zeroCount());
    out.varint(h.count());
    out.u64(Double.doubleToRawLongBits(h.sum()));
    side(h.positiveSpans(), h.positiveCounts(), out);
    side(h.negativeSpans(), h.negativeCounts(), out);
    out.varint(h.customBounds().length);
    for (double bound : h.customBounds()) {
      out.u64(Double.doubleToRawLongBits(bound));
    }
  }

  private static void side(int[] spans, long[] counts, ByteWriter out) {
    out.varint(spans.length);
    for (int span : spans) {
      out.zigZag(span);
    }
    out.varint(counts.length);
    for (long count : counts) {
      out.varint(count);
    }
  }

  NativeHistogram decode(SegmentReader in) {
    int head = in.u8();
    NativeHistogram.Builder built = NativeHistogram.builder((head & 1) != 0);
    built.resetHint(hint(head >> 1 & 3));
    built.schema((int) in.zigZag());
    built.zero(Double.longBitsToDouble(in.u64()), in.varint());
    built.total(in.varint(), Double.longBitsToDouble(in.u64()));
    built.positive(spans(in), counts(in));
    built.negative(spans(in), counts(in));
    double[] bounds = new double[in.atMost((int) in.remaining() / 8, "bounds")];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Double.longBitsToDouble(in.u64());
    }
    return built.customBounds(bounds).build();
  }

  private static int[] spans(SegmentReader in) {
    int[] spans = new int[in.atMost((int) in.remaining(), "spans")];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = (int) in.zigZag();
    }
    return spans;
  }

  private static long[] counts(SegmentReader in) {
    long[] counts = new long[in.atMost((int) in.remaining(), "buckets")];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.varint();
    }
    return counts;
  }

  static int hint(ResetHint hint) {
    return switch (hint) {
      case UNKNOWN -> 0;
      case RESET -> 1;
      case NO_RESET -> 2;
      case GAUGE -> 3;
    };
  }

  static ResetHint hint(int code) {
    return switch (code) {
      case 1 -> ResetHint.RESET;
      case 2 -> ResetHint.NO_RESET;
      case 3 -> ResetHint.GAUGE;
      default -> ResetHint.UNKNOWN;
    };
  }
}
