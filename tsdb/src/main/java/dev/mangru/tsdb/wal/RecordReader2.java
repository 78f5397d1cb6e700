package dev.mangru.tsdb.wal;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.codec.ByteReader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The samples of records of version 2, which no writer writes any more: one value against the one
/// before it of the same series, in whole bytes. Pure functions.
///
/// ```
/// samples  = count varint, refs, times, codes, values
/// codes    = four bits a sample, low ones first, (count + 1) / 2 bytes
/// values   = length varint, bytes by code:
///   0        the same bits as the base
///   1 to 4   both are integers: the difference, zigzag, in that many bytes
///   5        both are decimals: head byte (low nibble: digits after the point, high nibble:
///            bytes), the difference of the scaled integers, zigzag
///   6 to 13  base XOR value, its high zero bytes left out: code - 5 bytes
///   14       base XOR value, its low zero bytes left out: head byte (bytes), the high bytes
///   15       a sample that is more than a float, or late
/// ```
final class RecordReader2 {

  static final int VERSION = 2;

  private static final int DECIMAL = 5;
  private static final int XOR = 5;
  private static final int XOR_HIGH = 14;
  private static final int ODD = 15;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

  private RecordReader2() {}

  /// Reads from the count of samples to the end of the record.
  ///
  /// @param bytes what `in` reads, with 16 bytes of zeros after its end
  static void samples(ByteReader in, byte[] bytes, RecordReader parts, RecordReader.Visitor visitor)
      throws CorruptDataException {
    long samples = in.varint();
    if (samples < 0 || samples > 2L * in.remaining()) {
      throw in.corrupt("a count that fits into " + in.remaining() + " bytes", "" + samples);
    }
    int count = (int) samples;
    RunReader refs = new RunReader(parts.part(in));
    RunReader times = new RunReader(parts.part(in));
    int codes = in.position();
    in.skip((count + 1) / 2);
    ByteReader values = parts.part(in);
    RecordReader.expectEnd(in);
    for (int i = 0; i < count; i++) {
      long ref = refs.consecutive();
      long time = times.same();
      if (ref < 0 || ref > Integer.MAX_VALUE) {
        throw in.corrupt("a series number", String.valueOf(ref));
      }
      int code = bytes[codes + (i >>> 1)] >>> ((i & 1) * 4) & 15;
      if (code == ODD) {
        RecordReader.odd((int) ref, time, values, visitor);
      } else {
        long base = visitor.base((int) ref);
        int at = values.position();
        int length = length(code, bytes[at] & 0xff);
        if (length < 0) {
          throw values.corrupt("a value", "head byte " + bytes[at]);
        }
        values.skip(length);
        visitor.sample((int) ref, time, value(code, base, bytes, at));
      }
    }
    refs.expectEnd();
    times.expectEnd();
    RecordReader.expectEnd(values);
  }

  /// How many bytes follow for `code`, of which the first, if there is one, is `head`; -1 if there
  /// is no such value.
  private static int length(int code, int head) {
    if (code == DECIMAL) {
      int length = head >>> 4;
      return length >= 1 && length <= 8 && (head & 15) < POWERS.length ? length + 1 : -1;
    }
    if (code == XOR_HIGH) {
      return head >= 1 && head <= 8 ? head + 1 : -1;
    }
    return code < DECIMAL ? code : code - XOR;
  }

  /// The value with `code` at `at`; eight bytes can be read from `at + 1`.
  private static long value(int code, long base, byte[] in, int at) {
    if (code == 0) {
      return base;
    }
    if (code < DECIMAL) {
      long zigzag = low((long) LONGS.get(in, at), code);
      long difference = zigzag >>> 1 ^ -(zigzag & 1);
      return Double.doubleToRawLongBits(
          (double) ((long) Double.longBitsToDouble(base) + difference));
    }
    if (code == DECIMAL) {
      int head = in[at] & 0xff;
      double power = POWERS[head & 15];
      long zigzag = low((long) LONGS.get(in, at + 1), head >>> 4);
      long difference = zigzag >>> 1 ^ -(zigzag & 1);
      long scaled = (long) Math.rint(Double.longBitsToDouble(base) * power) + difference;
      return Double.doubleToRawLongBits(scaled / power);
    }
    if (code == XOR_HIGH) {
      int length = in[at];
      return base ^ (long) LONGS.get(in, at + 1) << (8 * (8 - length));
    }
    return base ^ low((long) LONGS.get(in, at), code - XOR);
  }

  private static long low(long number, int bytes) {
    return bytes == 8 ? number : number & ((1L << (8 * bytes)) - 1);
  }
}
