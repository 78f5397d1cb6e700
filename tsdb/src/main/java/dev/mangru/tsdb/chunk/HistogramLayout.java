package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.codec.ByteWriter;
import java.util.Arrays;

/// What histograms of one series have in common while their buckets stay the same. Immutable;
/// nobody changes its arrays.
final class HistogramLayout {

  private static final int INTEGER = 1;
  private static final int BOUNDS = 2;
  private static final int NEGATIVE = 4;
  private static final int ALL_FLAGS = 7;

  private final boolean integer;
  private final int schema;
  private final long thresholdBits;
  private final int[] positiveSpans;
  private final int[] negativeSpans;
  private final long[] boundBits;

  private HistogramLayout(
      boolean integer,
      int schema,
      long thresholdBits,
      int[] positiveSpans,
      int[] negativeSpans,
      long[] boundBits) {
    this.integer = integer;
    this.schema = schema;
    this.thresholdBits = thresholdBits;
    this.positiveSpans = positiveSpans;
    this.negativeSpans = negativeSpans;
    this.boundBits = boundBits;
  }

  static HistogramLayout of(NativeHistogram histogram) {
    double[] bounds = histogram.customBounds();
    long[] boundBits = new long[bounds.length];
    for (int i = 0; i < bounds.length; i++) {
      boundBits[i] = Double.doubleToRawLongBits(bounds[i]);
    }
    return new HistogramLayout(
        histogram.integer(),
        histogram.schema(),
        Double.doubleToRawLongBits(histogram.zeroThreshold()),
        histogram.positiveSpans(),
        histogram.negativeSpans(),
        boundBits);
  }

  /// Whether `histogram` has this layout, bit for bit.
  boolean fits(NativeHistogram histogram) {
    return integer == histogram.integer()
        && schema == histogram.schema()
        && thresholdBits == Double.doubleToRawLongBits(histogram.zeroThreshold())
        && Arrays.equals(positiveSpans, histogram.positiveSpans())
        && Arrays.equals(negativeSpans, histogram.negativeSpans())
        && boundsFit(histogram.customBounds());
  }

  private boolean boundsFit(double[] bounds) {
    if (bounds.length != boundBits.length) {
      return false;
    }
    for (int i = 0; i < bounds.length; i++) {
      if (Double.doubleToRawLongBits(bounds[i]) != boundBits[i]) {
        return false;
      }
    }
    return true;
  }

  void write(ValueCodec values, ByteWriter out) {
    out.u8(
        (integer ? INTEGER : 0)
            | (boundBits.length > 0 ? BOUNDS : 0)
            | (negativeSpans.length > 0 ? NEGATIVE : 0));
    out.zigZag(schema);
    values.encode(new long[] {thresholdBits}, 0, 1, out);
    writeSpans(positiveSpans, out);
    if (negativeSpans.length > 0) {
      writeSpans(negativeSpans, out);
    }
    if (boundBits.length > 0) {
      out.varint(boundBits.length);
      if (boundBits.length <= ChunkCodec.MAX_SAMPLES) {
        values.encode(boundBits, 0, boundBits.length, out);
      } else {
        for (long bound : boundBits) {
          out.u64(bound);
        }
      }
    }
  }

  private static void writeSpans(int[] spans, ByteWriter out) {
    out.varint(spans.length / 2);
    for (int i = 0; i < spans.length; i += 2) {
      out.zigZag(spans[i]).varint(Integer.toUnsignedLong(spans[i + 1]));
    }
  }

  /// Reads what [#write] wrote. What it allocates is bounded by the bytes that are left.
  static HistogramLayout read(ValueCodec values, ChunkBytes in) {
    int flags = in.u8();
    if (flags > ALL_FLAGS) {
      throw in.malformed("flags of a histogram up to " + ALL_FLAGS, String.valueOf(flags));
    }
    long schema = in.zigZag();
    if (schema != (int) schema) {
      throw in.malformed("a schema of 32 bits", String.valueOf(schema));
    }
    double[] threshold = new double[1];
    values.decode(in, 1, threshold, 0);
    int[] positive = readSpans(in);
    int[] negative = (flags & NEGATIVE) == 0 ? new int[0] : readSpans(in);
    long[] bounds = (flags & BOUNDS) == 0 ? new long[0] : readBounds(values, in);
    return new HistogramLayout(
        (flags & INTEGER) != 0,
        (int) schema,
        Double.doubleToRawLongBits(threshold[0]),
        positive,
        negative,
        bounds);
  }

  private static int[] readSpans(ChunkBytes in) {
    int[] spans = new int[2 * in.atMost(in.remaining() / 2, "spans")];
    long buckets = 0;
    for (int i = 0; i < spans.length; i += 2) {
      long offset = in.zigZag();
      if (offset != (int) offset) {
        throw in.malformed("an offset of 32 bits", String.valueOf(offset));
      }
      spans[i] = (int) offset;
      // Every bucket has a column of at least a byte behind.
      spans[i + 1] = in.atMost(in.remaining(), "buckets");
      buckets += spans[i + 1];
    }
    if (buckets > in.remaining()) {
      throw in.malformed("at most " + in.remaining() + " buckets", String.valueOf(buckets));
    }
    return spans;
  }

  private static long[] readBounds(ValueCodec values, ChunkBytes in) {
    int most = in.remaining() / Long.BYTES;
    int count = in.atMost(Math.max(most, ChunkCodec.MAX_SAMPLES), "bounds");
    long[] bounds = new long[count];
    if (count > ChunkCodec.MAX_SAMPLES) {
      for (int i = 0; i < count; i++) {
        bounds[i] = in.u64();
      }
      return bounds;
    }
    double[] doubles = new double[count];
    values.decode(in, count, doubles, 0);
    for (int i = 0; i < count; i++) {
      bounds[i] = Double.doubleToRawLongBits(doubles[i]);
    }
    return bounds;
  }

  /// Whether counts are integers; else raw bits of doubles.
  boolean integer() {
    return integer;
  }

  /// Buckets per power of two, as a logarithm.
  int schema() {
    return schema;
  }

  /// The zero bucket's threshold.
  double threshold() {
    return Double.longBitsToDouble(thresholdBits);
  }

  /// Runs of buckets above 0.
  int[] positiveSpans() {
    return positiveSpans;
  }

  /// Runs of buckets below 0.
  int[] negativeSpans() {
    return negativeSpans;
  }

  /// Buckets above 0.
  int positiveBuckets() {
    return buckets(positiveSpans);
  }

  /// Buckets below 0.
  int negativeBuckets() {
    return buckets(negativeSpans);
  }

  private static int buckets(int[] spans) {
    int buckets = 0;
    for (int i = 1; i < spans.length; i += 2) {
      buckets += spans[i];
    }
    return buckets;
  }

  /// The bounds as doubles.
  double[] bounds() {
    double[] bounds = new double[boundBits.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Double.longBitsToDouble(boundBits[i]);
    }
    return bounds;
  }
}
