package dev.mangru.tsdb;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.wal.HistogramBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// How the newest sample of a series is remembered if it is more than a float: 64 bits of hash in
/// the place of the value. A repeat has the same ones; that another sample has them too is as
/// likely as one flipped bit in a memory of two exabytes. Pure functions.
final class Extended {

  /// Flag of a series whose newest sample is more than a float.
  static final int FLAG = 1;

  private Extended() {}

  /// The bits for a float with a start timestamp, or for a histogram.
  ///
  /// @param histogram what [HistogramBytes] wrote, or null
  static long bits(long startMs, long valueBits, @Nullable ByteWriter histogram) {
    long hash = mix(mix(0x9e3779b97f4a7c15L, startMs), histogram == null ? valueBits : 1);
    if (histogram == null) {
      return hash;
    }
    ByteBuffer bytes = histogram.toBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.remaining() >= 8) {
      hash = mix(hash, bytes.getLong());
    }
    while (bytes.hasRemaining()) {
      hash = mix(hash, bytes.get());
    }
    return mix(hash, histogram.length());
  }

  /// As the other one, for who has the histogram itself.
  static long bits(long startMs, long valueBits, @Nullable NativeHistogram histogram) {
    if (histogram == null) {
      return bits(startMs, valueBits, (ByteWriter) null);
    }
    ByteWriter bytes = new ByteWriter(128);
    HistogramBytes.write(histogram, bytes);
    return bits(startMs, valueBits, bytes);
  }

  /// The finaliser of MurmurHash3 (Appleby, public domain).
  private static long mix(long hash, long value) {
    long h = hash * 31 + value;
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    return h ^ h >>> 33;
  }
}
