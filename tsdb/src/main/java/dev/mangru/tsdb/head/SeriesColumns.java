package dev.mangru.tsdb.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// What the write path needs of a series, by ref: three longs side by side in pages of 4,096
/// series, so that a scrape walks memory in order and a lone series costs one cache miss.
///
/// ```
/// word 0: time of the newest accepted sample, lowest value first (so that 0 means none)
/// word 1: its bits
/// word 2: (last row + 1) << 8 | flags
/// ```
///
/// Written under the store's submit lock; the last row may be read by anyone, with acquire: what
/// the row holds was written before. All three may be read together by anyone ([#newest]): the time
/// is [#BUSY] while the others change and written last, so that who reads the same time before and
/// after has what belongs to it.
final class SeriesColumns {

  private static final int SHIFT = 12;
  private static final int PAGE = 1 << SHIFT;
  private static final int MASK = PAGE - 1;
  private static final int WORDS = 3;
  private static final int FLAG_BITS = 8;
  private static final int FLAG_MASK = (1 << FLAG_BITS) - 1;

  /// The time of a sample that is being written: later than any.
  static final long BUSY = Long.MAX_VALUE;

  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  private static final long[] ABSENT = new long[PAGE * WORDS];
  private static final long[] DROPPED = droppedPage();

  private volatile long[][] pages = {};

  private static long[] droppedPage() {
    long[] page = new long[PAGE * WORDS];
    for (int i = 2; i < page.length; i += WORDS) {
      page[i] = SeriesTable.DROPPED;
    }
    return page;
  }

  private static int at(int ref) {
    return (ref & MASK) * WORDS;
  }

  long newestMs(int ref) {
    return pages[ref >>> SHIFT][at(ref)] ^ Long.MIN_VALUE;
  }

  long newestBits(int ref) {
    return pages[ref >>> SHIFT][at(ref) + 1];
  }

  long lastRow(int ref) {
    long word = (long) ELEMENT.getAcquire(pages[ref >>> SHIFT], at(ref) + 2);
    return (word >>> FLAG_BITS) - 1;
  }

  int flags(int ref) {
    return (int) pages[ref >>> SHIFT][at(ref) + 2] & FLAG_MASK;
  }

  void setNewest(int ref, long timestampMs, long bits, long row, int flags) {
    long[] page = pages[ref >>> SHIFT];
    int at = at(ref);
    page[at] = BUSY ^ Long.MIN_VALUE;
    ELEMENT.setRelease(page, at + 1, bits);
    ELEMENT.setRelease(page, at + 2, (row + 1) << FLAG_BITS | flags);
    ELEMENT.setRelease(page, at, timestampMs ^ Long.MIN_VALUE);
  }

  /// Copies what is known of the newest sample to `out`: time, bits, last row, flags. False if it
  /// is being written. For anyone.
  boolean newest(int ref, long[] out) {
    long[] page = pages[ref >>> SHIFT];
    int at = at(ref);
    long time = (long) ELEMENT.getAcquire(page, at);
    out[1] = (long) ELEMENT.getAcquire(page, at + 1);
    long word = (long) ELEMENT.getAcquire(page, at + 2);
    out[0] = time ^ Long.MIN_VALUE;
    out[2] = (word >>> FLAG_BITS) - 1;
    out[3] = word & FLAG_MASK;
    return time == (long) ELEMENT.getOpaque(page, at) && out[0] != BUSY;
  }

  void setLastRow(int ref, long row) {
    long[] page = pages[ref >>> SHIFT];
    int at = at(ref) + 2;
    ELEMENT.setRelease(page, at, (row + 1) << FLAG_BITS | (page[at] & FLAG_MASK));
  }

  void setFlags(int ref, int flags) {
    long[] page = pages[ref >>> SHIFT];
    int at = at(ref) + 2;
    ELEMENT.setRelease(page, at, (page[at] & ~(long) FLAG_MASK) | flags);
  }

  /// Makes refs below `end` readable and those from `first` writable.
  @SuppressWarnings("ReferenceEquality") // the shared page
  void ensure(int first, int end) {
    if (end == 0) {
      return;
    }
    int last = (end - 1) >>> SHIFT;
    long[][] directory = pages;
    if (last >= directory.length) {
      long[][] larger = Arrays.copyOf(directory, Math.max(last + 1, directory.length * 2));
      Arrays.fill(larger, directory.length, larger.length, ABSENT);
      directory = larger;
      pages = larger;
    }
    for (int number = first >>> SHIFT; first < end && number <= last; number++) {
      if (directory[number] == ABSENT) { // identity: the one shared page that nobody writes
        directory[number] = new long[PAGE * WORDS];
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // the shared page
  boolean isWritable(int ref) {
    return pages[ref >>> SHIFT] != ABSENT;
  }

  /// Gives up pages on which every series was dropped.
  void shrink(int end) {
    long[][] directory = pages.clone();
    for (int number = 0; number < end >>> SHIFT; number++) {
      boolean all = true;
      for (int i = 2; all && i < PAGE * WORDS; i += WORDS) {
        all = (directory[number][i] & SeriesTable.DROPPED) != 0;
      }
      if (all) {
        directory[number] = DROPPED;
      }
    }
    pages = directory;
  }

  @SuppressWarnings("ReferenceEquality") // the shared page
  long bytes() {
    long[][] directory = pages;
    long total = directory.length * 4L;
    for (long[] page : directory) {
      total += page == ABSENT || page == DROPPED ? 0 : 16 + 8L * page.length;
    }
    return total;
  }
}
