package dev.mangru.tsdb.ingest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/// A keyed 128-bit hash of bytes: two 64-bit lanes that fold 128-bit products, as wyhash does, each
/// with keys of its own drawn when the process starts. Immutable keys; thread-safe; an instance
/// holds the last result and is confined to one thread.
///
/// Source: Wang Yi, “wyhash” (public domain) for the folded multiplication.
public final class LabelHash {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /// Odd, so that no key multiplies everything to nothing.
  private static final long[] KEYS = new SecureRandom().longs(8).map(key -> key | 1).toArray();

  private long first;
  private long second;

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
    long a = KEYS[0] ^ (to - from);
    long b = KEYS[1];
    int at = from;
    for (; to - at >= 32; at += 32) {
      long w0 = (long) LONGS.get(bytes, at);
      long w1 = (long) LONGS.get(bytes, at + 8);
      long w2 = (long) LONGS.get(bytes, at + 16);
      long w3 = (long) LONGS.get(bytes, at + 24);
      a = fold(w0 ^ KEYS[2], w1 ^ a) + w2;
      b = fold(w2 ^ KEYS[3], w3 ^ b) + w0;
    }
    if (to - at >= 16) {
      long w0 = (long) LONGS.get(bytes, at);
      long w1 = (long) LONGS.get(bytes, at + 8);
      a = fold(w0 ^ KEYS[2], w1 ^ a);
      b = fold(w1 ^ KEYS[3], w0 ^ b);
      at += 16;
    }
    long w0 = 0;
    long w1 = 0;
    int left = to - at;
    if (left >= 8) {
      w0 = (long) LONGS.get(bytes, at);
      at += 8;
      left -= 8;
    }
    if (left >= 4) {
      w1 = (int) INTS.get(bytes, at) & 0xffffffffL;
      at += 4;
      left -= 4;
    }
    for (; left > 0; left--) {
      w1 = w1 << 8 | (bytes[at++] & 0xff);
    }
    a = fold(w0 ^ KEYS[4], w1 ^ a);
    b = fold(w1 ^ KEYS[5], w0 ^ b);
    first = fold(a ^ KEYS[6], b ^ KEYS[0]);
    second = fold(b ^ KEYS[7], a ^ KEYS[1]);
  }

  /// Hashes a sequence: call [#begin], [#add] for each element, [#end].
  public void begin() {
    first = KEYS[2];
    second = KEYS[3];
  }

  /// Adds one element, itself a hash.
  public void add(long elementFirst, long elementSecond) {
    first = fold(first ^ elementFirst, KEYS[4] ^ elementSecond);
    second = fold(second ^ elementSecond, KEYS[5] ^ elementFirst);
  }

  /// Ends the sequence.
  public void end() {
    long a = first;
    first = fold(a ^ KEYS[6], second ^ KEYS[0]);
    second = fold(second ^ KEYS[7], a ^ KEYS[1]);
  }

  private static long fold(long x, long y) {
    return Math.unsignedMultiplyHigh(x, y) ^ (x * y);
  }
}
