package dev.mangru.tsdb.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/// Keyed hashes, so that nobody can choose labels that all land in one place. The keys are drawn
/// when the process starts; hashes never reach a disk.
///
/// Source: Wang Yi, “wyhash” (public domain), for the folded multiplication.
final class Hashing {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long KEY0;
  private static final long KEY1;
  private static final long KEY2;

  static {
    SecureRandom random = new SecureRandom();
    KEY0 = random.nextLong() | 1;
    KEY1 = random.nextLong() | 1;
    KEY2 = random.nextLong() | 1;
  }

  private Hashing() {}

  /// Of `bytes[from, to)`.
  static int of(byte[] bytes, int from, int to) {
    long hash = KEY0 ^ (to - from);
    int at = from;
    for (; to - at >= 16; at += 16) {
      hash = fold((long) LONGS.get(bytes, at) ^ KEY1, (long) LONGS.get(bytes, at + 8) ^ hash);
    }
    long first = 0;
    long second = 0;
    if (to - at >= 8) {
      first = (long) LONGS.get(bytes, at);
      at += 8;
    }
    for (; at < to; at++) {
      second = second << 8 | (bytes[at] & 0xff);
    }
    hash = fold(first ^ KEY1, second ^ hash);
    return finish(hash);
  }

  /// Of two numbers.
  static int of(int first, int second) {
    return finish(((long) first << 32 | (second & 0xffffffffL)) ^ KEY0);
  }

  /// Of the first `count` numbers.
  static int of(int[] numbers, int count) {
    long hash = KEY0 ^ count;
    for (int i = 0; i < count; i++) {
      hash = (hash ^ numbers[i]) * KEY1;
      hash ^= hash >>> 29;
    }
    return finish(hash);
  }

  private static int finish(long hash) {
    long mixed = fold(hash ^ KEY2, KEY1);
    return (int) (mixed ^ mixed >>> 32);
  }

  private static long fold(long x, long y) {
    return Math.unsignedMultiplyHigh(x, y) ^ (x * y);
  }
}
