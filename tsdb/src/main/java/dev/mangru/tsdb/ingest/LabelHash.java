package dev.mangru.tsdb.ingest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/// A keyed 128-bit hash of bytes, or of a sequence of hashes. Keys are drawn when the process
/// starts, so nobody outside can aim at a collision, and a hash means nothing to another process.
/// The keys are immutable and shared; an instance holds the last result and is confined to one
/// thread.
///
/// Bytes go through four streams, 16 bytes at a time, each with two accumulators:
///
/// ```
/// p = (word0 ^ a) * (word1 ^ key)       128 bits: high and low
/// a = high ^ low                        wyhash's folded multiplication
/// b = rotate(b + word0, 29) ^ word1 + low
/// ```
///
/// A difference in one word changes `a` unless 64 secret bits take one value, and `b` unless others
/// do; four streams so that four products are under way at once. A sequence is hashed by sums of
/// products with one key for each place, twice.
///
/// Source: Wang Yi, “wyhash” (public domain) for the folded multiplication; Lemire and Kaser,
/// “Strongly universal string hashing is fast” for the sums of products.
public final class LabelHash {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Places of a sequence that have a key of their own; a power of two. Longer sequences are hashed
  /// in runs of this length.
  private static final int RUN = 128;

  private static final long[] KEYS = keys(12);
  private static final long[] FIRST_KEYS = keys(RUN);
  private static final long[] SECOND_KEYS = keys(RUN);

  private static final long K0 = KEYS[0];
  private static final long K1 = KEYS[1];
  private static final long K2 = KEYS[2];
  private static final long K3 = KEYS[3];
  private static final long K4 = KEYS[4];
  private static final long K5 = KEYS[5];
  private static final long K6 = KEYS[6];
  private static final long K7 = KEYS[7];
  private static final long K8 = KEYS[8];
  private static final long K9 = KEYS[9];
  private static final long K10 = KEYS[10];
  private static final long K11 = KEYS[11];

  private long first;
  private long second;

  /// Odd, so that no key multiplies everything to nothing.
  private static long[] keys(int count) {
    return new SecureRandom().longs(count).map(key -> key | 1).toArray();
  }

  /// The first half of the last result.
  public long first() {
    return first;
  }

  /// The second half of the last result.
  public long second() {
    return second;
  }

  /// Hashes `bytes[from, to)`.
  public void of(byte[] bytes, int from, int to) {
    long a0 = K0 ^ (to - from);
    long a1 = K1;
    long a2 = K2;
    long a3 = K3;
    long b0 = K4;
    long b1 = K5;
    long b2 = K6;
    long b3 = K7;
    int at = from;
    for (int last = to - 64; at <= last; at += 64) {
      long w0 = word(bytes, at);
      long w1 = word(bytes, at + 8);
      long x = w0 ^ a0;
      long y = w1 ^ K4;
      long low = x * y;
      a0 = Math.unsignedMultiplyHigh(x, y) ^ low;
      b0 = Long.rotateLeft(b0 + w0, 29) ^ (w1 + low);

      w0 = word(bytes, at + 16);
      w1 = word(bytes, at + 24);
      x = w0 ^ a1;
      y = w1 ^ K5;
      low = x * y;
      a1 = Math.unsignedMultiplyHigh(x, y) ^ low;
      b1 = Long.rotateLeft(b1 + w0, 29) ^ (w1 + low);

      w0 = word(bytes, at + 32);
      w1 = word(bytes, at + 40);
      x = w0 ^ a2;
      y = w1 ^ K6;
      low = x * y;
      a2 = Math.unsignedMultiplyHigh(x, y) ^ low;
      b2 = Long.rotateLeft(b2 + w0, 29) ^ (w1 + low);

      w0 = word(bytes, at + 48);
      w1 = word(bytes, at + 56);
      x = w0 ^ a3;
      y = w1 ^ K7;
      low = x * y;
      a3 = Math.unsignedMultiplyHigh(x, y) ^ low;
      b3 = Long.rotateLeft(b3 + w0, 29) ^ (w1 + low);
    }
    // At most three more steps of the first stream, and one with what is left.
    while (to - at >= 16) {
      long w0 = word(bytes, at);
      long w1 = word(bytes, at + 8);
      long x = w0 ^ a0;
      long y = w1 ^ K4;
      long low = x * y;
      a0 = Math.unsignedMultiplyHigh(x, y) ^ low;
      b0 = Long.rotateLeft(b0 + w0, 29) ^ (w1 + low);
      at += 16;
    }
    int left = to - at;
    long w0 = 0;
    long w1 = 0;
    if (left >= 8) {
      w0 = word(bytes, at);
      w1 = tail(bytes, at + 8, left - 8);
    } else {
      w1 = tail(bytes, at, left);
    }
    long c = fold(w0 ^ a0 ^ K8, w1 ^ a1 ^ K9);
    long d = fold(a2 ^ K10, a3 ^ K11);
    long e = fold(b0 ^ K0, b1 ^ K1) ^ w0;
    long f = fold(b2 ^ K2, b3 ^ K3) + w1;
    first = fold(c ^ K4, d ^ K5) ^ e;
    second = fold(e ^ K6, f ^ K7) + c + Long.rotateLeft(d, 32);
  }

  private static long word(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  /// The last bytes, fewer than 8. Their number is in the length, which is hashed.
  private static long tail(byte[] bytes, int at, int count) {
    if (count == 0) {
      return 0;
    }
    if (at + count >= 8) {
      return word(bytes, at + count - 8) >>> (64 - 8 * count);
    }
    long value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = value << 8 | (bytes[at + i] & 0xff);
    }
    return value;
  }

  /// Hashes a sequence of `count` hashes: the halves of the one at place `i` are
  /// `firsts[places[i]]` and `seconds[places[i]]`. Never the hash of bytes, save by chance.
  public void ofSequence(long[] firsts, long[] seconds, int[] places, int count) {
    long a = K8 ^ count;
    long b = K9;
    int at = 0;
    do {
      int run = Math.min(RUN, count - at);
      long sum = K10;
      long other = K11;
      for (int i = 0; i < run; i++) {
        int place = places[at + i];
        sum += firsts[place] * FIRST_KEYS[i];
        other += seconds[place] * SECOND_KEYS[i];
      }
      a = fold(sum ^ a, K0) + other;
      b = fold(other ^ b, K1) + sum;
      at += run;
    } while (at < count);
    first = fold(a ^ K2, b ^ K3);
    second = fold(b ^ K4, a ^ K5);
  }

  private static long fold(long x, long y) {
    return Math.unsignedMultiplyHigh(x, y) ^ (x * y);
  }
}
