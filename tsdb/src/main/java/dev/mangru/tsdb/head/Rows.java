package dev.mangru.tsdb.head;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.tsdb.codec.ByteWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The samples in memory as one log of rows outside the heap, oldest first; each row points back to
/// the one before it of the same series.
///
/// ```
/// row (20 bytes) := link (4)  time (8)  bits (8)                     page = 2^15 rows, 640 KiB
/// link           := distance to the series' row before << 2 | LATE | EXTENDED     0: there is none
/// bits           := the value's, or of an EXTENDED row the place of its record in a side page
/// ```
///
/// [#append] and [#boundary] are confined to the store's submit lock. Reading needs a [RowReader],
/// which anyone may open; it sees rows below the number it was given, which the writer has
/// published (the store's `visible`).
///
/// ## Groups, and what keeps them
///
/// A [#boundary] (a seal) ends a group of pages. [#releaseBefore] says that a group is no longer
/// wanted; its pages go back to the pool once no reader is left that was opened on it **or on an
/// older group**: groups are freed strictly in order. A reader needs that, because it enters a
/// series at its last row, which may be newer than anything the reader may see, and walks back
/// through the groups in between.
public final class Rows implements AutoCloseable {

  /// Flag of a row that is not newer than the series' row before.
  public static final int LATE = 2;

  static final int EXTENDED = 1;
  static final int FLAG_BITS = 2;
  static final int PAGE_SHIFT = 15;
  static final int PAGE_ROWS = 1 << PAGE_SHIFT;
  static final int PAGE_MASK = PAGE_ROWS - 1;
  static final int ROW_BYTES = 20;
  static final int PAGE_BYTES = PAGE_ROWS * ROW_BYTES;

  /// Rows in memory at most: links have 30 bits.
  public static final long MAX_ROWS = 1L << 29;

  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /// Bytes of idle pages kept at most: about what half a minute of 100,000 samples a second fills.
  /// Chosen.
  private static final long MAX_IDLE_BYTES = 64L << 20;

  /// A stretch of pages that is given back as a whole.
  static final class Group {
    final long firstRow;
    final List<PagePool.Page> rowPages = new ArrayList<>();
    final List<PagePool.Page> sidePages = new ArrayList<>();

    // Guarded by the lock of Rows.
    int readers;
    boolean released;

    Group(long firstRow) {
      this.firstRow = firstRow;
    }
  }

  /// The pages of all groups, replaced as a whole: reading needs no lock.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Directory(
      long firstPage, MemorySegment[] pages, long[] groupFirst, MemorySegment[][] sides) {

    MemorySegment page(long row) {
      return pages[(int) ((row >>> PAGE_SHIFT) - firstPage)];
    }

    /// The record of an extended row.
    HistogramRecord record(long row, long place) {
      int group = groupFirst.length - 1;
      while (groupFirst[group] > row) {
        group--;
      }
      return new HistogramRecord(sides[group][(int) (place / PAGE_BYTES)], place % PAGE_BYTES);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final PagePool pool;
  private final List<Group> groups = new ArrayList<>();
  private final ByteWriter scratch = new ByteWriter(256);

  private volatile Directory directory;
  private volatile long first;

  /// The first row whose page is still there.
  private volatile long oldest;

  // The writer's own.
  private Group open;
  private MemorySegment page;
  private long next;
  private long sideEnd;

  /// An empty log; the first row is 0.
  public Rows() {
    this(0);
  }

  /// An empty log whose first row is at or just above `firstRow`.
  public Rows(long firstRow) {
    this(firstRow, MAX_IDLE_BYTES);
  }

  /// As [#Rows(long)].
  ///
  /// @param idleBytes memory kept at most that nothing is in
  public Rows(long firstRow, long idleBytes) {
    pool = new PagePool(PAGE_BYTES, (int) (Math.min(idleBytes, MAX_IDLE_BYTES) / PAGE_BYTES));
    next = roundUp(firstRow);
    first = next;
    oldest = next;
    open = new Group(next);
    groups.add(open);
    page = MemorySegment.NULL;
    directory =
        new Directory(
            next >>> PAGE_SHIFT,
            new MemorySegment[0],
            new long[] {next},
            new MemorySegment[][] {new MemorySegment[0]});
  }

  private static long roundUp(long row) {
    return (row + PAGE_MASK) & ~(long) PAGE_MASK;
  }

  /// Appends a float without start timestamp.
  ///
  /// @param lastRow the series' last row, or -1
  /// @param flags [#LATE] or 0
  /// @return its row
  /// @throws MangruException `OVERLOADED` if [#MAX_ROWS] are in memory
  public long append(long timestampMs, long valueBits, long lastRow, int flags) {
    long row = next;
    int slot = (int) row & PAGE_MASK;
    if (slot == 0) {
      addPage();
    }
    put(page, (long) slot * ROW_BYTES, link(row, lastRow, flags), timestampMs, valueBits);
    next = row + 1;
    return row;
  }

  private static void put(MemorySegment page, long at, int link, long timestampMs, long bits) {
    page.set(INT, at, link);
    page.set(LONG, at + 4, timestampMs);
    page.set(LONG, at + 12, bits);
  }

  private int link(long row, long lastRow, int flags) {
    // What is released but still read must stay linked: its readers enter at the newest row.
    return lastRow < oldest ? flags : (int) (row - lastRow) << FLAG_BITS | flags;
  }

  /// Appends a float with or without start timestamp, or a native histogram.
  ///
  /// @param startMs or [SampleCursor#NO_START]
  /// @param valueBits of a float
  /// @throws MangruException `BAD_DATA` if the histogram takes more than 640 KiB; as the other one
  public long append(
      long timestampMs,
      long startMs,
      long valueBits,
      @Nullable NativeHistogram histogram,
      long lastRow,
      int flags) {
    boolean start = startMs != SampleCursor.NO_START;
    if (histogram == null && !start) {
      return append(timestampMs, valueBits, lastRow, flags);
    }
    scratch.clear();
    if (histogram == null) {
      HistogramRecord.write(scratch, startMs, true, valueBits);
    } else {
      HistogramRecord.write(scratch, startMs, start, histogram);
    }
    int length = scratch.length();
    if (length > PAGE_BYTES) {
      throw MangruException.badData(
          "a native histogram of " + length + " bytes is over the limit of " + PAGE_BYTES);
    }
    long place = place(length);
    MemorySegment side = open.sidePages.get((int) (place / PAGE_BYTES)).segment();
    MemorySegment.copy(
        MemorySegment.ofBuffer(scratch.toBuffer()), 0, side, place % PAGE_BYTES, length);
    return append(timestampMs, place, lastRow, flags | EXTENDED);
  }

  private long place(int length) {
    long capacity = (long) open.sidePages.size() * PAGE_BYTES;
    if (sideEnd + length > capacity) {
      lock.lock();
      try {
        open.sidePages.add(pool.take());
        publish();
      } finally {
        lock.unlock();
      }
      sideEnd = capacity;
    }
    long place = sideEnd;
    sideEnd += length;
    return place;
  }

  private void addPage() {
    if (next - oldest >= MAX_ROWS) {
      throw new MangruException(
          ErrorCode.OVERLOADED,
          MAX_ROWS + " samples are in memory and not yet on disk; come back later");
    }
    lock.lock();
    try {
      PagePool.Page added = pool.take();
      open.rowPages.add(added);
      page = added.segment();
      publish();
    } finally {
      lock.unlock();
    }
  }

  /// Makes a new directory of all pages; the lock is held.
  private void publish() {
    int pages = 0;
    for (Group group : groups) {
      pages += group.rowPages.size();
    }
    MemorySegment[] all = new MemorySegment[pages];
    long[] groupFirst = new long[groups.size()];
    MemorySegment[][] sides = new MemorySegment[groups.size()][];
    int at = 0;
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      groupFirst[g] = group.firstRow;
      sides[g] = group.sidePages.stream().map(PagePool.Page::segment).toArray(MemorySegment[]::new);
      for (PagePool.Page one : group.rowPages) {
        all[at++] = one.segment();
      }
    }
    directory = new Directory(groupFirst[0] >>> PAGE_SHIFT, all, groupFirst, sides);
  }

  /// The number that the next row will have, unless a [#boundary] comes first.
  public long nextRow() {
    return next;
  }

  /// The first row that was not released.
  public long firstRow() {
    return first;
  }

  /// Ends the group of pages, if it has any row.
  ///
  /// @return the first row of the next group: what was appended so far lies before it
  public long boundary() {
    lock.lock();
    try {
      if (next == open.firstRow) {
        return next;
      }
      next = roundUp(next);
      open = new Group(next);
      groups.add(open);
      sideEnd = 0;
      publish();
      return next;
    } finally {
      lock.unlock();
    }
  }

  /// Gives up the groups whose rows all lie before `row`, which [#boundary] gave. Their memory is
  /// free once those who read them are done.
  public void releaseBefore(long row) {
    lock.lock();
    try {
      for (int i = 0; i + 1 < groups.size() && groups.get(i + 1).firstRow <= row; i++) {
        groups.get(i).released = true;
        first = Math.max(first, groups.get(i + 1).firstRow);
      }
      free();
    } finally {
      lock.unlock();
    }
  }

  /// Frees groups from the oldest on, as far as nobody needs them; the lock is held.
  private void free() {
    int freed = 0;
    while (freed < groups.size() && groups.get(freed).released && groups.get(freed).readers == 0) {
      freed++;
    }
    if (freed > 0) {
      List<Group> gone = List.copyOf(groups.subList(0, freed));
      groups.subList(0, freed).clear();
      if (groups.isEmpty()) {
        oldest = Long.MAX_VALUE;
        directory = new Directory(0, new MemorySegment[0], new long[0], new MemorySegment[0][]);
      } else {
        oldest = groups.getFirst().firstRow;
        publish();
      }
      for (Group group : gone) {
        group.rowPages.forEach(pool::give);
        group.sidePages.forEach(pool::give);
      }
    }
  }

  /// Opens a reader of the rows from `fromRow` on; null if some of them were released, in which
  /// case a newer view of the store is there to be taken.
  public @Nullable RowReader open(long fromRow) {
    lock.lock();
    try {
      if (fromRow < first) {
        return null;
      }
      int i = groups.size() - 1;
      while (i > 0 && groups.get(i).firstRow > fromRow) {
        i--;
      }
      if (i < 0 || groups.get(i).released) {
        return null;
      }
      Group group = groups.get(i);
      group.readers++;
      return new RowReader(this, group, fromRow);
    } finally {
      lock.unlock();
    }
  }

  /// Another reader of a group that an open reader keeps.
  RowReader another(Group group, long fromRow) {
    lock.lock();
    try {
      group.readers++;
      return new RowReader(this, group, fromRow);
    } finally {
      lock.unlock();
    }
  }

  void close(Group group) {
    lock.lock();
    try {
      group.readers--;
      free();
    } finally {
      lock.unlock();
    }
  }

  Directory directory() {
    return directory;
  }

  /// Pages in use, those that wait for readers included; none is after [#close] and the last
  /// reader.
  public int pagesInUse() {
    return pool.inUse();
  }

  /// Memory of samples, sealed ones that somebody still reads included, and of their histograms and
  /// start timestamps. In whole pages of 640 KiB. Takes no lock.
  public long bytesInUse() {
    return pool.bytesInUse();
  }

  /// Memory of samples that were not released. In whole pages of 640 KiB.
  public long unreleasedBytes() {
    lock.lock();
    try {
      long pages = 0;
      for (Group group : groups) {
        pages += group.released ? 0 : group.rowPages.size() + group.sidePages.size();
      }
      return pages * PAGE_BYTES;
    } finally {
      lock.unlock();
    }
  }

  /// Memory held, idle pages included.
  public long bytes() {
    return pool.bytes();
  }

  /// Gives back the idle pages that were not needed since the last time.
  public void giveBackSpare() {
    pool.giveBackSpare();
  }

  /// Gives back idle pages.
  public void trim() {
    pool.trim();
  }

  /// Gives up everything; what is being read is freed with its last reader. Nothing may be appended
  /// any more.
  @Override
  public void close() {
    lock.lock();
    try {
      for (Group group : groups) {
        group.released = true;
      }
      first = Long.MAX_VALUE;
      page = MemorySegment.NULL;
      free();
    } finally {
      lock.unlock();
    }
    pool.close();
  }
}
