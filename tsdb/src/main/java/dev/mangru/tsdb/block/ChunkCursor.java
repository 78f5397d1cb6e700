package dev.mangru.tsdb.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.Footer.Section;
import dev.mangru.tsdb.chunk.ChunkCodec;
import dev.mangru.tsdb.chunk.TimeCodec;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Goes through the series of a part or block and reads their chunks. Confined to one thread, which
/// holds the file (see [PartFile#tryRetain]) as long as it uses the cursor.
///
/// A series is called by its number: the reference in a part, the place in label order in a block.
/// Chunks of a series are numbered from 0 in time order and do not overlap. Methods that read throw
/// [CorruptDataException] where bytes cannot be right, and [IOException] where the disk does not
/// give them.
public final class ChunkCursor {

  /// Columns of times kept decoded. Chosen: neighbours in label order share few targets.
  private static final int KEPT_COLUMNS = 64;

  private static final long[] NO_TIMES = {};

  private final SealedFile file;
  private final MemorySegment segment;
  private final Section headers;
  private final Section entries;
  private final Section columns;
  private final int groups;
  private final int columnCount;
  private final ChunkCodec codec = new ChunkCodec();
  private final SampleColumns edge = new SampleColumns();
  private final long[][] keptTimes = new long[KEPT_COLUMNS][];
  private final int[] keptColumn = new int[KEPT_COLUMNS];
  private byte[] scratch = new byte[512];

  /// The group of the directory that is decoded below, or -1.
  private int group = -1;

  private int[] refs = new int[Directory.GROUP];
  private int[] columnOf = new int[Directory.GROUP];
  private int[] lengths = new int[Directory.GROUP];
  private long[] offsets = new long[Directory.GROUP];
  private int decoded;

  /// While a group is decoded: entries so far, and the place in its bytes.
  private int parsed;

  private int position;

  /// Entries of the series it is at.
  private int at;

  private int end;

  ChunkCursor(SealedFile file) throws IOException {
    this.file = file;
    this.segment = file.segment();
    this.headers = file.section(0);
    this.entries = file.section(1);
    this.columns = file.section(2);
    this.groups = (int) (headers.length() / Directory.HEADER_BYTES);
    this.columnCount = file.footer().columns();
    Arrays.fill(keptColumn, -1);
    Arrays.fill(keptTimes, NO_TIMES);
    if (groups == 0
        || headers.length() % Directory.HEADER_BYTES != 0
        || columns.length() != (long) columnCount * TimeColumns.RECORD_BYTES) {
      throw file.corrupt(
          headers.offset(),
          "headers of " + Directory.HEADER_BYTES + " bytes and " + columnCount + " columns",
          headers.length() + " and " + columns.length() + " bytes");
    }
    file.verify(headers);
  }

  SealedFile file() {
    return file;
  }

  // ---- moving ----------------------------------------------------------------------------------

  /// Goes to the next series, from before the first one at the beginning; false after the last.
  /// After an exception it goes on behind the series that could not be read.
  public boolean next() throws IOException {
    try {
      return goOn();
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), entries.offset(), e);
    }
  }

  private boolean goOn() throws IOException {
    if (end == decoded) {
      if (group + 1 >= groups) {
        at = end;
        return false;
      }
      decodeGroup(group + 1);
    }
    setSeries(end);
    return true;
  }

  /// Goes to series `ref`. If there is no such series the cursor is at none, and [#next] goes to
  /// the first one after it. Any order is possible, ascending is fastest.
  public boolean seek(int ref) throws IOException {
    try {
      return goTo(ref);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), entries.offset(), e);
    }
  }

  private boolean goTo(int ref) throws IOException {
    if (decoded == 0 || ref < refs[0] || (group + 1 < groups && ref >= firstRef(group + 1))) {
      int wanted = groupOf(ref);
      if (wanted < 0) {
        forget(-1);
        return false;
      }
      decodeGroup(wanted);
    }
    int i = at < decoded && ref >= refs[at] ? at : 0;
    while (i < decoded && refs[i] < ref) {
      i++;
    }
    if (i < decoded && refs[i] == ref) {
      setSeries(i);
      return true;
    }
    at = i;
    end = i;
    return false;
  }

  /// How many groups the directory has.
  int groups() {
    return groups;
  }

  /// The group it is at, or -1.
  int group() {
    return group;
  }

  private void setSeries(int first) {
    at = first;
    int i = first + 1;
    int ref = refs[first];
    while (i < decoded && refs[i] == ref) {
      i++;
    }
    end = i;
  }

  private int firstRef(int number) throws IOException {
    return file.int32(headers.offset() + 16L * number);
  }

  /// The last group that begins at or before `ref`, or -1: numbers are mostly dense, so a guess by
  /// proportion is near.
  private int groupOf(int ref) throws IOException {
    int first = firstRef(0);
    if (ref < first) {
      return -1;
    }
    int last = firstRef(groups - 1);
    if (ref >= last) {
      return groups - 1;
    }
    int guess = (int) ((double) (ref - first) / ((double) last - first) * (groups - 1));
    int low = Math.clamp(guess, 0, groups - 2);
    int step = 1;
    while (low > 0 && firstRef(low) > ref) {
      low = Math.max(0, low - step);
      step <<= 1;
    }
    int high = low + 1;
    step = 1;
    while (high < groups - 1 && firstRef(high) <= ref) {
      low = high;
      high = Math.min(groups - 1, high + step);
      step <<= 1;
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (firstRef(middle) <= ref) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void decodeGroup(int number) throws IOException {
    forget(number);
    long header = headers.offset() + 16L * number;
    long start = file.int32(header + 4) & 0xffffffffL;
    long stop = number + 1 < groups ? file.int32(header + 20) & 0xffffffffL : entries.length();
    if (start >= stop || stop > entries.length() || stop - start > Integer.MAX_VALUE - 8) {
      throw file.corrupt(
          header, "entries before " + entries.length(), "from " + start + " to " + stop);
    }
    int length = (int) (stop - start);
    if (scratch.length < length) {
      scratch = new byte[length * 2];
    }
    file.copy(entries.offset() + start, scratch, length);
    try {
      parse(scratch, start, length, firstRef(number), file.int64(header + 8));
    } catch (ArrayIndexOutOfBoundsException e) {
      throw corruptEntry(start, "entries that end with their group", "more", e);
    }
    decoded = parsed;
  }

  /// Is at no series, before those of the group after `number`.
  private void forget(int number) {
    group = number;
    decoded = 0;
    at = 0;
    end = 0;
  }

  private void parse(byte[] bytes, long start, int length, int firstRef, long firstOffset)
      throws CorruptDataException {
    long ref = firstRef - 1L;
    long column = 0;
    long offset = firstOffset;
    int count = 0;
    position = 0;
    while (position < length) {
      long head = varint(bytes);
      int kind = (int) head & 3;
      long size = head >>> 2;
      if (kind == Directory.JUMP) {
        ref += varint(bytes);
      } else if (kind != Directory.MORE) {
        ref++;
      }
      if (kind != Directory.NEXT) {
        long zigZag = varint(bytes);
        column += (zigZag >>> 1) ^ -(zigZag & 1);
      }
      if (position > length
          || ref < firstRef
          || ref > Integer.MAX_VALUE
          || column < 0
          || column >= columnCount
          || size < 1
          || size > file.footer().pageTable() - offset
          || offset < Footer.HEADER_BYTES) {
        throw corruptEntry(
            start + position,
            "an entry of a directory",
            "series %d, column %d, chunk of %d bytes at %d".formatted(ref, column, size, offset),
            null);
      }
      if (count == refs.length) {
        refs = Arrays.copyOf(refs, count * 2);
        columnOf = Arrays.copyOf(columnOf, count * 2);
        lengths = Arrays.copyOf(lengths, count * 2);
        offsets = Arrays.copyOf(offsets, count * 2);
      }
      refs[count] = (int) ref;
      columnOf[count] = (int) column;
      lengths[count] = (int) size;
      offsets[count] = offset;
      offset += size;
      count++;
    }
    parsed = count;
  }

  private long varint(byte[] bytes) {
    byte b = bytes[position++];
    if (b >= 0) {
      return b;
    }
    long value = b & 0x7f;
    for (int shift = 7; shift < 64; shift += 7) {
      b = bytes[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new ArrayIndexOutOfBoundsException("a number of more than 10 bytes");
  }

  private CorruptDataException corruptEntry(
      long offset, String expected, String found, @Nullable Throwable e) {
    CorruptDataException corrupt = file.corrupt(entries.offset() + offset, expected, found);
    if (e != null) {
      corrupt.initCause(e);
    }
    return corrupt;
  }

  // ---- the series it is at ---------------------------------------------------------------------

  /// The number of the series it is at.
  ///
  /// @throws IllegalStateException if it is at none
  public int ref() {
    return refs[entry(0)];
  }

  /// How many chunks the series has; 0 if the cursor is at none.
  public int chunks() {
    return end - at;
  }

  private int entry(int chunk) {
    if (chunk < 0 || chunk >= end - at) {
      throw new IllegalStateException(
          file.path() + ": the cursor is at " + (end - at) + " chunks, not at chunk " + chunk);
    }
    return at + chunk;
  }

  /// Where the record of a chunk's column of times is.
  private long record(int chunk) throws IOException {
    long offset = columns.offset() + (long) columnOf[entry(chunk)] * TimeColumns.RECORD_BYTES;
    file.verify(offset, TimeColumns.RECORD_BYTES);
    return offset;
  }

  /// Time of the first sample of a chunk.
  public long minMs(int chunk) throws IOException {
    return file.int64(record(chunk));
  }

  /// Time of the last sample of a chunk.
  public long maxMs(int chunk) throws IOException {
    long record = record(chunk);
    return file.int64(record) + (file.int64(record + 8) & TimeColumns.LOW_MASK);
  }

  /// Time of the first sample of the series in this file.
  public long minMs() throws IOException {
    return minMs(0);
  }

  /// Time of the last sample of the series in this file.
  public long maxMs() throws IOException {
    return maxMs(chunks() - 1);
  }

  /// How many samples a chunk has, 1 to 1,024.
  public int samples(int chunk) throws IOException {
    return (int) (file.int64(record(chunk) + 8) >>> TimeColumns.LOW_BITS) + 1;
  }

  /// How many samples the series has in this file.
  public long samples() throws IOException {
    long total = 0;
    for (int i = 0; i < chunks(); i++) {
      total += samples(i);
    }
    return total;
  }

  /// The number of the column of times that the chunk shares with others of this file. Series of
  /// one target have the same.
  public int column(int chunk) {
    return columnOf[entry(chunk)];
  }

  /// Bytes of a chunk without its times.
  public int length(int chunk) {
    return lengths[entry(chunk)];
  }

  /// Where a chunk is in the file.
  public long offset(int chunk) {
    return offsets[entry(chunk)];
  }

  /// Whether any chunk has a sample in `range`, by first and last times of chunks.
  public boolean overlaps(TimeRange range) throws IOException {
    for (int i = 0; i < chunks(); i++) {
      if (minMs(i) <= range.endMs() && maxMs(i) >= range.startMs()) {
        return true;
      }
    }
    return false;
  }

  // ---- reading ---------------------------------------------------------------------------------

  /// Adds the samples of the series inside `range` to the end of `out`; only chunks that overlap
  /// are decoded.
  ///
  /// @throws CorruptDataException if bytes do not check; `out` then has what came before them
  public void read(TimeRange range, SampleColumns out) throws IOException {
    try {
      readInside(range, out);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), chunks() == 0 ? 0 : offset(0), e);
    }
  }

  private void readInside(TimeRange range, SampleColumns out) throws IOException {
    for (int i = 0; i < chunks(); i++) {
      long first = minMs(i);
      long last = maxMs(i);
      if (first > range.endMs() || last < range.startMs()) {
        continue;
      }
      if (first >= range.startMs() && last <= range.endMs()) {
        decode(i, out);
      } else {
        edge.clear();
        decode(i, edge);
        addInside(range, out);
      }
    }
  }

  /// Adds all samples of a chunk to the end of `out`.
  public void read(int chunk, SampleColumns out) throws IOException {
    try {
      decode(chunk, out);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), offset(chunk), e);
    }
  }

  private void addInside(TimeRange range, SampleColumns out) {
    long[] times = edge.timesMs();
    int from = lowerBound(times, edge.count(), range.startMs());
    int to =
        range.endMs() == Long.MAX_VALUE
            ? edge.count()
            : lowerBound(times, edge.count(), range.endMs() + 1);
    if (edge.anyHistogram() || edge.anyStart()) {
      for (int i = from; i < to; i++) {
        out.add(edge, i);
      }
    } else if (from < to) {
      int start = out.count();
      out.ensureCapacity(start + to - from);
      System.arraycopy(times, from, out.timesMs(), start, to - from);
      System.arraycopy(edge.values(), from, out.values(), start, to - from);
      out.grewTo(start + to - from);
    }
  }

  private static int lowerBound(long[] times, int count, long wanted) {
    int found = Arrays.binarySearch(times, 0, count, wanted);
    return found >= 0 ? found : -found - 1;
  }

  private void decode(int chunk, SampleColumns out) throws IOException {
    int entry = entry(chunk);
    long[] times = times(chunk);
    file.verify(offsets[entry], lengths[entry]);
    try {
      codec.decode(segment, offsets[entry], lengths[entry], times, 0, samples(chunk), out);
    } catch (MalformedBytesException e) {
      throw e.in(file.path(), 0);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), offsets[entry], e);
    }
  }

  /// The times of a chunk; valid until the next call, and not to be changed. As many as
  /// [#samples(int)]; the array may be longer.
  long[] times(int chunk) throws IOException {
    int column = columnOf[entry(chunk)];
    int slot = column & (KEPT_COLUMNS - 1);
    if (keptColumn[slot] == column) {
      return keptTimes[slot];
    }
    long record = record(chunk);
    int count = samples(chunk);
    long place = file.int64(record + 16);
    long offset = place & TimeColumns.LOW_MASK;
    int length = (int) (place >>> TimeColumns.LOW_BITS);
    if (count > ChunkCodec.MAX_SAMPLES) {
      throw file.corrupt(
          record + 14, "at most " + ChunkCodec.MAX_SAMPLES + " samples", count + " samples");
    }
    file.verify(offset, length);
    keptColumn[slot] = -1;
    if (keptTimes[slot].length < count) {
      keptTimes[slot] = new long[count];
    }
    try {
      TimeCodec.decode(segment, offset, length, count, keptTimes[slot], 0);
    } catch (MalformedBytesException e) {
      throw e.in(file.path(), 0);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), offset, e);
    }
    keptColumn[slot] = column;
    return keptTimes[slot];
  }

  /// Adds the bytes of a chunk to `out`.
  void copyTo(int chunk, ByteWriter out) throws IOException {
    int entry = entry(chunk);
    int length = lengths[entry];
    file.verify(offsets[entry], length);
    if (scratch.length < length) {
      scratch = new byte[length * 2];
    }
    file.copy(offsets[entry], scratch, length);
    out.bytes(scratch, 0, length);
  }

  /// Bytes of heap, about.
  public long bytes() {
    long total = 64L * 1_024 + scratch.length + 24L * refs.length;
    for (long[] times : keptTimes) {
      total += 16 + 8L * times.length;
    }
    return total;
  }
}
