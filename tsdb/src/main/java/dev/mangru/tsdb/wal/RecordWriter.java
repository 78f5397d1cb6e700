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
/// series has a row in the same epoch, else zero; and in the mode and the bits that its
/// [ValueState] foretells. Who reads the log from the epoch's beginning knows the same. What was
/// foretold of a series that rests takes one bit, of eight such series an eighth.
public final class RecordWriter {

  static final int VERSION = 3;

  /// The sample comes with the newest one of its series, which is later and stands in an older
  /// place.
  static final int LATE = 1;

  /// The sample has a start timestamp.
  static final int START = 2;

  /// The sample is a native histogram.
  static final int HISTOGRAM = 4;

  /// The newest sample of the series, which comes with this one, is more than a float.
  static final int NEWEST_EXTENDED = 8;

  // What follows for a value that is other than foretold, in two bits.

  /// One bit more than expected: the residual below its highest bit.
  static final int ONE_MORE = 0;

  /// Two bits more than expected.
  static final int TWO_MORE = 1;

  /// How many bits it has, then those below the highest one.
  static final int ANY_LENGTH = 2;

  /// Another mode, then as [#ANY_LENGTH]; or [#ODD].
  static final int OTHER_MODE = 3;

  static final int MODE_BITS = 4;
  static final int LENGTH_BITS = 6;

  /// Instead of a length from here on: all 64 bits follow.
  static final int ALL_BITS = 63;

  /// Instead of a mode: the sample stands among the odd ones.
  static final int ODD = 15;

  private final ByteWriter definitions = new ByteWriter(256);
  private final ByteWriter head = new ByteWriter(64);
  private final ByteWriter refs = new ByteWriter(64);
  private final ByteWriter times = new ByteWriter(64);
  private final ByteWriter odds = new ByteWriter(64);
  private final BitWriter values = new BitWriter();

  /// A bit for each sample of width 0: whether it is other than foretold.
  private byte[] restless = new byte[256];

  private int resting;
  private SeriesStates states = new SeriesStates();
  private long near;
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

  /// Begins the first record of an epoch that this writer has to itself.
  public void begin(long ofEpoch) {
    begin(ofEpoch, new SeriesStates());
  }

  /// Begins a record.
  ///
  /// @param ofEpoch number of the epoch: bases do not reach over its beginning
  /// @param ofSeries what the records of the epoch so far have told of the series; this one adds to
  ///   it
  public void begin(long ofEpoch, SeriesStates ofSeries) {
    epoch = ofEpoch;
    states = ofSeries;
    values.clear();
    odds.clear();
    Arrays.fill(restless, 0, Math.min(restless.length, (resting >>> 3) + 1), (byte) 0);
    resting = 0;
    near = 0;
    definitions.clear();
    refs.clear();
    times.clear();
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
    return definitions.length()
        + refs.length()
        + times.length()
        + values.length()
        + odds.length()
        + count / 8;
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
    short[] page = states.page(ref);
    int at = ref & SeriesStates.MASK;
    int state = page[at];
    int mode = ValueState.mode(state);
    int width = ValueState.width(state);
    long residual = ValueState.residual(mode, base, bits, near);
    boolean fits = residual != ValueState.NO_FIT || mode == ValueState.BITS;
    int length = fits ? ValueState.bits(residual) : Long.SIZE + 1;
    boolean wide = length > width;
    if (width == 0) {
      rest(wide);
    } else {
      values.add(wide ? 1 : 0, 1);
    }
    if (!wide) {
      values.addLong(residual, width);
    } else if (fits) {
      length = wide(width, residual, length);
    } else {
      mode = ValueState.choose(base, bits);
      residual = ValueState.residual(mode, base, bits, near);
      length = ValueState.bits(residual);
      values.add(OTHER_MODE | mode << 2, 2 + MODE_BITS);
      full(residual, length);
    }
    page[at] = (short) ValueState.after(state, mode, length, wide, base, bits, near);
    if (mode <= ValueState.PAGES) {
      near = ValueState.near(state, base, bits);
    }
    count++;
  }

  /// Whether a sample of width 0 is other than foretold.
  private void rest(boolean other) {
    int at = resting >>> 3;
    if (at == restless.length) {
      restless = Arrays.copyOf(restless, at * 2);
    }
    if (other) {
      restless[at] |= (byte) (1 << (resting & 7));
    }
    resting++;
  }

  private int wide(int width, long residual, int length) {
    if (length == width + 1) {
      values.add(ONE_MORE, 2);
      below(residual, length);
    } else if (length == width + 2) {
      values.add(TWO_MORE, 2);
      below(residual, length);
    } else {
      values.add(ANY_LENGTH, 2);
      full(residual, length);
    }
    return length;
  }

  /// The bits of a residual below its highest one.
  private void below(long residual, int length) {
    values.addLong(residual & ~(1L << (length - 1)), length - 1);
  }

  private void full(long residual, int length) {
    if (length >= ALL_BITS) {
      values.add(ALL_BITS, LENGTH_BITS);
      values.addLong(residual, Long.SIZE);
    } else {
      values.add(length, LENGTH_BITS);
      if (length > 1) {
        below(residual, length);
      }
    }
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
    if (ValueState.width(states.page(ref)[ref & SeriesStates.MASK]) == 0) {
      rest(true);
    } else {
      values.add(1, 1);
    }
    values.add(OTHER_MODE | ODD << 2, 2 + MODE_BITS);
    odds.u8(lateFlags | (startMs == 0 ? 0 : START) | (histogram == null ? 0 : HISTOGRAM));
    if (lateFlags != 0) {
      odds.zigZag(newestMs - timestampMs).u64(newestBits);
    }
    if (startMs != 0) {
      odds.zigZag(timestampMs - startMs);
    }
    if (histogram == null) {
      odds.u64(bits);
    } else {
      odds.varint(histogram.length()).append(histogram);
    }
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
    writeRestless();
    head.varint(values.length()).bytes(values.bytes(), 0, values.length());
    head.varint(odds.length()).append(odds);
    return head.toBuffer();
  }

  /// Most bytes of them are zero: a bit for each says which, and the others follow.
  private void writeRestless() {
    int length = (resting + 7) >>> 3;
    head.varint(length);
    for (int from = 0; from < length; from += 8) {
      int mask = 0;
      for (int i = from; i < Math.min(length, from + 8); i++) {
        mask |= restless[i] == 0 ? 0 : 1 << (i - from);
      }
      head.u8(mask);
    }
    for (int i = 0; i < length; i++) {
      if (restless[i] != 0) {
        head.u8(restless[i]);
      }
    }
  }
}
