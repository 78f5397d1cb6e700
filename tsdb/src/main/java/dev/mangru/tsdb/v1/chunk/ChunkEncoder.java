package dev.mangru.tsdb.v1.chunk;

import java.util.Arrays;

/// A chunk that still grows. Written by one thread; a [Chunk] taken by [#snapshot] under the same
/// lock as the writes stays valid while more is appended, because bits once written do not change.
///
/// Times and values are compressed as in “Gorilla: A Fast, Scalable, In-Memory Time Series
/// Database” (Pelkonen et al., VLDB 2015), with milliseconds and full 64-bit escape, so that every
/// time and every NaN payload survives:
///
/// ```
/// first sample   time 64 bits, value 64 bits
/// every other    time: d = change of the difference between neighbours (wrapping)
///                  0                      d = 0
///                  10   + 14 bits         -2^13 <= d < 2^13
///                  110  + 17 bits         -2^16 <= d < 2^16
///                  1110 + 20 bits         -2^19 <= d < 2^19
///                  1111 + 64 bits         any other
///                value: x = bits XOR bits of the sample before
///                  0                      x = 0
///                  10  + middle bits      fits between the zeros of the last 11
///                  11  + 5 bits leading zeros (at most 31), 6 bits length (0 means 64), the bits
/// ```
///
/// Bits fill each byte from the highest.
public final class ChunkEncoder {

  /// Samples after which a chunk is full: an hour at 15 s. Chosen: Prometheus' 120 doubled, as
  /// longer chunks spend fewer bits on first samples.
  public static final int MAX_SAMPLES = 240;

  private byte[] bytes = new byte[32];
  private int bitLength;
  private int count;
  private long firstMs;
  private long lastMs;
  private long lastDelta;
  private long lastBits;
  private int leading = 64;
  private int trailing;

  /// Samples so far.
  public int count() {
    return count;
  }

  /// Whether no more samples fit.
  public boolean full() {
    return count >= MAX_SAMPLES;
  }

  /// Bytes of memory the samples take.
  public int capacityBytes() {
    return bytes.length;
  }

  /// Adds a sample; its time must be after the last one's.
  ///
  /// @param valueBits the value's raw bits
  public void append(long timestampMs, long valueBits) {
    if (count == 0) {
      write(timestampMs, 64);
      write(valueBits, 64);
      firstMs = timestampMs;
    } else {
      long delta = timestampMs - lastMs;
      writeTime(delta - lastDelta);
      writeValue(valueBits ^ lastBits);
      lastDelta = delta;
    }
    lastMs = timestampMs;
    lastBits = valueBits;
    count++;
  }

  /// What was appended so far, sharing the array.
  public Chunk snapshot() {
    return new Chunk(bytes, count, firstMs, lastMs);
  }

  /// What was appended, in an array without spare room. Append nothing more.
  public Chunk close() {
    return new Chunk(Arrays.copyOf(bytes, (bitLength + 7) >>> 3), count, firstMs, lastMs);
  }

  private void writeTime(long d) {
    if (d == 0) {
      write(0, 1);
    } else if (fits(d, 14)) {
      write(0b10, 2);
      write(d, 14);
    } else if (fits(d, 17)) {
      write(0b110, 3);
      write(d, 17);
    } else if (fits(d, 20)) {
      write(0b1110, 4);
      write(d, 20);
    } else {
      write(0b1111, 4);
      write(d, 64);
    }
  }

  private static boolean fits(long value, int bits) {
    return value >= -(1L << (bits - 1)) && value < 1L << (bits - 1);
  }

  private void writeValue(long x) {
    if (x == 0) {
      write(0, 1);
      return;
    }
    int newLeading = Math.min(31, Long.numberOfLeadingZeros(x));
    int newTrailing = Long.numberOfTrailingZeros(x);
    if (newLeading >= leading && newTrailing >= trailing) {
      write(0b10, 2);
      write(x >>> trailing, 64 - leading - trailing);
      return;
    }
    leading = newLeading;
    trailing = newTrailing;
    int middle = 64 - leading - trailing;
    write(0b11, 2);
    write(leading, 5);
    write(middle & 63, 6);
    write(x >>> trailing, middle);
  }

  private void write(long value, int bits) {
    int needed = (bitLength + bits + 7) >>> 3;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + (bytes.length >> 1)));
    }
    int at = bitLength >>> 3;
    int room = 8 - (bitLength & 7);
    int left = bits;
    while (left > 0) {
      int take = Math.min(room, left);
      long part = (value >>> (left - take)) & ((1L << take) - 1);
      bytes[at] = (byte) (bytes[at] | (part << (room - take)));
      left -= take;
      room -= take;
      if (room == 0) {
        room = 8;
        at++;
      }
    }
    bitLength += bits;
  }
}
