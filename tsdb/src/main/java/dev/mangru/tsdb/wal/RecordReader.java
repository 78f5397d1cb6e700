package dev.mangru.tsdb.wal;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.codec.ByteReader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads what [RecordWriter] wrote, checking every length before it is used. Reused from record to
/// record. Confined to one thread.
public final class RecordReader {

  /// More labels than any store is asked to take.
  private static final int MAX_LABELS = 1 << 16;

  /// No batch has more samples, so no record has.
  private static final int MAX_SAMPLES = 1 << 24;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Bytes that may be looked at behind the record: a sample takes less than ten, a look is at
  /// eight.
  private static final int BEHIND = 32;

  private byte[] bytes = new byte[1 << 16];
  private Path file = Path.of("");
  private long fileOffset;
  private byte[] restless = new byte[256];
  private final SeriesStates states = new SeriesStates();
  private long epoch = -1;

  /// Takes the pieces of a record in the order in which they were accepted.
  public interface Visitor {

    /// A record begins.
    void begin(long epoch) throws CorruptDataException;

    /// Series `ref` is called this.
    void define(int ref, Labels labels) throws CorruptDataException;

    /// The base of a series, see [RecordWriter].
    ///
    /// @throws CorruptDataException if the series is unknown
    long base(int ref) throws CorruptDataException;

    /// A float.
    void sample(int ref, long timestampMs, long bits) throws CorruptDataException;

    /// The newest sample that older places have of a series; its sample follows.
    ///
    /// @param extended whether it is more than a float
    void newest(int ref, long newestMs, long newestBits, boolean extended)
        throws CorruptDataException;

    /// A sample that is more than a float.
    ///
    /// @param startMs when its counter began, or 0
    void extended(
        int ref, long timestampMs, long startMs, long bits, @Nullable NativeHistogram histogram)
        throws CorruptDataException;
  }

  /// Reads one record; those of an epoch from its first one on.
  ///
  /// @param payload array-backed; not changed
  /// @param inFile named in errors
  /// @param offset where in `inFile` the payload begins
  /// @throws CorruptDataException if it is not a record
  public void read(ByteBuffer payload, Path inFile, long offset, Visitor visitor)
      throws CorruptDataException {
    file = inFile;
    fileOffset = offset;
    int length = payload.remaining();
    if (bytes.length < length + BEHIND) {
      bytes = new byte[Math.max(length + BEHIND, bytes.length * 2)];
    }
    payload.get(payload.position(), bytes, 0, length);
    Arrays.fill(bytes, length, length + BEHIND, (byte) 0);
    ByteReader in = new ByteReader(bytes, 0, length, file, fileOffset);
    int version = in.u8();
    if (version != RecordWriter.VERSION && version != RecordReader2.VERSION) {
      throw in.corrupt(
          "a record of version " + RecordReader2.VERSION + " or " + RecordWriter.VERSION,
          "version " + version);
    }
    long newEpoch = in.varint();
    if (newEpoch != epoch) {
      epoch = newEpoch;
      states.reset();
    }
    visitor.begin(epoch);
    definitions(in, visitor);
    if (version == RecordReader2.VERSION) {
      RecordReader2.samples(in, bytes, this, visitor);
    } else {
      samples(in, visitor);
    }
  }

  private static void definitions(ByteReader in, Visitor visitor) throws CorruptDataException {
    int defined = in.count(1);
    if (defined == 0) {
      return;
    }
    long ref = in.varint();
    if (ref < 0 || ref > Integer.MAX_VALUE - defined) {
      throw in.corrupt("a series number", String.valueOf(ref));
    }
    Labels before = null;
    for (int i = 0; i < defined; i++) {
      before = LabelBytes.read(before, in, MAX_LABELS);
      visitor.define((int) ref + i, before);
    }
  }

  /// The next bytes of `in`, which begin with their length.
  ByteReader part(ByteReader in) throws CorruptDataException {
    int length = in.count(1);
    int start = in.position();
    in.skip(length);
    return new ByteReader(bytes, start, start + length, file, fileOffset);
  }

  static void expectEnd(ByteReader in) throws CorruptDataException {
    if (in.remaining() > 0) {
      throw in.corrupt("the end", in.remaining() + " bytes more");
    }
  }

  private void samples(ByteReader in, Visitor visitor) throws CorruptDataException {
    long samples = in.varint();
    if (samples < 0 || samples > Math.min(MAX_SAMPLES, 64L * in.remaining())) {
      throw in.corrupt("a count that fits into " + in.remaining() + " bytes", "" + samples);
    }
    RunReader refs = new RunReader(part(in));
    RunReader times = new RunReader(part(in));
    int restlessEnd = 8 * readRestless(in);
    ByteReader values = part(in);
    ByteReader odds = part(in);
    expectEnd(in);
    long bit = 8L * values.position();
    long endBit = bit + 8L * values.remaining();
    int resting = 0;
    long near = 0;
    for (int i = 0; i < samples; i++) {
      long wideRef = refs.consecutive();
      long time = times.same();
      if (wideRef < 0 || wideRef > Integer.MAX_VALUE) {
        throw values.corrupt("a series number", String.valueOf(wideRef));
      }
      int ref = (int) wideRef;
      long base = visitor.base(ref);
      short[] page = states.page(ref);
      int state = page[ref & SeriesStates.MASK];
      int mode = ValueState.mode(state);
      int width = ValueState.width(state);
      boolean wide;
      if (width > 0) {
        wide = (bytes[(int) (bit >>> 3)] >>> (bit & 7) & 1) != 0;
        bit++;
      } else if (resting < restlessEnd) {
        wide = (restless[resting >>> 3] >>> (resting & 7) & 1) != 0;
        resting++;
      } else {
        throw values.corrupt("a bit for each series that rests", resting + " bits");
      }
      long residual;
      int length = width;
      if (!wide) {
        residual = bits(bit, width);
        length = ValueState.bits(residual);
        bit += width;
      } else {
        int kind = (int) bits(bit, 2);
        bit += 2;
        if (kind == RecordWriter.OTHER_MODE) {
          mode = (int) bits(bit, RecordWriter.MODE_BITS);
          bit += RecordWriter.MODE_BITS;
          if (mode == RecordWriter.ODD) {
            checkBits(bit, endBit, values);
            odd(ref, time, odds, visitor);
            continue;
          }
        }
        if (kind < RecordWriter.ANY_LENGTH) {
          length = width + 1 + kind;
        } else {
          length = (int) bits(bit, RecordWriter.LENGTH_BITS);
          bit += RecordWriter.LENGTH_BITS;
        }
        if (kind >= RecordWriter.ANY_LENGTH && length == RecordWriter.ALL_BITS) {
          residual = bits(bit, Long.SIZE);
          bit += Long.SIZE;
          length = ValueState.bits(residual);
        } else if (length > Long.SIZE || mode > ValueState.BITS) {
          throw values.corrupt("a value", "mode " + mode + " and " + length + " bits");
        } else if (length == 0) {
          residual = 0;
        } else {
          residual = bits(bit, length - 1) | 1L << (length - 1);
          bit += length - 1;
        }
      }
      checkBits(bit, endBit, values);
      long value = ValueState.value(mode, base, residual, near);
      page[ref & SeriesStates.MASK] =
          (short) ValueState.after(state, mode, length, wide, base, value, near);
      if (mode <= ValueState.PAGES) {
        near = ValueState.near(state, base, value);
      }
      visitor.sample(ref, time, value);
    }
    if (((resting + 7) >>> 3) != (restlessEnd >>> 3) || ((bit + 7) >>> 3) != (endBit >>> 3)) {
      throw values.corrupt(samples + " samples", "bits for more");
    }
    refs.expectEnd();
    times.expectEnd();
    expectEnd(odds);
  }

  /// @return how many bytes there are of it
  private int readRestless(ByteReader in) throws CorruptDataException {
    long length = in.varint();
    if (length < 0 || length > 8L * in.remaining()) {
      throw in.corrupt("a count that fits into " + in.remaining() + " bytes", "" + length);
    }
    int count = (int) length;
    if (restless.length < count) {
      restless = new byte[Math.max(count, restless.length * 2)];
    }
    int masks = in.position();
    in.skip((count + 7) / 8);
    for (int i = 0; i < count; i++) {
      boolean any = (bytes[masks + (i >>> 3)] >>> (i & 7) & 1) != 0;
      restless[i] = any ? (byte) in.u8() : 0;
    }
    return count;
  }

  /// `count` bits from bit `from` of the record on, up to 64.
  private long bits(long from, int count) {
    if (count == 0) {
      return 0;
    }
    int at = (int) (from >>> 3);
    int shift = (int) from & 7;
    long low = (long) LONGS.get(bytes, at) >>> shift;
    if (count <= Long.SIZE - 8) {
      return low & ((1L << count) - 1);
    }
    long all = shift == 0 ? low : low | (long) bytes[at + 8] << (Long.SIZE - shift);
    return count == Long.SIZE ? all : all & ((1L << count) - 1);
  }

  private static void checkBits(long bit, long endBit, ByteReader values)
      throws CorruptDataException {
    if (bit > endBit) {
      throw values.corrupt("bits of a value", "the end");
    }
  }

  static void odd(int ref, long time, ByteReader values, Visitor visitor)
      throws CorruptDataException {
    int flags = values.u8();
    boolean extended = (flags & RecordWriter.NEWEST_EXTENDED) != 0;
    if (flags > 15 || (extended && (flags & RecordWriter.LATE) == 0)) {
      throw values.corrupt("flags of a sample", String.valueOf(flags));
    }
    if ((flags & RecordWriter.LATE) != 0) {
      long newestMs = time + values.zigZag();
      visitor.newest(ref, newestMs, values.u64(), extended);
    }
    long startMs = (flags & RecordWriter.START) == 0 ? 0 : time - values.zigZag();
    if ((flags & RecordWriter.HISTOGRAM) == 0) {
      visitor.extended(ref, time, startMs, values.u64(), null);
      return;
    }
    int length = values.count(1);
    int end = values.remaining() - length;
    NativeHistogram histogram = HistogramBytes.read(values);
    if (values.remaining() != end) {
      throw values.corrupt("a histogram of " + length + " bytes", "another length");
    }
    visitor.extended(ref, time, startMs, 0, histogram);
  }
}
