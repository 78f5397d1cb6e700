package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.SegmentReader;
import java.lang.foreign.MemorySegment;

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

  private static final int FLOATS = 0;
  private static final int ANY = 1;

  private final ValueCodec values = new ValueCodec();
  private final HistogramCodec histograms = new HistogramCodec();
  private final SegmentReader reader = new SegmentReader();
  private final long[] bits = new long[MAX_SAMPLES];

  /// A codec of its own scratch arrays.
  public ChunkCodec() {}

  /// Writes samples `[from, to)` without their times; how many there are is not among the bytes.
  ///
  /// @throws IllegalArgumentException if there are none or more than [#MAX_SAMPLES]
  public void encode(SampleColumns samples, int from, int to, ByteWriter out) {
    int count = to - from;
    if (count < 1 || count > MAX_SAMPLES) {
      throw new IllegalArgumentException(
          "a chunk has 1 to " + MAX_SAMPLES + " samples, not " + count);
    }
    double[] source = samples.values();
    for (int i = 0; i < count; i++) {
      bits[i] = Double.doubleToRawLongBits(source[from + i]);
    }
    if (!samples.anyHistogram() && !samples.anyStart()) {
      out.u8(FLOATS);
      values.encode(bits, 0, count, out);
      return;
    }
    out.u8(ANY);
    for (int i = from; i < to; i++) {
      out.zigZag(samples.startMs(i));
      NativeHistogram histogram = samples.histogram(i);
      out.u8(histogram == null ? 0 : 1);
      if (histogram != null) {
        histograms.encode(histogram, out);
      } else {
        out.u64(bits[i - from]);
      }
    }
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
    if (count < 1 || count > MAX_SAMPLES) {
      throw new IllegalArgumentException(
          "a chunk has 1 to " + MAX_SAMPLES + " samples, not " + count);
    }
    reader.reset(in, offset, length);
    int start = out.count();
    if (reader.u8() == FLOATS) {
      out.ensureCapacity(start + count);
      values.decode(reader, count, out.values(), start);
      System.arraycopy(times, timesFrom, out.timesMs(), start, count);
      out.grewTo(start + count);
      return;
    }
    for (int i = 0; i < count; i++) {
      long startMs = reader.zigZag();
      NativeHistogram histogram = reader.u8() == 1 ? histograms.decode(reader) : null;
      double value = histogram == null ? Double.longBitsToDouble(reader.u64()) : histogram.sum();
      out.add(times[timesFrom + i], startMs, value, histogram);
    }
  }
}
