package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import org.jspecify.annotations.Nullable;

/// A chunk of native histograms, which share one layout of buckets. Confined to one thread.
///
/// Reset hints are those that Prometheus' own queries see: a gauge in a gauge's chunk, else unknown
/// for the first sample and no reset for the others.
final class HistogramChunk {

  private static final int GAUGE_FLAGS = 0xc0;

  /// More spans or buckets than any histogram has; Prometheus caps buckets at 160 by default.
  private static final int MAX_BUCKETS = 1 << 16;

  private final BitReader in;
  private final boolean gauge;
  private final int count;
  private final double zeroThreshold;
  private final int schema;
  private final int[] positiveSpans;
  private final int[] negativeSpans;
  private final double[] customBounds;
  private final int positiveBuckets;
  private final int negativeBuckets;

  HistogramChunk(BitReader in, int flags, int count) throws CorruptDataException {
    this.in = in;
    this.gauge = (flags & GAUGE_FLAGS) == GAUGE_FLAGS;
    this.count = count;
    if (count == 0) {
      zeroThreshold = 0;
      schema = 0;
      positiveSpans = new int[0];
      negativeSpans = new int[0];
      customBounds = new double[0];
    } else {
      zeroThreshold = zeroThreshold();
      schema = (int) in.varbit();
      positiveSpans = spans();
      negativeSpans = spans();
      customBounds =
          schema == NativeHistogram.CUSTOM_BUCKETS_SCHEMA ? customBounds() : new double[0];
    }
    positiveBuckets = buckets(positiveSpans);
    negativeBuckets = buckets(negativeSpans);
  }

  /// 0, a power of two in one byte, or any double.
  private double zeroThreshold() throws CorruptDataException {
    int code = (int) in.bits(8);
    return switch (code) {
      case 0 -> 0;
      case 255 -> Double.longBitsToDouble(in.bits(64));
      default -> Math.scalb(0.5, code - 243);
    };
  }

  private int[] spans() throws CorruptDataException {
    int[] spans = new int[2 * limited(in.unsignedVarbit())];
    for (int i = 0; i < spans.length; i += 2) {
      spans[i + 1] = limited(in.unsignedVarbit());
      spans[i] = (int) in.varbit();
    }
    return spans;
  }

  private int limited(long number) throws CorruptDataException {
    if (number < 0 || number > MAX_BUCKETS) {
      throw in.corrupt("at most " + MAX_BUCKETS + " buckets or spans", Long.toString(number));
    }
    return (int) number;
  }

  private int buckets(int[] spans) throws CorruptDataException {
    long sum = 0;
    for (int i = 1; i < spans.length; i += 2) {
      sum += spans[i];
    }
    return limited(sum);
  }

  /// Thousandths as an integer plus one, or 0 and any double.
  private double[] customBounds() throws CorruptDataException {
    double[] bounds = new double[limited(in.unsignedVarbit())];
    for (int i = 0; i < bounds.length; i++) {
      long code = in.unsignedVarbit();
      bounds[i] = code == 0 ? Double.longBitsToDouble(in.bits(64)) : (code - 1) / 1000.0;
    }
    return bounds;
  }

  /// Times, counts and buckets as deltas of deltas; buckets are deltas of each other besides.
  void integers(SampleColumns target) throws CorruptDataException {
    Deltas time = new Deltas();
    Deltas total = new Deltas();
    Deltas zero = new Deltas();
    BitReader.Xor sum = new BitReader.Xor();
    Deltas[] positive = deltas(positiveBuckets);
    Deltas[] negative = deltas(negativeBuckets);
    for (int i = 0; i < count; i++) {
      if (i == 0) {
        time.value = in.varbit();
        total.value = in.unsignedVarbit();
        zero.value = in.unsignedVarbit();
        sum.first(in.bits(64));
      } else {
        time.next(in.varbit());
        total.next(in.varbit());
        zero.next(in.varbit());
        sum.next(in);
      }
      if (i > 0 && stale(sum)) {
        add(target, time.value, null, true, sum);
        continue;
      }
      read(positive, i == 0);
      read(negative, i == 0);
      NativeHistogram.Builder builder =
          NativeHistogram.builder(true)
              .zero(zeroThreshold, zero.value)
              .total(total.value, Double.longBitsToDouble(sum.valueBits()))
              .positive(positiveSpans, absolute(positive))
              .negative(negativeSpans, absolute(negative));
      add(target, time.value, builder, true, sum);
    }
  }

  private void read(Deltas[] buckets, boolean first) throws CorruptDataException {
    for (Deltas bucket : buckets) {
      if (first) {
        bucket.value = in.varbit();
      } else {
        bucket.next(in.varbit());
      }
    }
  }

  private static Deltas[] deltas(int size) {
    Deltas[] all = new Deltas[size];
    for (int i = 0; i < size; i++) {
      all[i] = new Deltas();
    }
    return all;
  }

  private static long[] absolute(Deltas[] buckets) {
    long[] counts = new long[buckets.length];
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += buckets[i].value;
      counts[i] = sum;
    }
    return counts;
  }

  /// Times as deltas of deltas, everything else as doubles against the sample before.
  void floats(SampleColumns target) throws CorruptDataException {
    Deltas time = new Deltas();
    BitReader.Xor total = new BitReader.Xor();
    BitReader.Xor zero = new BitReader.Xor();
    BitReader.Xor sum = new BitReader.Xor();
    BitReader.Xor[] positive = columns(positiveBuckets);
    BitReader.Xor[] negative = columns(negativeBuckets);
    for (int i = 0; i < count; i++) {
      if (i == 0) {
        time.value = in.varbit();
        total.first(in.bits(64));
        zero.first(in.bits(64));
        sum.first(in.bits(64));
      } else {
        time.next(in.varbit());
        total.next(in);
        zero.next(in);
        sum.next(in);
      }
      if (i > 0 && stale(sum)) {
        add(target, time.value, null, false, sum);
        continue;
      }
      NativeHistogram.Builder builder =
          NativeHistogram.builder(false)
              .zero(zeroThreshold, zero.valueBits())
              .total(total.valueBits(), Double.longBitsToDouble(sum.valueBits()))
              .positive(positiveSpans, bits(positive, i == 0))
              .negative(negativeSpans, bits(negative, i == 0));
      add(target, time.value, builder, false, sum);
    }
  }

  private static BitReader.Xor[] columns(int size) {
    BitReader.Xor[] all = new BitReader.Xor[size];
    for (int i = 0; i < size; i++) {
      all[i] = new BitReader.Xor();
    }
    return all;
  }

  private long[] bits(BitReader.Xor[] buckets, boolean first) throws CorruptDataException {
    long[] counts = new long[buckets.length];
    for (int i = 0; i < counts.length; i++) {
      if (first) {
        buckets[i].first(in.bits(64));
      } else {
        buckets[i].next(in);
      }
      counts[i] = buckets[i].valueBits();
    }
    return counts;
  }

  private static boolean stale(BitReader.Xor sum) {
    return sum.valueBits() == StaleMarker.BITS;
  }

  /// @param builder null for a stale marker, which has nothing but its sum
  private void add(
      SampleColumns target,
      long timeMs,
      NativeHistogram.@Nullable Builder builder,
      boolean integer,
      BitReader.Xor sum) {
    double value = Double.longBitsToDouble(sum.valueBits());
    NativeHistogram.Builder out =
        builder == null || stale(sum)
            ? NativeHistogram.builder(integer).total(0, value)
            : builder.schema(schema).customBounds(customBounds).resetHint(hint());
    target.add(timeMs, SampleCursor.NO_START, value, out.build());
    first = false;
  }

  private boolean first = true;

  private ResetHint hint() {
    return gauge ? ResetHint.GAUGE : first ? ResetHint.UNKNOWN : ResetHint.NO_RESET;
  }

  /// One column of integers.
  private static final class Deltas {

    private long value;
    private long delta;

    void next(long deltaOfDelta) {
      delta += deltaOfDelta;
      value += delta;
    }
  }
}
