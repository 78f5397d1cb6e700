package dev.mangru.collector.tail;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Looks at eight bytes at a time. Stateless.
///
/// Source of the zero-byte test: Henry S. Warren, “Hacker's Delight”, 6-1; exact for the lowest
/// match, which is the first one in little-endian order.
final class ByteScan {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private ByteScan() {}

  /// Where `wanted` (ASCII) first occurs in `buffer[from, to)`, or -1.
  static int indexOf(byte[] buffer, int from, int to, char wanted) {
    long pattern = ONES * wanted;
    int at = from;
    for (; at <= to - 8; at += 8) {
      long difference = (long) LONGS.get(buffer, at) ^ pattern;
      long match = (difference - ONES) & ~difference & HIGH_BITS;
      if (match != 0) {
        return at + (Long.numberOfTrailingZeros(match) >>> 3);
      }
    }
    for (; at < to; at++) {
      if (buffer[at] == wanted) {
        return at;
      }
    }
    return -1;
  }

  /// Where the first byte that is not ASCII is in `buffer[from, to)`, or `to`.
  static int endOfAscii(byte[] buffer, int from, int to) {
    int at = from;
    while (at <= to - 8 && ((long) LONGS.get(buffer, at) & HIGH_BITS) == 0) {
      at += 8;
    }
    while (at < to && buffer[at] >= 0) {
      at++;
    }
    return at;
  }
}
