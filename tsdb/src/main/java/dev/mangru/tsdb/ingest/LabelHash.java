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
/// Bytes go through four streams, 64 at a time; the last 64 may overlap those before. A step of one
/// stream is wyhash's folded multiplication, and all steps feed a fifth accumulator:
///
/// ```
/// p = (word0 ^ a) * (word1 ^ key)       128 bits: high and low
/// a = high ^ low
/// t = (word0 + word1) ^ low             c = rotate(c, 29) + t of the four
/// ```
///
/// Two inputs that differ in a step meet in its `a` with a chance of 2^-64 (64 secret bits have to
/// take one value), and then still differ in `c`, save for as small a chance. A sequence is hashed
/// by sums of products with one key for each place, twice.
///
/// Source: Wang Yi, “wyhash” (public domain) for the folded multiplication; Lemire and Kaser,
/// “Strongly universal string hashing is fast” for the sums of products.
public final class LabelHash {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Places of a sequence that have a key of their own; a power of two. Longer sequences are hashed
  /// in runs of this length.
  private static final int RUN = 128;

  private static final long[] FIRST_KEYS = keys(RUN);
  private static final long[] SECOND_KEYS = keys(RUN);

  // One field each, so that the compiler knows them as constants.
  private static final long K0 = keys(1)[0];
  private static final long K1 = keys(1)[0];
  private static final long K2 = keys(1)[0];
  private static final long K3 = keys(1)[0];
  private static final long K4 = keys(1)[0];
  private static final long K5 = keys(1)[0];
  private static final long K6 = keys(1)[0];
  private static final long K7 = keys(1)[0];
  private static final long K8 = keys(1)[0];

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
    if (to - from < 64) {
      ofShort(bytes, from, to);
    } else {
      ofLong(bytes, from, to);
    }
  }

  private void ofLong(byte[] bytes, int from, int to) {
    long a0 = K0 ^ (to - from);
    long a1 = K1;
    long a2 = K2;
    long a3 = K3;
    long c = K8;
    int last = to - 64;
    int at = from;
    while (true) {
      long word0 = word(bytes, at);
      long word1 = word(bytes, at + 8);
      long x = word0 ^ a0;
      long y = word1 ^ K4;
      long low = x * y;
      a0 = Math.unsignedMultiplyHigh(x, y) ^ low;
      long t = (word0 + word1) ^ low;

      word0 = word(bytes, at + 16);
      word1 = word(bytes, at + 24);
      x = word0 ^ a1;
      y = word1 ^ K5;
      low = x * y;
      a1 = Math.unsignedMultiplyHigh(x, y) ^ low;
      t += (word0 + word1) ^ low;

      word0 = word(bytes, at + 32);
      word1 = word(bytes, at + 40);
      x = word0 ^ a2;
      y = word1 ^ K6;
      low = x * y;
      a2 = Math.unsignedMultiplyHigh(x, y) ^ low;
      t += (word0 + word1) ^ low;

      word0 = word(bytes, at + 48);
      word1 = word(bytes, at + 56);
      x = word0 ^ a3;
      y = word1 ^ K7;
      low = x * y;
      a3 = Math.unsignedMultiplyHigh(x, y) ^ low;
      t += (word0 + word1) ^ low;

      c = Long.rotateLeft(c, 29) + t;
      if (at >= last) {
        break;
      }
      at = Math.min(at + 64, last);
    }
    long d = fold(a0 ^ K5, a1 ^ K6);
    long e = fold(a2 ^ K7, a3 ^ K4);
    finish(d + Long.rotateLeft(e, 32), c ^ e);
  }

  /// One stream, 16 bytes at a time.
  private void ofShort(byte[] bytes, int from, int to) {
    long a = K3 ^ (to - from);
    long c = K7;
    int at = from;
    for (; to - at >= 16; at += 16) {
      long word0 = word(bytes, at);
      long word1 = word(bytes, at + 8);
      long x = word0 ^ a;
      long y = word1 ^ K4;
      long low = x * y;
      a = Math.unsignedMultiplyHigh(x, y) ^ low;
      c = Long.rotateLeft(c, 29) + ((word0 + word1) ^ low);
    }
    int left = to - at;
    long word0 = left >= 8 ? word(bytes, at) : 0;
    long word1 = left >= 8 ? tail(bytes, at + 8, left - 8) : tail(bytes, at, left);
    finish(fold(word0 ^ a, word1 ^ K5), Long.rotateLeft(c, 29) + word0 + K6 * word1);
  }

  /// Mixes the two accumulators, of which at least one tells two inputs apart.
  private void finish(long a, long c) {
    first = fold(a ^ K1, K2) + c;
    second = fold(c ^ K0, K8) ^ a;
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
    long b = K7;
    int at = 0;
    do {
      int run = Math.min(RUN, count - at);
      long sum = 0;
      long other = 0;
      for (int i = 0; i < run; i++) {
        int place = places[at + i];
        sum += firsts[place] * FIRST_KEYS[i];
        other += seconds[place] * SECOND_KEYS[i];
      }
      a = fold(sum ^ a, K0) + other;
      b = fold(other ^ b, K1) + sum;
      at += run;
    } while (at < count);
    finish(a, b);
  }

  private static long fold(long x, long y) {
    return Math.unsignedMultiplyHigh(x, y) ^ (x * y);
  }
}
