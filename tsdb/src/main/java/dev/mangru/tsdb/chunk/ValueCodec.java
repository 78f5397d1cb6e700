package dev.mangru.tsdb.chunk;

import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A column of doubles, exact to the bit. Confined to one thread: holds scratch arrays.
///
/// Most values that are measured are decimals of few digits, and are kept as integers with one
/// power of ten for all; what is none, as a stale marker, is an exception beside them. True doubles
/// are kept as their bits, in an order that makes neighbours of neighbouring values.
public final class ValueCodec {

  /// Bytes of constants that are not small integers, above those of [ChunkCodec].
  private static final int STALE = 0xf8;

  private static final int NOT_A_NUMBER = 0xf9;
  private static final int INFINITE = 0xfa;
  private static final int MINUS_INFINITE = 0xfb;
  private static final int MINUS_ZERO = 0xfc;
  private static final int FLOAT = 0xfd;
  private static final int DOUBLE = 0xfe;

  /// Up to here an integer takes fewer bytes than a float.
  private static final long SHORT_INTEGER = (1L << 27) - 1;

  private static final long MINUS_ZERO_BITS = 1L << 63;

  /// What numbers mean: not a decimal exponent but bits.
  private static final int RAW = 0x20;

  private final ColumnEncoder columns = new ColumnEncoder(ChunkCodec.MAX_SAMPLES);
  private final Decimals decimals = new Decimals();
  private final ChunkBytes reader = new ChunkBytes();
  private final long[] decoded = new long[ChunkCodec.MAX_SAMPLES];

  /// A codec of its own scratch arrays.
  public ValueCodec() {}

  /// The encoder of integers that this one uses between its own columns.
  ColumnEncoder integers() {
    return columns;
  }

  /// Writes `bits[from, from + count)`, raw bits of doubles; the count is not among the bytes.
  ///
  /// @param count 0 to [ChunkCodec#MAX_SAMPLES]
  public void encode(long[] bits, int from, int count, ByteWriter out) {
    if (count == 0) {
      return;
    }
    if (constant(bits, from, count)) {
      encodeConstant(bits[from], out);
      return;
    }
    long[] numbers = columns.numbers();
    if (decimals.find(bits, from, count, numbers)) {
      int exponent = decimals.exponent();
      int exceptions = decimals.exceptionCount();
      columns.write(
          count,
          (exponent == 0 ? 0 : Column.MEANING) | (exceptions == 0 ? 0 : Column.EXCEPTIONS),
          exponent,
          false,
          out);
      if (exceptions > 0) {
        writeExceptions(bits, from, out);
      }
    } else {
      for (int i = 0; i < count; i++) {
        numbers[i] = ordered(bits[from + i]);
      }
      columns.write(count, Column.MEANING, RAW, false, out);
    }
  }

  private static boolean constant(long[] bits, int from, int count) {
    for (int i = from + 1; i < from + count; i++) {
      if (bits[i] != bits[from]) {
        return false;
      }
    }
    return true;
  }

  private void encodeConstant(long bits, ByteWriter out) {
    int tag = tagOf(bits);
    if (tag != 0) {
      out.u8(tag);
      return;
    }
    double value = Double.longBitsToDouble(bits);
    long integer = (long) value;
    if (Double.doubleToRawLongBits((double) integer) == bits
        && Math.abs(integer) <= SHORT_INTEGER) {
      ColumnEncoder.writeConstant(integer, out);
      return;
    }
    int start = out.length();
    boolean narrow = Double.doubleToRawLongBits((float) value) == bits && !Double.isNaN(value);
    int limit = narrow ? 1 + Float.BYTES : 1 + Double.BYTES;
    long[] numbers = columns.numbers();
    numbers[0] = bits;
    if (decimals.find(numbers, 0, 1, numbers) && decimals.exceptionCount() == 0) {
      int exponent = decimals.exponent();
      columns.write(1, exponent == 0 ? 0 : Column.MEANING, exponent, false, out);
      if (out.length() - start <= limit) {
        return;
      }
      out.truncate(start);
    }
    if (narrow) {
      out.u8(FLOAT).u32(Float.floatToRawIntBits((float) value));
    } else {
      out.u8(DOUBLE).u64(bits);
    }
  }

  private static int tagOf(long bits) {
    if (bits == StaleMarker.BITS) {
      return STALE;
    }
    if (bits == StaleMarker.NORMAL_NAN_BITS) {
      return NOT_A_NUMBER;
    }
    if (bits == MINUS_ZERO_BITS) {
      return MINUS_ZERO;
    }
    if (bits == Double.doubleToRawLongBits(Double.POSITIVE_INFINITY)) {
      return INFINITE;
    }
    return bits == Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY) ? MINUS_INFINITE : 0;
  }

  private void writeExceptions(long[] bits, int from, ByteWriter out) {
    int count = decimals.exceptionCount();
    int[] places = decimals.exceptions();
    boolean allStale = true;
    for (int i = 0; i < count; i++) {
      allStale &= bits[from + places[i]] == StaleMarker.BITS;
    }
    out.varint((long) count << 1 | (allStale ? 1 : 0));
    int previous = -1;
    for (int i = 0; i < count; i++) {
      out.varint(places[i] - previous - 1);
      previous = places[i];
    }
    for (int i = 0; i < count && !allStale; i++) {
      out.u64(bits[from + places[i]]);
    }
  }

  /// Reads `count` values from exactly `length` bytes to `target[at, at + count)`.
  ///
  /// @throws dev.mangru.tsdb.codec.MalformedBytesException if the bytes are not what [#encode]
  ///   writes for so many values
  public void decode(
      MemorySegment in, long offset, int length, int count, double[] target, int at) {
    reader.load(in, offset, length);
    decode(reader, count, target, at);
    reader.expectEnd();
  }

  /// Reads as many bytes as there are.
  void decode(ChunkBytes in, int count, double[] target, int at) {
    if (count == 0) {
      return;
    }
    int tag = in.u8();
    if (tag >= Column.CONSTANT) {
      Arrays.fill(target, at, at + count, constantOf(tag, in));
      return;
    }
    int meaning = (tag & Column.MEANING) == 0 ? 0 : in.u8();
    if (meaning > Decimals.MAX_EXPONENT && meaning != RAW) {
      throw in.malformed(
          "an exponent of at most " + Decimals.MAX_EXPONENT + " or " + RAW,
          String.valueOf(meaning));
    }
    ColumnDecoder.decode(in, tag, count, decoded, 0);
    if (meaning == 0) {
      integers(decoded, count, target, at);
    } else if (meaning == RAW) {
      raw(decoded, count, target, at);
    } else {
      decimals(decoded, count, Decimals.power(meaning), target, at);
    }
    if ((tag & Column.EXCEPTIONS) != 0) {
      readExceptions(in, count, target, at);
    }
  }

  private static double constantOf(int tag, ChunkBytes in) {
    int constant = tag & ~Column.CONSTANT;
    if (constant <= Column.MAX_CONSTANT) {
      return constant;
    }
    return switch (tag) {
      case STALE -> StaleMarker.VALUE;
      case NOT_A_NUMBER -> Double.longBitsToDouble(StaleMarker.NORMAL_NAN_BITS);
      case INFINITE -> Double.POSITIVE_INFINITY;
      case MINUS_INFINITE -> Double.NEGATIVE_INFINITY;
      case MINUS_ZERO -> -0.0;
      case FLOAT -> Float.intBitsToFloat(in.u32());
      case DOUBLE -> Double.longBitsToDouble(in.u64());
      default -> throw in.malformed("a known tag", String.valueOf(tag));
    };
  }

  private static void integers(long[] from, int count, double[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = (double) from[i];
    }
  }

  private static void decimals(long[] from, int count, double power, double[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = (double) from[i] / power;
    }
  }

  private static void raw(long[] from, int count, double[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = Double.longBitsToDouble(ordered(from[i]));
    }
  }

  /// Bits of doubles in an order like the doubles', and back.
  private static long ordered(long bits) {
    return bits ^ ((bits >> 63) >>> 1);
  }

  private static void readExceptions(ChunkBytes in, int count, double[] target, int at) {
    int head = in.atMost(2 * count + 1, "exceptions, twice");
    int exceptions = head >> 1;
    int place = in.position();
    long index = -1;
    for (int i = 0; i < exceptions; i++) {
      index = next(in, index, count);
      target[at + (int) index] = StaleMarker.VALUE;
    }
    if ((head & 1) != 0) {
      return;
    }
    int values = in.skip(exceptions * Long.BYTES);
    int after = in.position();
    in.position(place);
    index = -1;
    for (int i = 0; i < exceptions; i++) {
      index = next(in, index, count);
      target[at + (int) index] =
          Double.longBitsToDouble(Bits.longAt(in.array(), values + i * Long.BYTES));
    }
    in.position(after);
  }

  private static long next(ChunkBytes in, long index, int count) {
    long gap = in.varint();
    if (gap < 0 || gap >= count - index - 1) {
      throw in.malformed(
          "exceptions of " + count + " values", "one " + Long.toUnsignedString(gap) + " on");
    }
    return index + 1 + gap;
  }
}
