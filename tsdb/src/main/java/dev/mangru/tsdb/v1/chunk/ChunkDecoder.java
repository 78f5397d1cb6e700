package dev.mangru.tsdb.v1.chunk;

import dev.mangru.model.metric.SampleCursor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Walks over the samples of a [Chunk]. Confined to one thread.
///
/// Bytes that are missing read as zeros: whoever reads from a disk checks the chunk's checksum
/// first.
public final class ChunkDecoder implements SampleCursor {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private final int count;
  private int read;
  private long bitPosition;
  private long timestampMs;
  private long delta;
  private long valueBits;
  private int leading;
  private int trailing;

  ChunkDecoder(byte[] bytes, int count) {
    this.bytes = bytes;
    this.count = count;
  }

  @Override
  public boolean next() {
    if (read == count) {
      return false;
    }
    if (read++ == 0) {
      timestampMs = bits(64);
      valueBits = bits(64);
      return true;
    }
    delta += readTime();
    timestampMs += delta;
    if (bits(1) != 0) {
      readValue();
    }
    return true;
  }

  @Override
  public long timestampMs() {
    return timestampMs;
  }

  @Override
  public double value() {
    return Double.longBitsToDouble(valueBits);
  }

  /// The current value's raw bits.
  public long valueBits() {
    return valueBits;
  }

  private long readTime() {
    if (bits(1) == 0) {
      return 0;
    }
    if (bits(1) == 0) {
      return signed(14);
    }
    if (bits(1) == 0) {
      return signed(17);
    }
    return bits(1) == 0 ? signed(20) : bits(64);
  }

  private void readValue() {
    if (bits(1) != 0) {
      leading = (int) bits(5);
      int middle = (int) bits(6);
      trailing = Math.max(0, 64 - leading - (middle == 0 ? 64 : middle));
    }
    valueBits ^= bits(64 - leading - trailing) << trailing;
  }

  private long signed(int width) {
    return bits(width) << (64 - width) >> (64 - width);
  }

  /// The next `width` bits, 1 to 64.
  private long bits(int width) {
    if (width > 56) {
      long high = bits(width - 32);
      return high << 32 | bits(32);
    }
    int at = (int) (bitPosition >>> 3);
    long word = at + 8 <= bytes.length ? (long) LONGS.get(bytes, at) : lastBytes(at);
    int shift = (int) (bitPosition & 7);
    bitPosition += width;
    return word << shift >>> (64 - width);
  }

  private long lastBytes(int from) {
    long word = 0;
    for (int i = 0; i < 8; i++) {
      word = word << 8 | (from + i < bytes.length ? bytes[from + i] & 0xff : 0);
    }
    return word;
  }
}
