package dev.mangru.tsdb.wal;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.codec.ByteReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads what [RecordWriter] wrote, checking every length before it is used. Reused from record to
/// record. Confined to one thread.
public final class RecordReader {

  /// More labels than any store is asked to take.
  private static final int MAX_LABELS = 1 << 16;

  private byte[] bytes = new byte[1 << 16];

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

  /// Reads one record.
  ///
  /// @param payload array-backed; not changed
  /// @param file named in errors
  /// @param fileOffset where in `file` the payload begins
  /// @throws CorruptDataException if it is not a record
  public void read(ByteBuffer payload, Path file, long fileOffset, Visitor visitor)
      throws CorruptDataException {
    int length = payload.remaining();
    if (bytes.length < length + 16) {
      bytes = new byte[Math.max(length + 16, bytes.length * 2)];
    }
    payload.get(payload.position(), bytes, 0, length);
    Arrays.fill(bytes, length, length + 16, (byte) 0);
    ByteReader in = new ByteReader(bytes, 0, length, file, fileOffset);
    int version = in.u8();
    if (version != RecordWriter.VERSION) {
      throw in.corrupt("a record of version " + RecordWriter.VERSION, "version " + version);
    }
    visitor.begin(in.varint());
    definitions(in, visitor);
    long samples = in.varint();
    if (samples < 0 || samples > 2L * in.remaining()) {
      throw in.corrupt("a count that fits into " + in.remaining() + " bytes", "" + samples);
    }
    int count = (int) samples;
    ByteReader refs = part(in, file, fileOffset);
    ByteReader times = part(in, file, fileOffset);
    int codes = in.position();
    in.skip((count + 1) / 2);
    ByteReader values = part(in, file, fileOffset);
    if (in.remaining() > 0) {
      throw in.corrupt("the end of the record", in.remaining() + " bytes more");
    }
    samples(count, refs, times, codes, values, visitor);
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

  private ByteReader part(ByteReader in, Path file, long fileOffset) throws CorruptDataException {
    int length = in.count(1);
    int start = in.position();
    in.skip(length);
    return new ByteReader(bytes, start, start + length, file, fileOffset + start);
  }

  private void samples(
      int count, ByteReader refs, ByteReader times, int codes, ByteReader values, Visitor visitor)
      throws CorruptDataException {
    long ref = 0;
    long refRun = 0;
    long time = 0;
    long timeRun = 0;
    for (int i = 0; i < count; i++) {
      if (refRun > 0) {
        refRun--;
      } else {
        long token = refs.varint();
        long skip = token >>> 1;
        ref += skip >>> 1 ^ -(skip & 1);
        refRun = (token & 1) == 0 ? 0 : refs.varint() + 1;
      }
      if (timeRun > 0) {
        timeRun--;
      } else {
        long token = times.varint();
        long step = token >>> 1;
        time += step >>> 1 ^ -(step & 1);
        timeRun = (token & 1) == 0 ? 0 : times.varint() + 1;
      }
      if (ref < 0 || ref > Integer.MAX_VALUE) {
        throw refs.corrupt("a series number", String.valueOf(ref));
      }
      int code = bytes[codes + (i >>> 1)] >>> ((i & 1) * 4) & 15;
      if (code == ValueBytes.ODD) {
        odd((int) ref, time, values, visitor);
      } else {
        long base = visitor.base((int) ref);
        int at = values.position();
        int length = ValueBytes.length(code, bytes[at] & 0xff);
        if (length < 0) {
          throw values.corrupt("a value", "head byte " + bytes[at]);
        }
        values.skip(length);
        visitor.sample((int) ref, time, ValueBytes.read(code, base, bytes, at));
      }
      ref++;
    }
    if (refs.remaining() + times.remaining() + values.remaining() > 0) {
      throw values.corrupt(count + " samples", "bytes for more");
    }
  }

  private static void odd(int ref, long time, ByteReader values, Visitor visitor)
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
