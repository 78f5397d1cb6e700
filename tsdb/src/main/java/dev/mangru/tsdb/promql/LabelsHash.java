package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The hash of labels by which `limit_ratio` picks: Prometheus', so that both pick the same.
/// Stateless.
///
/// Source: Prometheus `model/labels/labels_stringlabels.go`; xxHash, `doc/xxhash_spec.md`, the
/// 64-bit one with seed 0.
final class LabelsHash {

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  /// Lengths from here on take four bytes.
  private static final int LONG = 255;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private LabelsHash() {}

  /// Where the labels stand among all, between 0 and 1.
  static double fraction(Labels labels) {
    long hash = xxh64(bytes(labels));
    double half = (double) ((hash >>> 1) | (hash & 1));
    return half / 0x1p63;
  }

  private static byte[] bytes(Labels labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Label label : labels) {
      text(label.name(), out);
      text(label.value(), out);
    }
    return out.toByteArray();
  }

  private static void text(String text, ByteArrayOutputStream out) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < LONG) {
      out.write(bytes.length);
    } else {
      out.write(LONG);
      out.write(bytes.length);
      out.write(bytes.length >> 8);
      out.write(bytes.length >> 16);
    }
    out.writeBytes(bytes);
  }

  @SuppressWarnings("ConstantOverflow") // the primes are added modulo 2^64
  static long xxh64(byte[] data) {
    int at = 0;
    long hash;
    if (data.length >= 32) {
      long a = PRIME_1 + PRIME_2;
      long b = PRIME_2;
      long c = 0;
      long d = -PRIME_1;
      for (; at + 32 <= data.length; at += 32) {
        a = round(a, (long) LONGS.get(data, at));
        b = round(b, (long) LONGS.get(data, at + 8));
        c = round(c, (long) LONGS.get(data, at + 16));
        d = round(d, (long) LONGS.get(data, at + 24));
      }
      hash =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      hash = merge(merge(merge(merge(hash, a), b), c), d);
    } else {
      hash = PRIME_5;
    }
    hash += data.length;
    for (; at + 8 <= data.length; at += 8) {
      hash ^= round(0, (long) LONGS.get(data, at));
      hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (at + 4 <= data.length) {
      hash ^= ((int) INTS.get(data, at) & 0xffffffffL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < data.length; at++) {
      hash ^= (data[at] & 0xff) * PRIME_5;
      hash = Long.rotateLeft(hash, 11) * PRIME_1;
    }
    hash = (hash ^ (hash >>> 33)) * PRIME_2;
    hash = (hash ^ (hash >>> 29)) * PRIME_3;
    return hash ^ (hash >>> 32);
  }

  private static long round(long accumulator, long lane) {
    return Long.rotateLeft(accumulator + lane * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long accumulator) {
    return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
  }
}
