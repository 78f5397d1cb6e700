package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.tsdb.codec.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Native histograms of one series, floats among them or not; exact to the bit. Histograms of one
/// layout are written as columns: one of each bucket, over time. Confined to one thread: holds
/// scratch arrays.
final class HistogramCodec {

  /// Buckets of all histograms together from which on none shares a column: columns of the same
  /// count may be a byte each, and what is read may not be much more than its bytes.
  private static final long MANY_BUCKETS = 1 << 20;

  private final ValueCodec values;
  private final long[] column = new long[ChunkCodec.MAX_SAMPLES];
  private final double[] doubles = new double[ChunkCodec.MAX_SAMPLES];

  /// A codec that uses `values` for its columns.
  HistogramCodec(ValueCodec values) {
    this.values = values;
  }

  /// Writes `count` samples.
  ///
  /// @param bits of the values of those samples whose histogram is null
  void encode(@Nullable NativeHistogram[] histograms, long[] bits, int count, ByteWriter out) {
    List<HistogramLayout> layouts = new ArrayList<>();
    int[] kinds = new int[count]; // 0 for a float, else 1 + the layout
    for (int i = 0; i < count; i++) {
      kinds[i] = histograms[i] == null ? 0 : 1 + layoutOf(histograms[i], layouts);
    }
    out.varint(layouts.size());
    for (HistogramLayout layout : layouts) {
      layout.write(values, out);
    }
    for (int i = 0; i < count; i++) {
      column[i] = kinds[i];
    }
    writeIntegers(count, out);
    int floats = 0;
    for (int i = 0; i < count; i++) {
      if (kinds[i] == 0) {
        column[floats++] = bits[i];
      }
    }
    values.encode(column, 0, floats, out);
    long buckets = 0;
    for (NativeHistogram histogram : histograms) {
      buckets +=
          histogram == null
              ? 0
              : (long) histogram.positiveCounts().length + histogram.negativeCounts().length;
    }
    boolean many = buckets > MANY_BUCKETS;
    NativeHistogram[] same = new NativeHistogram[count];
    for (int kind = 1; kind <= layouts.size(); kind++) {
      int found = 0;
      for (int i = 0; i < count; i++) {
        NativeHistogram histogram = histograms[i];
        if (kinds[i] == kind && histogram != null) {
          same[found++] = histogram;
        }
      }
      encodeSame(same, found, layouts.get(kind - 1), many, out);
    }
  }

  private static int layoutOf(NativeHistogram histogram, List<HistogramLayout> layouts) {
    for (int i = layouts.size() - 1; i >= 0; i--) {
      if (layouts.get(i).fits(histogram)) {
        return i;
      }
    }
    layouts.add(HistogramLayout.of(histogram));
    return layouts.size() - 1;
  }

  private void encodeSame(
      NativeHistogram[] same, int count, HistogramLayout layout, boolean many, ByteWriter out) {
    boolean integer = layout.integer();
    for (int i = 0; i < count; i++) {
      column[i] = codeOf(same[i].resetHint());
    }
    writeIntegers(count, out);
    for (int i = 0; i < count; i++) {
      column[i] = Double.doubleToRawLongBits(same[i].sum());
    }
    values.encode(column, 0, count, out);
    for (int i = 0; i < count; i++) {
      column[i] = same[i].zeroCount();
    }
    writeCounts(count, integer, out);
    if (many) {
      for (int i = 0; i < count; i++) {
        writeInRow(same[i].positiveCounts(), out);
        writeInRow(same[i].negativeCounts(), out);
      }
    } else {
      for (int bucket = 0; bucket < layout.positiveBuckets(); bucket++) {
        for (int i = 0; i < count; i++) {
          column[i] = same[i].positiveCounts()[bucket];
        }
        writeCounts(count, integer, out);
      }
      for (int bucket = 0; bucket < layout.negativeBuckets(); bucket++) {
        for (int i = 0; i < count; i++) {
          column[i] = same[i].negativeCounts()[bucket];
        }
        writeCounts(count, integer, out);
      }
    }
    for (int i = 0; i < count; i++) {
      NativeHistogram each = same[i];
      column[i] =
          integer
              ? each.count() - sum(each.zeroCount(), each.positiveCounts(), each.negativeCounts())
              : each.count();
    }
    writeCounts(count, integer, out);
  }

  private static void writeInRow(long[] counts, ByteWriter out) {
    long previous = 0;
    for (long count : counts) {
      out.zigZag(count - previous);
      previous = count;
    }
  }

  /// Wraps around, and so does the way back.
  private static long sum(long zero, long[] positive, long[] negative) {
    long sum = zero;
    for (long count : positive) {
      sum += count;
    }
    for (long count : negative) {
      sum += count;
    }
    return sum;
  }

  private void writeCounts(int count, boolean integer, ByteWriter out) {
    if (integer) {
      writeIntegers(count, out);
    } else {
      values.encode(column, 0, count, out);
    }
  }

  private void writeIntegers(int count, ByteWriter out) {
    values.integers().write(column, 0, count, false, out);
  }

  /// Reads `count` samples: the histograms, or null and a value.
  void decode(ChunkBytes in, int count, @Nullable NativeHistogram[] histograms, double[] floats) {
    HistogramLayout[] layouts = new HistogramLayout[in.atMost(count, "layouts")];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = HistogramLayout.read(values, in);
    }
    ColumnDecoder.decode(in, count, column, 0);
    int[] kinds = new int[count];
    int[] found = new int[layouts.length + 1];
    for (int i = 0; i < count; i++) {
      if (column[i] < 0 || column[i] > layouts.length) {
        throw in.malformed("one of " + layouts.length + " layouts", String.valueOf(column[i]));
      }
      kinds[i] = (int) column[i];
      found[kinds[i]]++;
    }
    values.decode(in, found[0], doubles, 0);
    for (int i = 0, next = 0; i < count; i++) {
      histograms[i] = null;
      if (kinds[i] == 0) {
        floats[i] = doubles[next++];
      }
    }
    long buckets = 0;
    for (int kind = 1; kind <= layouts.length; kind++) {
      HistogramLayout layout = layouts[kind - 1];
      if (found[kind] == 0) {
        throw in.malformed("histograms of every layout", "none of layout " + kind);
      }
      buckets += found[kind] * ((long) layout.positiveBuckets() + layout.negativeBuckets());
    }
    boolean many = buckets > MANY_BUCKETS;
    if (many && buckets > in.remaining()) {
      throw in.malformed(buckets + " buckets", in.remaining() + " bytes");
    }
    for (int kind = 1; kind <= layouts.length; kind++) {
      NativeHistogram[] same = decodeSame(in, layouts[kind - 1], found[kind], many);
      for (int i = 0, next = 0; i < count; i++) {
        if (kinds[i] == kind) {
          floats[i] = same[next].sum();
          histograms[i] = same[next++];
        }
      }
    }
  }

  private NativeHistogram[] decodeSame(
      ChunkBytes in, HistogramLayout layout, int count, boolean many) {
    boolean integer = layout.integer();
    ColumnDecoder.decode(in, count, column, 0);
    ResetHint[] hints = new ResetHint[count];
    for (int i = 0; i < count; i++) {
      hints[i] = hintOf(column[i], in);
    }
    double[] sums = new double[count];
    values.decode(in, count, sums, 0);
    readCounts(in, count, integer);
    long[] zeros = Arrays.copyOf(column, count);
    long[][] positive = new long[count][layout.positiveBuckets()];
    long[][] negative = new long[count][layout.negativeBuckets()];
    if (many) {
      for (int i = 0; i < count; i++) {
        readInRow(in, positive[i]);
        readInRow(in, negative[i]);
      }
    } else {
      readColumns(in, positive, layout.positiveBuckets(), integer);
      readColumns(in, negative, layout.negativeBuckets(), integer);
    }
    readCounts(in, count, integer);
    double[] bounds = layout.bounds();
    NativeHistogram[] same = new NativeHistogram[count];
    for (int i = 0; i < count; i++) {
      long all = integer ? column[i] + sum(zeros[i], positive[i], negative[i]) : column[i];
      same[i] =
          NativeHistogram.builder(integer)
              .resetHint(hints[i])
              .schema(layout.schema())
              .zero(layout.threshold(), zeros[i])
              .total(all, sums[i])
              .positive(layout.positiveSpans(), positive[i])
              .negative(layout.negativeSpans(), negative[i])
              .customBounds(bounds)
              .build();
    }
    return same;
  }

  private static void readInRow(ChunkBytes in, long[] counts) {
    long previous = 0;
    for (int i = 0; i < counts.length; i++) {
      previous += in.zigZag();
      counts[i] = previous;
    }
  }

  private void readColumns(ChunkBytes in, long[][] counts, int buckets, boolean integer) {
    for (int bucket = 0; bucket < buckets; bucket++) {
      readCounts(in, counts.length, integer);
      for (int i = 0; i < counts.length; i++) {
        counts[i][bucket] = column[i];
      }
    }
  }

  private void readCounts(ChunkBytes in, int count, boolean integer) {
    if (integer) {
      ColumnDecoder.decode(in, count, column, 0);
      return;
    }
    values.decode(in, count, doubles, 0);
    for (int i = 0; i < count; i++) {
      column[i] = Double.doubleToRawLongBits(doubles[i]);
    }
  }

  private static int codeOf(ResetHint hint) {
    return switch (hint) {
      case UNKNOWN -> 0;
      case RESET -> 1;
      case NO_RESET -> 2;
      case GAUGE -> 3;
    };
  }

  private static ResetHint hintOf(long code, ChunkBytes in) {
    if (code < 0 || code > 3) {
      throw in.malformed("a reset hint from 0 to 3", String.valueOf(code));
    }
    return switch ((int) code) {
      case 1 -> ResetHint.RESET;
      case 2 -> ResetHint.NO_RESET;
      case 3 -> ResetHint.GAUGE;
      default -> ResetHint.UNKNOWN;
    };
  }
}
