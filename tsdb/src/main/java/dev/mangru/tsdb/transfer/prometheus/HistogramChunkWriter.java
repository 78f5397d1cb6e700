package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleColumns;
import java.util.Arrays;

/// Encodes a chunk of native histograms, as [HistogramChunk] reads it. Confined to one thread.
final class HistogramChunkWriter {

  private static final int RESET_FLAG = 0x80;
  private static final int GAUGE_FLAGS = 0xc0;

  /// Powers of two that one byte tells, as exponents of a fraction of one half.
  private static final int MIN_EXPONENT = -242;

  private static final int MAX_EXPONENT = 11;

  /// Thousandths above this are written as doubles.
  private static final double MAX_THOUSANDTHS = 33_554_430;

  private final BitWriter out;
  private final Column time = new Column();
  private final Column total = new Column();
  private final Column zero = new Column();
  private final BitWriter.Xor sum = new BitWriter.Xor();
  private final BitWriter.Xor floatTotal = new BitWriter.Xor();
  private final BitWriter.Xor floatZero = new BitWriter.Xor();
  private Column[] integers = new Column[0];
  private BitWriter.Xor[] floats = new BitWriter.Xor[0];

  HistogramChunkWriter(BitWriter out) {
    this.out = out;
  }

  /// Writes as many samples from `from` on as make one chunk; returns where the next one begins.
  int write(SampleColumns samples, int from, NativeHistogram first) {
    out.bits(0, 16); // the count, which is set at the end
    boolean gauge = first.resetHint() == ResetHint.GAUGE;
    out.bits(gauge ? GAUGE_FLAGS : first.resetHint() == ResetHint.RESET ? RESET_FLAG : 0, 8);
    layout(first);
    int end = Math.min(samples.count(), from + ChunkWriter.MAX_SAMPLES);
    NativeHistogram before = first;
    int at = from;
    while (at < end) {
      NativeHistogram histogram = samples.histogram(at);
      if (histogram == null
          || (at > from && !goesOn(before, histogram, gauge))
          || (at - from >= ChunkWriter.MIN_HISTOGRAMS
              && out.length() >= ChunkWriter.HISTOGRAM_BYTES)) {
        break;
      }
      if (histogram.integer()) {
        integer(samples.timesMs()[at], histogram, at == from);
      } else {
        floating(samples.timesMs()[at], histogram, at == from);
      }
      before = histogram;
      at++;
    }
    return at;
  }

  // ---- what may be in one chunk ---------------------------------------------------------------

  private static boolean goesOn(NativeHistogram before, NativeHistogram next, boolean gauge) {
    if (before.integer() != next.integer()) {
      return false;
    }
    if (next.stale()) {
      return true;
    }
    return !before.stale()
        && gauge == (next.resetHint() == ResetHint.GAUGE)
        && next.resetHint() != ResetHint.RESET
        && sameLayout(before, next)
        && (gauge || next.resetHint() == ResetHint.NO_RESET || noneFell(before, next));
  }

  private static boolean sameLayout(NativeHistogram left, NativeHistogram right) {
    return left.schema() == right.schema()
        && Double.doubleToRawLongBits(left.zeroThreshold())
            == Double.doubleToRawLongBits(right.zeroThreshold())
        && Arrays.equals(left.positiveSpans(), right.positiveSpans())
        && Arrays.equals(left.negativeSpans(), right.negativeSpans())
        && Arrays.equals(left.customBounds(), right.customBounds());
  }

  /// Whether every count is at least what it was.
  private static boolean noneFell(NativeHistogram before, NativeHistogram next) {
    boolean integer = next.integer();
    return !less(next.count(), before.count(), integer)
        && !less(next.zeroCount(), before.zeroCount(), integer)
        && noneFell(before.positiveCounts(), next.positiveCounts(), integer)
        && noneFell(before.negativeCounts(), next.negativeCounts(), integer);
  }

  private static boolean noneFell(long[] before, long[] next, boolean integer) {
    for (int i = 0; i < next.length; i++) {
      if (less(next[i], before[i], integer)) {
        return false;
      }
    }
    return true;
  }

  private static boolean less(long left, long right, boolean integer) {
    return integer
        ? Long.compareUnsigned(left, right) < 0
        : Double.longBitsToDouble(left) < Double.longBitsToDouble(right);
  }

  // ---- layout ---------------------------------------------------------------------------------

  /// A stale marker has none, whatever it was sent with.
  private void layout(NativeHistogram histogram) {
    boolean stale = histogram.stale();
    zeroThreshold(stale ? 0 : histogram.zeroThreshold());
    out.varbit(stale ? 0 : histogram.schema());
    spans(stale ? new int[0] : histogram.positiveSpans());
    spans(stale ? new int[0] : histogram.negativeSpans());
    if (!stale && histogram.schema() == NativeHistogram.CUSTOM_BUCKETS_SCHEMA) {
      double[] bounds = histogram.customBounds();
      out.unsignedVarbit(bounds.length);
      for (double bound : bounds) {
        bound(bound);
      }
    }
  }

  private void zeroThreshold(double threshold) {
    int exponent = Math.getExponent(threshold) + 1;
    if (threshold == 0) {
      out.bits(0, 8);
    } else if (exponent >= MIN_EXPONENT
        && exponent <= MAX_EXPONENT
        && threshold == Math.scalb(0.5, exponent)) {
      out.bits(exponent - MIN_EXPONENT + 1L, 8);
    } else {
      out.bits(255, 8);
      out.bits(Double.doubleToRawLongBits(threshold), 64);
    }
  }

  private void spans(int[] spans) {
    out.unsignedVarbit(spans.length / 2);
    for (int i = 0; i < spans.length; i += 2) {
      out.unsignedVarbit(Integer.toUnsignedLong(spans[i + 1]));
      out.varbit(spans[i]);
    }
  }

  /// Thousandths as an integer plus one, or 0 and any double.
  private void bound(double bound) {
    double thousandths = bound * 1000;
    if (thousandths >= 0
        && thousandths <= MAX_THOUSANDTHS
        && Double.doubleToRawLongBits(Math.rint(thousandths) / 1000)
            == Double.doubleToRawLongBits(bound)) {
      out.unsignedVarbit((long) Math.rint(thousandths) + 1);
    } else {
      out.unsignedVarbit(0);
      out.bits(Double.doubleToRawLongBits(bound), 64);
    }
  }

  // ---- samples --------------------------------------------------------------------------------

  private void integer(long timeMs, NativeHistogram histogram, boolean first) {
    boolean stale = histogram.stale();
    long count = stale ? 0 : histogram.count();
    long zeroCount = stale ? 0 : histogram.zeroCount();
    if (first) {
      time.first(timeMs);
      out.varbit(timeMs);
      total.first(count);
      out.unsignedVarbit(count);
      zero.first(zeroCount);
      out.unsignedVarbit(zeroCount);
      sum.first(out, Double.doubleToRawLongBits(histogram.sum()));
    } else {
      out.varbit(time.next(timeMs));
      out.varbit(total.next(count));
      out.varbit(zero.next(zeroCount));
      sum.next(out, Double.doubleToRawLongBits(histogram.sum()));
    }
    if (stale) {
      return;
    }
    long[] positive = histogram.positiveCounts();
    long[] negative = histogram.negativeCounts();
    integers = grown(integers, positive.length + negative.length);
    buckets(positive, 0, first);
    buckets(negative, positive.length, first);
  }

  private static Column[] grown(Column[] columns, int size) {
    if (columns.length >= size) {
      return columns;
    }
    Column[] larger = Arrays.copyOf(columns, size);
    for (int i = columns.length; i < size; i++) {
      larger[i] = new Column();
    }
    return larger;
  }

  /// Each bucket as a difference to its neighbour.
  private void buckets(long[] counts, int column, boolean first) {
    long before = 0;
    for (int i = 0; i < counts.length; i++) {
      long difference = counts[i] - before;
      before = counts[i];
      if (first) {
        integers[column + i].first(difference);
        out.varbit(difference);
      } else {
        out.varbit(integers[column + i].next(difference));
      }
    }
  }

  private void floating(long timeMs, NativeHistogram histogram, boolean first) {
    boolean stale = histogram.stale();
    long count = stale ? 0 : histogram.count();
    long zeroCount = stale ? 0 : histogram.zeroCount();
    if (first) {
      time.first(timeMs);
      out.varbit(timeMs);
    } else {
      out.varbit(time.next(timeMs));
    }
    add(floatTotal, count, first);
    add(floatZero, zeroCount, first);
    add(sum, Double.doubleToRawLongBits(histogram.sum()), first);
    if (stale) {
      return;
    }
    long[] positive = histogram.positiveCounts();
    long[] negative = histogram.negativeCounts();
    int size = positive.length + negative.length;
    if (floats.length < size) {
      int old = floats.length;
      floats = Arrays.copyOf(floats, size);
      for (int i = old; i < size; i++) {
        floats[i] = new BitWriter.Xor();
      }
    }
    for (int i = 0; i < positive.length; i++) {
      add(floats[i], positive[i], first);
    }
    for (int i = 0; i < negative.length; i++) {
      add(floats[positive.length + i], negative[i], first);
    }
  }

  private void add(BitWriter.Xor column, long bits, boolean first) {
    if (first) {
      column.first(out, bits);
    } else {
      column.next(out, bits);
    }
  }

  /// One column of integers: differences of differences, with wrap-around.
  private static final class Column {

    private long value;
    private long delta;

    void first(long to) {
      value = to;
      delta = 0;
    }

    long next(long to) {
      long before = delta;
      delta = to - value;
      value = to;
      return delta - before;
    }
  }
}
