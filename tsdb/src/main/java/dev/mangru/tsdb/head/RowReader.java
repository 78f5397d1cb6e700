package dev.mangru.tsdb.head;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the rows of one series after another. Keeps the pages it may need until it is closed.
/// Confined to one thread; several may be open.
public final class RowReader implements AutoCloseable {

  private final Rows rows;
  private final long fromRow;
  private Rows.@Nullable Group group;
  private long[] found = new long[128];

  RowReader(Rows rows, Rows.Group group, long fromRow) {
    this.rows = rows;
    this.group = group;
    this.fromRow = fromRow;
  }

  /// Adds the samples of one series to `out`, in time order; of several at one time the one written
  /// first.
  ///
  /// @param lastRow the series' last row, read after `endRow` was; or -1
  /// @param endRow rows at or above it are skipped: they are not durable, or not the caller's
  /// @param minMs samples before it are left out
  /// @param maxMs samples after it are left out
  public void read(long lastRow, long endRow, long minMs, long maxMs, SampleColumns out) {
    if (lastRow < fromRow) {
      return;
    }
    // Taken after the last row was: it has the pages of every row from there back.
    Rows.Directory directory = rows.directory();
    int seen = 0;
    int count = 0;
    long row = lastRow;
    while (row >= fromRow) {
      MemorySegment page = directory.page(row);
      long at = (row & Rows.PAGE_MASK) * Rows.ROW_BYTES;
      int link = page.get(Rows.INT, at);
      if (row < endRow) {
        long time = page.get(Rows.LONG, at + 4);
        if (time >= minMs && time <= maxMs) {
          if (count == found.length) {
            found = Arrays.copyOf(found, count * 2);
          }
          found[count++] = row;
          seen |= link;
        }
      }
      int distance = link >>> Rows.FLAG_BITS;
      if (distance == 0 || isBefore(page, at, link, minMs)) {
        break;
      }
      row -= distance;
    }
    if ((seen & (Rows.LATE | Rows.EXTENDED)) == 0) {
      addFloats(directory, found, count, out);
    } else {
      addAny(directory, count, (seen & Rows.LATE) != 0, out);
    }
  }

  /// Whether a row and all earlier ones of its series are before a time: a row that is not late is
  /// newer than those.
  private static boolean isBefore(MemorySegment page, long at, int link, long minMs) {
    return (link & Rows.LATE) == 0 && page.get(Rows.LONG, at + 4) < minMs;
  }

  /// Whether [#read] with the same arguments would add any sample. Mostly one look tells.
  public boolean has(long lastRow, long endRow, long minMs, long maxMs) {
    if (lastRow < fromRow) {
      return false;
    }
    Rows.Directory directory = rows.directory();
    long row = lastRow;
    while (row >= fromRow) {
      MemorySegment page = directory.page(row);
      long at = (row & Rows.PAGE_MASK) * Rows.ROW_BYTES;
      int link = page.get(Rows.INT, at);
      long time = page.get(Rows.LONG, at + 4);
      if (row < endRow && time >= minMs && time <= maxMs) {
        return true;
      }
      int distance = link >>> Rows.FLAG_BITS;
      if (distance == 0 || isBefore(page, at, link, minMs)) {
        return false;
      }
      row -= distance;
    }
    return false;
  }

  /// The earliest time in the rows from `first` on below `end`, which the writer has published, of
  /// all series; [Long#MAX_VALUE] if there is none.
  ///
  /// @param first at or above the first row of this reader
  public long oldestMs(long first, long end) {
    Rows.Directory directory = rows.directory();
    long oldest = Long.MAX_VALUE;
    for (long row = first; row < end; ) {
      MemorySegment page = directory.page(row);
      long stop = Math.min(end, (row | Rows.PAGE_MASK) + 1);
      for (; row < stop; row++) {
        oldest = Math.min(oldest, page.get(Rows.LONG, (row & Rows.PAGE_MASK) * Rows.ROW_BYTES + 4));
      }
    }
    return oldest;
  }

  /// Adds floats in time order; `rows` are newest first.
  private static void addFloats(
      Rows.Directory directory, long[] rows, int count, SampleColumns out) {
    int before = out.count();
    out.ensureCapacity(before + count);
    long[] times = out.timesMs();
    double[] values = out.values();
    int to = before;
    for (int i = count - 1; i >= 0; i--, to++) {
      MemorySegment page = directory.page(rows[i]);
      long at = (rows[i] & Rows.PAGE_MASK) * Rows.ROW_BYTES;
      times[to] = page.get(Rows.LONG, at + 4);
      values[to] = Double.longBitsToDouble(page.get(Rows.LONG, at + 12));
    }
    out.grewTo(to);
  }

  private void addAny(Rows.Directory directory, int count, boolean late, SampleColumns out) {
    if (late) {
      sortByTime(directory, found, count);
    }
    long timeBefore = Long.MIN_VALUE;
    boolean first = true;
    for (int i = count - 1; i >= 0; i--) {
      MemorySegment page = directory.page(found[i]);
      long at = (found[i] & Rows.PAGE_MASK) * Rows.ROW_BYTES;
      long time = page.get(Rows.LONG, at + 4);
      if (!first && time == timeBefore) {
        continue; // the row before was written earlier
      }
      first = false;
      timeBefore = time;
      long bits = page.get(Rows.LONG, at + 12);
      if ((page.get(Rows.INT, at) & Rows.EXTENDED) == 0) {
        out.add(time, Double.longBitsToDouble(bits));
      } else {
        add(time, directory.record(found[i], bits), out);
      }
    }
  }

  private static void add(long time, HistogramRecord record, SampleColumns out) {
    long start = record.hasStart() ? record.startMs() : SampleCursor.NO_START;
    NativeHistogram histogram = record.isHistogram() ? record.histogram() : null;
    out.add(time, start, Double.longBitsToDouble(record.valueBits()), histogram);
  }

  /// Puts the latest time first and, of one time, the row written last. Rows come nearly so: late
  /// ones are few and not very late.
  private static void sortByTime(Rows.Directory directory, long[] rows, int count) {
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      MemorySegment page = directory.page(rows[i]);
      times[i] = page.get(Rows.LONG, (rows[i] & Rows.PAGE_MASK) * Rows.ROW_BYTES + 4);
    }
    if (count <= 64) {
      insertionSort(times, rows, count);
      return;
    }
    Integer[] order = new Integer[count];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Long.compare(times[b], times[a])); // stable
    long[] sorted = new long[count];
    for (int i = 0; i < count; i++) {
      sorted[i] = rows[order[i]];
    }
    System.arraycopy(sorted, 0, rows, 0, count);
  }

  private static void insertionSort(long[] times, long[] rows, int count) {
    for (int i = 1; i < count; i++) {
      long time = times[i];
      long row = rows[i];
      int at = i;
      for (; at > 0 && times[at - 1] < time; at--) {
        times[at] = times[at - 1];
        rows[at] = rows[at - 1];
      }
      times[at] = time;
      rows[at] = row;
    }
  }

  /// Whether the sample at `row`, which is at or above the first row of this reader, is this one:
  /// same kind, bits and start timestamp.
  public boolean isSame(
      long row, long startMs, long valueBits, @Nullable NativeHistogram histogram) {
    Rows.Directory directory = rows.directory();
    MemorySegment page = directory.page(row);
    long at = (row & Rows.PAGE_MASK) * Rows.ROW_BYTES;
    long bits = page.get(Rows.LONG, at + 12);
    if ((page.get(Rows.INT, at) & Rows.EXTENDED) == 0) {
      return histogram == null && startMs == SampleCursor.NO_START && bits == valueBits;
    }
    HistogramRecord record = directory.record(row, bits);
    long start = record.hasStart() ? record.startMs() : SampleCursor.NO_START;
    return start == startMs
        && (record.isHistogram()
            ? histogram != null && record.histogram().equals(histogram)
            : histogram == null && record.valueBits() == valueBits);
  }

  /// Another reader of the same rows, for another thread; this one is open.
  public RowReader another() {
    Rows.Group held = group;
    if (held == null) {
      throw new IllegalStateException("the reader is closed");
    }
    return rows.another(held, fromRow);
  }

  /// Lets go of the pages. Closing again does nothing.
  @Override
  public void close() {
    Rows.Group held = group;
    if (held != null) {
      group = null;
      rows.close(held);
    }
  }
}
