package dev.mangru.tsdb.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Many lists of ascending series numbers, each as runs of neighbours. One writer appends, any
/// number of readers read without a lock.
///
/// ## Shape
///
/// A list's last run is open and lives in one `long` of a column: first (high half) and end (low
/// half). Most lists are one run (a label value that only one target has), and cost nothing more.
/// When a number comes that does not touch the open run, the run is closed: its length and the gap
/// to the new number go to the list's stream of bytes as
///
/// ```
/// stream := first  (length, gap)*              all varints
/// (length, gap) := gap*2 if length = 1, else gap*2+1 length      gap >= 1
/// ```
///
/// and what stands after the last pair is the first of the open run. Streams lie in slices of 16,
/// 32, … 4096 bytes, each ending in the 4-byte address of the next (the idea is Lucene's
/// `ByteSlicePool`); a page of 32 KiB has slices of one size only, aligned, so that an address
/// alone tells where its slice ends. Bytes once written never change or move.
///
/// ## The race
///
/// The writer closes a run by (1) writing bytes, (2) storing `tail` with release, (3) storing the
/// new open run with release. A reader loads the open run first and `tail` second, both with
/// acquire, then reads the bytes below `tail`. So:
///
/// - If it got the new open run, it got at least the `tail` of (2), and so the closed run.
/// - If it got an older open run, the stream may already have that run, and more, closed. The
///   stream ends where a run begins that is not the one it holds: everything that was in the list
///   when the open run was loaded has been read, and the reader leaves it at that.
///
/// A reader who took the end of all series before reading a list thus sees every number below it;
/// it drops those at or above it.
final class RunPostings {

  private static final int PAGE_SHIFT = 15;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;
  private static final int SMALLEST_SHIFT = 4;
  private static final int LARGEST_SHIFT = 12;
  private static final int POINTER = 4;
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /// First and end of the open run; 0 for an empty list.
  private final PagedLongs open = new PagedLongs();

  /// Address of a list's first slice; 0 while it has none.
  private final PagedInts heads = new PagedInts();

  private final PagedInts tails = new PagedInts();

  /// Numbers in closed runs.
  private final PagedInts closed = new PagedInts();

  private volatile byte[][] pages = {};
  private volatile byte[] sliceShifts = {};
  private int pageCount;
  private long pageBytes;

  /// For each size of slice: the next free address, and the end of its page.
  private final int[] free = new int[LARGEST_SHIFT + 1];

  private final int[] freeEnd = new int[LARGEST_SHIFT + 1];

  RunPostings() {
    newSlice(SMALLEST_SHIFT); // address 0 means none
  }

  /// Makes list `list` readable; it is empty.
  void ensure(int list) {
    open.ensure(list);
    heads.ensure(list);
    tails.ensure(list);
    closed.ensure(list);
  }

  /// Adds a number larger than every one in the list.
  void append(int list, int number) {
    long run = open.get(list);
    int end = (int) run;
    if (end == number && number != 0) {
      open.setRelease(list, (run & 0xffffffff00000000L) | (number + 1));
    } else {
      if (run != 0) {
        close(list, (int) (run >>> 32), end, number);
      }
      open.setRelease(list, (long) number << 32 | (number + 1));
    }
  }

  private void close(int list, int first, int end, int next) {
    int at = tails.get(list);
    if (heads.get(list) == 0) {
      at = newSlice(SMALLEST_SHIFT);
      heads.set(list, at);
      at = putVarint(at, first);
    }
    int length = end - first;
    long gap = (long) (next - end) << 1;
    at = putVarint(at, length == 1 ? gap : gap | 1);
    if (length > 1) {
      at = putVarint(at, length);
    }
    closed.set(list, closed.get(list) + length);
    tails.setRelease(list, at);
  }

  private int putVarint(int start, long value) {
    int at = start;
    long rest = value;
    while (rest > 0x7f) {
      at = put(at, (byte) (rest | 0x80));
      rest >>>= 7;
    }
    return put(at, (byte) rest);
  }

  private int put(int start, byte value) {
    int at = start;
    int shift = sliceShifts[at >>> PAGE_SHIFT];
    int last = at | ((1 << shift) - 1);
    if (at == last + 1 - POINTER) {
      int next = newSlice(Math.min(shift + 1, LARGEST_SHIFT));
      INTS.set(pages[at >>> PAGE_SHIFT], at & PAGE_MASK, next);
      at = next;
    }
    pages[at >>> PAGE_SHIFT][at & PAGE_MASK] = value;
    return at + 1;
  }

  private int newSlice(int shift) {
    if (free[shift] == freeEnd[shift]) {
      newPage(shift);
    }
    int slice = free[shift];
    free[shift] += 1 << shift;
    return slice;
  }

  private void newPage(int shift) {
    if (pageCount == 1 << (31 - PAGE_SHIFT)) {
      throw new IllegalStateException("lists of series are full: 2 GiB");
    }
    if (pageCount == pages.length) {
      int capacity = Math.max(8, pageCount * 2);
      byte[][] larger = Arrays.copyOf(pages, capacity);
      Arrays.fill(larger, pageCount, capacity, new byte[0]);
      sliceShifts = Arrays.copyOf(sliceShifts, capacity);
      pages = larger;
    }
    pages[pageCount] = new byte[1 << PAGE_SHIFT];
    sliceShifts[pageCount] = (byte) shift;
    free[shift] = pageCount << PAGE_SHIFT;
    freeEnd[shift] = (pageCount + 1) << PAGE_SHIFT;
    pageCount++;
    pageBytes += 16 + (1L << PAGE_SHIFT);
  }

  /// How many numbers a list has, about if one is being appended.
  int count(int list) {
    long run = open.getAcquire(list);
    return closed.get(list) + (int) run - (int) (run >>> 32);
  }

  /// The first number of a list, or [Integer#MAX_VALUE] if it is empty.
  int first(int list) {
    long run = open.getAcquire(list);
    if (run == 0) {
      return Integer.MAX_VALUE;
    }
    if (tails.getAcquire(list) == 0) {
      return (int) (run >>> 32);
    }
    Stream stream = new Stream(pages, sliceShifts, heads.get(list));
    return (int) stream.varint();
  }

  /// The numbers of a list below `endNumber`.
  Runs read(int list, int endNumber) {
    Runs.Builder runs = new Runs.Builder(tails.get(list) == 0 ? 2 : 64);
    long last = open.getAcquire(list);
    int tail = tails.getAcquire(list);
    int start = (int) (last >>> 32);
    if (tail != 0) {
      Stream stream = new Stream(pages, sliceShifts, heads.get(list));
      start = (int) stream.varint();
      while (stream.at != tail && start < endNumber) {
        long gap = stream.varint();
        int length = (gap & 1) == 0 ? 1 : (int) stream.varint();
        runs.add(start, Math.min(start + length, endNumber));
        start += length + (int) (gap >>> 1);
      }
    }
    if (start == (int) (last >>> 32)) {
      runs.add(start, Math.min((int) last, endNumber));
    }
    return runs.build();
  }

  /// As [#read], into a union.
  void read(int list, int endNumber, Runs.Union union) {
    long last = open.getAcquire(list);
    int tail = tails.getAcquire(list);
    if (tail == 0) {
      union.add((int) (last >>> 32), Math.min((int) last, endNumber));
      return;
    }
    Runs runs = read(list, endNumber);
    for (int i = 0; i < runs.runs(); i++) {
      union.add(runs.first(i), runs.end(i));
    }
  }

  /// Reads the bytes of one list from slice to slice.
  private static final class Stream {
    private final byte[][] pages;
    private final byte[] sliceShifts;
    private byte[] page;
    private int at;
    private int sliceEnd;

    Stream(byte[][] pages, byte[] sliceShifts, int head) {
      this.pages = pages;
      this.sliceShifts = sliceShifts;
      this.page = pages[head >>> PAGE_SHIFT];
      enter(head);
    }

    private void enter(int slice) {
      int shift = sliceShifts[slice >>> PAGE_SHIFT];
      page = pages[slice >>> PAGE_SHIFT];
      at = slice;
      sliceEnd = (slice | ((1 << shift) - 1)) + 1 - POINTER;
    }

    private int u8() {
      if (at == sliceEnd) {
        enter((int) INTS.get(page, at & PAGE_MASK));
      }
      return page[at++ & PAGE_MASK];
    }

    long varint() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        int b = u8();
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }
  }

  /// Memory held.
  long bytes() {
    return open.bytes()
        + heads.bytes()
        + tails.bytes()
        + closed.bytes()
        + pageBytes
        + pages.length * 5L;
  }
}
