package dev.mangru.tsdb.ingest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The shapes that senders' encoders produce, recognised without a general reader: static methods
/// over an array. Whatever does not look as expected is left to
/// [dev.mangru.model.wire.ProtobufReader], which decides whether it is legal.
///
/// A sample of an ordinary value and a time of this century (2004 to 2109, six bytes) is
///
/// ```
/// 12 10 09 vv vv vv vv vv vv vv vv 10 tt tt tt tt tt tt
/// 12 07                            10 tt tt tt tt tt tt     the value 0 is not written
/// ```
final class Wire {

  /// Tags of length-delimited fields.
  static final byte FIELD_1 = 1 << 3 | 2;

  static final byte FIELD_2 = 2 << 3 | 2;
  static final byte FIELD_3 = 3 << 3 | 2;
  static final byte FIELD_4 = 4 << 3 | 2;
  static final byte FIELD_5 = 5 << 3 | 2;

  /// Bytes of a sample, tag included.
  static final int SAMPLE = 18;

  static final int ZERO_SAMPLE = 9;

  /// Result of [#extent] and [#time] for what a general reader has to look at.
  static final long ODD = -1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int SAMPLE_HEAD = 0x09_10_12;
  private static final int ZERO_SAMPLE_HEAD = 0x10_07_12;
  private static final byte TIME_TAG = 2 << 3;

  /// High bits of six bytes, and how they are set in a varint of six.
  private static final long VARINT_6 = 0x8080_8080_8080L;

  private static final long VARINT_6_BITS = 0x0080_8080_8080L;
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Wire() {}

  /// The extent of a length-delimited field whose length begins at `at`: its first byte in the
  /// upper half, the one after its last in the lower; [#ODD] if it does not fit before `end` or is
  /// longer than 2 MiB.
  static long extent(byte[] bytes, int at, int end) {
    if (at >= end) {
      return ODD;
    }
    int next = at + 1;
    int length = bytes[at];
    if (length < 0) {
      if (next >= end) {
        return ODD;
      }
      length = (length & 0x7f) | bytes[next++] << 7;
      if (length < 0) {
        if (next >= end || bytes[next] < 0) {
          return ODD;
        }
        length = (length & 0x3fff) | bytes[next++] << 14;
      }
    }
    return length <= end - next ? (long) next << 32 | (next + length) : ODD;
  }

  /// First byte of an extent.
  static int from(long extent) {
    return (int) (extent >>> 32);
  }

  /// The byte after the last one of an extent.
  static int to(long extent) {
    return (int) extent;
  }

  /// Where the samples begin that a message `[from, to)` ends with: each of them looks as above.
  /// `to` if there is none. A guess: what comes before might only look like a sample.
  static int samplesFrom(byte[] bytes, int from, int to) {
    int at = to;
    while (true) {
      if (at - from >= SAMPLE
          && ((int) INTS.get(bytes, at - SAMPLE) & 0xffffff) == SAMPLE_HEAD
          && bytes[at - 7] == TIME_TAG) {
        at -= SAMPLE;
      } else if (at - from >= ZERO_SAMPLE
          && ((int) INTS.get(bytes, at - ZERO_SAMPLE) & 0xffffff) == ZERO_SAMPLE_HEAD) {
        at -= ZERO_SAMPLE;
      } else {
        return at;
      }
    }
  }

  /// A varint of six bytes that end before `to`, which is at least 8; [#ODD] if it has another
  /// length.
  static long time(byte[] bytes, int to) {
    long x = (long) LONGS.get(bytes, to - 8) >>> 16;
    if ((x & VARINT_6) != VARINT_6_BITS) {
      return ODD;
    }
    return (x & 0x7f)
        | (x >>> 1 & 0x7fL << 7)
        | (x >>> 2 & 0x7fL << 14)
        | (x >>> 3 & 0x7fL << 21)
        | (x >>> 4 & 0x7fL << 28)
        | (x >>> 5 & 0x7fL << 35);
  }

  /// Eight bytes as they are.
  static long fixed64(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  /// The end of the labels, all length-delimited fields 1, that a message `[from, to)` begins with;
  /// -1 if one of them is odd.
  static int labelsTo(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] == FIELD_1) {
      long label = extent(bytes, at + 1, to);
      if (label == ODD) {
        return -1;
      }
      at = to(label);
    }
    return at;
  }

  /// Whether `[from, to)` is nothing but length-delimited fields 2 to 4.
  static boolean isFields2To4(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      byte tag = bytes[at];
      if (tag != FIELD_2 && tag != FIELD_3 && tag != FIELD_4) {
        return false;
      }
      long field = extent(bytes, at + 1, to);
      if (field == ODD) {
        return false;
      }
      at = to(field);
    }
    return true;
  }

  /// Whether all bytes are below 0x80.
  static boolean isAscii(byte[] bytes, int from, int to) {
    int at = from;
    long bits = 0;
    for (; at + 8 <= to; at += 8) {
      bits |= (long) LONGS.get(bytes, at);
    }
    for (; at < to; at++) {
      bits |= bytes[at];
    }
    return (bits & NOT_ASCII) == 0;
  }

  /// Text that is ASCII; null if it is not.
  static @Nullable String ascii(byte[] bytes, int from, int to) {
    return isAscii(bytes, from, to)
        ? new String(bytes, from, to - from, StandardCharsets.ISO_8859_1)
        : null;
  }
}
