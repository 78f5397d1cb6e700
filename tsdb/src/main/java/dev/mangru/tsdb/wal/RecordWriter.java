package dev.mangru.tsdb.wal;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gathers the record of one batch: the series that no durable place defines yet, then the accepted
/// samples in the order in which they were accepted. Reused from record to record. Confined to one
/// thread at a time.
///
/// Values are written against the *base* of their series: the value of its newest sample if the
/// series has a row in the same epoch, else zero. Who reads the log from the epoch's beginning
/// knows the same.
public final class RecordWriter {

  static final int VERSION = 2;

  /// The sample comes with the newest one of its series, which is later and stands in an older
  /// place.
  static final int LATE = 1;

  /// The sample has a start timestamp.
  static final int START = 2;

  /// The sample is a native histogram.
  static final int HISTOGRAM = 4;

  /// The newest sample of the series, which comes with this one, is more than a float.
  static final int NEWEST_EXTENDED = 8;

  private final ByteWriter definitions = new ByteWriter(256);
  private final ByteWriter head = new ByteWriter(64);
  private final ByteWriter refs = new ByteWriter(64);
  private final ByteWriter times = new ByteWriter(64);
  private byte[] codes = new byte[1024];
  private byte[] values = new byte[4096];
  private int valuesLength;
  private int count;

  private long epoch;
  private int defined;
  private @Nullable Labels lastDefined;

  // The open runs.
  private int nextRef;
  private int refRun;
  private int refSkip;
  private long lastTime;
  private long time;
  private int timeRun;

  /// Begins a record.
  ///
  /// @param ofEpoch number of the epoch: bases do not reach over its beginning
  public void begin(long ofEpoch) {
    epoch = ofEpoch;
    definitions.clear();
    refs.clear();
    times.clear();
    valuesLength = 0;
    count = 0;
    defined = 0;
    lastDefined = null;
    nextRef = 0;
    refRun = 0;
    lastTime = 0;
    time = 0;
    timeRun = 0;
  }

  /// How many samples the record has.
  public int count() {
    return count;
  }

  /// Bytes so far, about.
  public int length() {
    return definitions.length() + refs.length() + times.length() + valuesLength + count;
  }

  /// Says what series `ref` is called. Series are defined in ascending order without gaps.
  public void define(int ref, Labels labels) {
    if (defined == 0) {
      definitions.varint(ref);
    }
    defined++;
    LabelBytes.write(lastDefined, labels, definitions);
    lastDefined = labels;
  }

  /// Adds a float.
  ///
  /// @param base see the class
  public void sample(int ref, long timestampMs, long bits, long base) {
    place(ref, timestampMs);
    if (values.length - valuesLength < ValueBytes.MAX_BYTES + 8) {
      values = Arrays.copyOf(values, values.length * 2);
    }
    int written = ValueBytes.write(base, bits, values, valuesLength);
    valuesLength += written >>> 4;
    code(written & 15);
  }

  /// Adds a sample that is more than a float.
  ///
  /// @param startMs when its counter began, or 0
  /// @param histogram what [HistogramBytes] wrote, or null for a float
  public void extended(
      int ref, long timestampMs, long startMs, long bits, @Nullable ByteWriter histogram) {
    odd(ref, timestampMs, startMs, bits, histogram, 0, 0, 0);
  }

  /// Adds a sample of a series whose newest sample is later and has no row in this epoch.
  ///
  /// @param newestMs time of the newest sample
  /// @param newestBits its bits, as the store remembers them
  /// @param newestExtended whether it is more than a float
  public void late(
      int ref,
      long timestampMs,
      long startMs,
      long bits,
      @Nullable ByteWriter histogram,
      long newestMs,
      long newestBits,
      boolean newestExtended) {
    int flags = LATE | (newestExtended ? NEWEST_EXTENDED : 0);
    odd(ref, timestampMs, startMs, bits, histogram, flags, newestMs, newestBits);
  }

  private final ByteWriter oddBytes = new ByteWriter(64);

  private void odd(
      int ref,
      long timestampMs,
      long startMs,
      long bits,
      @Nullable ByteWriter histogram,
      int lateFlags,
      long newestMs,
      long newestBits) {
    place(ref, timestampMs);
    ByteWriter out = oddBytes.clear();
    out.u8(lateFlags | (startMs == 0 ? 0 : START) | (histogram == null ? 0 : HISTOGRAM));
    if (lateFlags != 0) {
      out.zigZag(newestMs - timestampMs).u64(newestBits);
    }
    if (startMs != 0) {
      out.zigZag(timestampMs - startMs);
    }
    if (histogram == null) {
      out.u64(bits);
    } else {
      out.varint(histogram.length()).append(histogram);
    }
    if (values.length - valuesLength < out.length()) {
      values = Arrays.copyOf(values, Math.max(values.length * 2, valuesLength + out.length()));
    }
    out.toBuffer().get(values, valuesLength, out.length());
    valuesLength += out.length();
    code(ValueBytes.ODD);
  }

  private void code(int code) {
    int at = count >>> 1;
    if (at == codes.length) {
      codes = Arrays.copyOf(codes, at * 2);
    }
    codes[at] = (byte) ((count & 1) == 0 ? code : codes[at] | code << 4);
    count++;
  }

  private void place(int ref, long timestampMs) {
    if (refRun > 0 && ref == nextRef) {
      refRun++;
    } else {
      endRefRun();
      refSkip = ref - nextRef;
      refRun = 1;
    }
    nextRef = ref + 1;
    if (timeRun > 0 && timestampMs == time) {
      timeRun++;
    } else {
      endTimeRun();
      lastTime = time;
      time = timestampMs;
      timeRun = 1;
    }
  }

  private void endRefRun() {
    if (refRun > 0) {
      long skip = (long) refSkip << 1 ^ refSkip >> 31;
      refs.varint(skip << 1 | (refRun > 1 ? 1 : 0));
      if (refRun > 1) {
        refs.varint(refRun - 2);
      }
    }
  }

  private void endTimeRun() {
    if (timeRun > 0) {
      long step = time - lastTime;
      times.varint((step << 1 ^ step >> 63) << 1 | (timeRun > 1 ? 1 : 0));
      if (timeRun > 1) {
        times.varint(timeRun - 2);
      }
    }
  }

  /// The record's bytes, without a copy: valid until [#begin].
  public ByteBuffer finish() {
    endRefRun();
    endTimeRun();
    head.clear();
    head.u8(VERSION).varint(epoch).varint(defined).append(definitions);
    head.varint(count);
    head.varint(refs.length()).append(refs);
    head.varint(times.length()).append(times);
    head.bytes(codes, 0, (count + 1) / 2);
    head.varint(valuesLength).bytes(values, 0, valuesLength);
    return head.toBuffer();
  }
}
