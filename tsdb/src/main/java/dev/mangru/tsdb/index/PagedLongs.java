package dev.mangru.tsdb.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// A growing column of longs in pages that never move. One writer; readers need no lock for
/// elements that were written before something the reader has seen published (a size, a table
/// slot).
///
/// Elements never written are 0 and pages never written cost nothing.
public final class PagedLongs {

  private static final int SHIFT = 12;
  private static final int PAGE = 1 << SHIFT;
  private static final int MASK = PAGE - 1;
  private static final long[] ABSENT = new long[PAGE];
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[][] pages = {};
  private int allocated;

  /// An element.
  public long get(int index) {
    return pages[index >>> SHIFT][index & MASK];
  }

  /// An element, and all that was written before it was stored with [#setRelease].
  public long getAcquire(int index) {
    return (long) ELEMENT.getAcquire(pages[index >>> SHIFT], index & MASK);
  }

  /// Writes an element.
  public void set(int index, long value) {
    page(index)[index & MASK] = value;
  }

  /// Publishes an element.
  public void setRelease(int index, long value) {
    ELEMENT.setRelease(page(index), index & MASK, value);
  }

  /// Makes elements up to `index` readable.
  public void ensure(int index) {
    int number = index >>> SHIFT;
    long[][] directory = pages;
    if (number >= directory.length) {
      long[][] larger = Arrays.copyOf(directory, Math.max(number + 1, directory.length * 2));
      Arrays.fill(larger, directory.length, larger.length, ABSENT);
      pages = larger;
    }
  }

  @SuppressWarnings("ReferenceEquality") // the shared page
  private long[] page(int index) {
    long[][] directory = pages;
    int number = index >>> SHIFT;
    if (number >= directory.length) {
      ensure(index);
      directory = pages;
    }
    long[] page = directory[number];
    if (page == ABSENT) { // identity: the one shared page that nobody writes
      page = new long[PAGE];
      directory[number] = page;
      allocated++;
    }
    return page;
  }

  /// Memory held.
  public long bytes() {
    return allocated * (8L * PAGE + 16) + pages.length * 4L;
  }
}
