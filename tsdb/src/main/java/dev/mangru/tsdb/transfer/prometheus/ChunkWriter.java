package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import java.io.IOException;

/// Encodes samples as chunks, as Prometheus keeps them and sends them on a remote read. Confined to
/// one thread; reused from series to series.
///
/// Floats go in chunks of at most [#MAX_SAMPLES]. Histograms of one chunk share a layout of
/// buckets, and none of them begins anew; so a chunk ends where a bucket comes or goes, where a
/// count falls, and where one is full. Start timestamps have no place in a chunk and are left out.
///
/// Source: Prometheus, `tsdb/docs/format/chunks.md` and the encoders of `tsdb/chunkenc`.
public final class ChunkWriter {

  /// Most samples of a chunk: Prometheus' `DefaultSamplesPerChunk`.
  public static final int MAX_SAMPLES = 120;

  /// A chunk of histograms ends with the sample that makes it this long: Prometheus'
  /// `TargetBytesPerHistogramChunk`; but not before [#MIN_HISTOGRAMS].
  static final int HISTOGRAM_BYTES = 1024;

  static final int MIN_HISTOGRAMS = 10;

  static final int XOR = 1;
  static final int HISTOGRAM = 2;
  static final int FLOAT_HISTOGRAM = 3;

  private final BitWriter out = new BitWriter();
  private final BitWriter.Xor value = new BitWriter.Xor();
  private final HistogramChunkWriter histograms = new HistogramChunkWriter(out);

  /// Takes chunks.
  @FunctionalInterface
  public interface Target {

    /// One chunk.
    ///
    /// @param encoding Prometheus' number of it: 1 floats, 2 histograms, 3 float histograms
    /// @param minMs time of the first sample
    /// @param maxMs time of the last sample
    /// @param bytes hold the chunk from 0 to `length`, the encoding left out; used again for the
    ///   next one
    void chunk(int encoding, long minMs, long maxMs, byte[] bytes, int length) throws IOException;
  }

  /// Encodes all of `samples`.
  ///
  /// @throws IOException if the target throws it
  public void write(SampleColumns samples, Target target) throws IOException {
    int at = 0;
    while (at < samples.count()) {
      out.clear();
      NativeHistogram histogram = samples.histogram(at);
      int encoding;
      int end;
      if (histogram == null) {
        encoding = XOR;
        end = floats(samples, at);
      } else {
        encoding = histogram.integer() ? HISTOGRAM : FLOAT_HISTOGRAM;
        end = histograms.write(samples, at, histogram);
      }
      out.set(0, (end - at) >> 8);
      out.set(1, end - at);
      target.chunk(
          encoding, samples.timesMs()[at], samples.timesMs()[end - 1], out.array(), out.length());
      at = end;
    }
  }

  /// Times as deltas of deltas, values against the one before; returns where the next chunk begins.
  private int floats(SampleColumns samples, int from) {
    long[] times = samples.timesMs();
    double[] values = samples.values();
    int end = Math.min(samples.count(), from + MAX_SAMPLES);
    out.bits(0, 16); // the count, which is set at the end
    long delta = 0;
    int at = from;
    while (at < end && samples.histogram(at) == null) {
      long bits = Double.doubleToRawLongBits(values[at]);
      if (at == from) {
        out.varint(times[at]);
        value.first(out, bits);
      } else {
        long before = delta;
        delta = times[at] - times[at - 1];
        if (at == from + 1) {
          out.uvarint(delta);
        } else {
          deltaOfDelta(delta - before);
        }
        value.next(out, bits);
      }
      at++;
    }
    return at;
  }

  private void deltaOfDelta(long difference) {
    if (difference == 0) {
      out.bit(0);
    } else if (BitWriter.fits(difference, 14)) {
      out.bits(0b10, 2);
      out.bits(difference, 14);
    } else if (BitWriter.fits(difference, 17)) {
      out.bits(0b110, 3);
      out.bits(difference, 17);
    } else if (BitWriter.fits(difference, 20)) {
      out.bits(0b1110, 4);
      out.bits(difference, 20);
    } else {
      out.bits(0b1111, 4);
      out.bits(difference, 64);
    }
  }
}
