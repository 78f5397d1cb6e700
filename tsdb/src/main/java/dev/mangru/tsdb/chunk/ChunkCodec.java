package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// All samples of one series within one chunk: floats, native histograms, both mixed, and start
/// timestamps. Times are not inside: series that are scraped together share a column of times, see
/// [TimeCodec]. Confined to one thread: holds scratch arrays.
///
/// What comes out is what went in, bit for bit. Wrong bytes are a
/// [dev.mangru.tsdb.codec.MalformedBytesException], which whoever knows the file turns into a
/// `CorruptDataException`; nothing else is thrown for them, and nothing is allocated that the
/// number of samples and the number of bytes do not bound.
public final class ChunkCodec {

  /// The most samples of one chunk.
  public static final int MAX_SAMPLES = 1_024;

  /// A first byte: start timestamps stand before the values.
  private static final int STARTS = 0xf0;

  /// A first byte: how long before its sample each start timestamp is, before the values.
  private static final int AGES = 0xf1;

  /// A first byte: histograms, floats among them or not.
  private static final int HISTOGRAMS = 0xf2;

  private final ValueCodec values = new ValueCodec();
  private final HistogramCodec histogramCodec = new HistogramCodec(values);
  private final ChunkBytes reader = new ChunkBytes();
  private final long[] bits = new long[MAX_SAMPLES];

  /// A codec of its own scratch arrays.
  public ChunkCodec() {}

  /// Writes samples `[from, to)` without their times; how many there are is not among the bytes.
  ///
  /// @throws IllegalArgumentException if there are none or more than [#MAX_SAMPLES]
  public void encode(SampleColumns samples, int from, int to, ByteWriter out) {
    int count = to - from;
    checkCount(count);
    if (samples.anyStart()) {
      encodeStarts(samples, from, count, out);
    }
    double[] source = samples.values();
    for (int i = 0; i < count; i++) {
      bits[i] = Double.doubleToRawLongBits(source[from + i]);
    }
    if (samples.anyHistogram() && encodeHistograms(samples, from, count, out)) {
      return;
    }
    values.encode(bits, 0, count, out);
  }

  private void encodeStarts(SampleColumns samples, int from, int count, ByteWriter out) {
    boolean any = false;
    for (int i = 0; i < count; i++) {
      bits[i] = samples.startMs(from + i);
      any |= bits[i] != SampleCursor.NO_START;
    }
    if (!any) {
      return;
    }
    int start = out.length();
    out.u8(STARTS);
    values.integers().write(bits, 0, count, false, out);
    int starts = out.length() - start;
    for (int i = 0; i < count; i++) {
      bits[i] = samples.timesMs()[from + i] - bits[i];
    }
    out.u8(AGES);
    values.integers().write(bits, 0, count, false, out);
    int ages = out.length() - start - starts;
    out.truncate(start);
    for (int i = 0; i < count; i++) {
      bits[i] = ages < starts ? bits[i] : samples.startMs(from + i);
    }
    out.u8(ages < starts ? AGES : STARTS);
    values.integers().write(bits, 0, count, false, out);
  }

  private boolean encodeHistograms(SampleColumns samples, int from, int count, ByteWriter out) {
    @Nullable NativeHistogram[] histograms = new @Nullable NativeHistogram[count];
    boolean any = false;
    for (int i = 0; i < count; i++) {
      histograms[i] = samples.histogram(from + i);
      any |= histograms[i] != null;
    }
    if (any) {
      out.u8(HISTOGRAMS);
      histogramCodec.encode(histograms, bits, count, out);
    }
    return any;
  }

  /// Reads the `count` samples of exactly `length` bytes and adds them to `out`, with the times
  /// `times[timesFrom, timesFrom + count)`.
  ///
  /// @throws dev.mangru.tsdb.codec.MalformedBytesException if the bytes are not what [#encode]
  ///   writes for so many samples; what `out` had before is untouched
  /// @throws IllegalArgumentException if `count` is not 1 to [#MAX_SAMPLES]
  public void decode(
      MemorySegment in,
      long offset,
      int length,
      long[] times,
      int timesFrom,
      int count,
      SampleColumns out) {
    checkCount(count);
    reader.load(in, offset, length);
    int tag = reader.peek();
    if (tag == STARTS || tag == AGES || tag == HISTOGRAMS) {
      decodeRare(times, timesFrom, count, out);
      return;
    }
    int start = out.count();
    out.ensureCapacity(start + count);
    values.decode(reader, count, out.values(), start);
    reader.expectEnd();
    System.arraycopy(times, timesFrom, out.timesMs(), start, count);
    out.grewTo(start + count);
  }

  private void decodeRare(long[] times, int timesFrom, int count, SampleColumns out) {
    long[] starts = new long[count];
    int tag = reader.peek();
    if (tag != HISTOGRAMS) {
      reader.u8();
      ColumnDecoder.decode(reader, count, starts, 0);
      for (int i = 0; tag == AGES && i < count; i++) {
        starts[i] = times[timesFrom + i] - starts[i];
      }
      tag = reader.peek();
    }
    double[] floats = new double[count];
    @Nullable NativeHistogram[] histograms = new @Nullable NativeHistogram[count];
    if (tag == HISTOGRAMS) {
      reader.u8();
      histogramCodec.decode(reader, count, histograms, floats);
    } else {
      values.decode(reader, count, floats, 0);
    }
    reader.expectEnd();
    for (int i = 0; i < count; i++) {
      out.add(times[timesFrom + i], starts[i], floats[i], histograms[i]);
    }
  }

  private static void checkCount(int count) {
    if (count < 1 || count > MAX_SAMPLES) {
      throw new IllegalArgumentException(
          "a chunk has 1 to " + MAX_SAMPLES + " samples, not " + count);
    }
  }
}
