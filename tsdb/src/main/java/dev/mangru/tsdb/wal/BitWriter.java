package dev.mangru.tsdb.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bits one after the other, low ones first. Reused; confined to one thread.
final class BitWriter {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Most bits of one call: what is left of a long beside the bits of a byte begun.
  static final int MOST = 56;

  private byte[] bytes = new byte[4_096];
  private int at;
  private long open;
  private int openBits;

  void clear() {
    at = 0;
    open = 0;
    openBits = 0;
  }

  /// Adds the low `count` bits of `value`, whose others are 0.
  ///
  /// @param count at most [#MOST]
  void add(long value, int count) {
    if (bytes.length - at < Long.BYTES) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2);
    }
    long all = open | value << openBits;
    int bits = openBits + count;
    LONGS.set(bytes, at, all);
    at += bits >>> 3;
    open = all >>> (bits & ~7);
    openBits = bits & 7;
  }

  /// Adds the low `count` bits of `value`, up to 64.
  void addLong(long value, int count) {
    if (count <= 32) {
      add(value, count);
    } else {
      add(value & 0xffff_ffffL, 32);
      add(value >>> 32, count - 32);
    }
  }

  /// Bytes that the bits take.
  int length() {
    return at + ((openBits + 7) >>> 3);
  }

  /// The bits, the last byte filled with 0; valid until more is added.
  byte[] bytes() {
    return bytes;
  }
}
