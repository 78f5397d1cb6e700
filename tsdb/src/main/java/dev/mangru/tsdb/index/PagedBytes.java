package dev.mangru.tsdb.index;

import java.util.Arrays;

/// Byte strings one after the other in pages of 64 KiB that never move; one longer than a page gets
/// a page of its own. An address is a page number (high 16 bits) and an offset, so 4 GiB in all.
/// One writer; readers need no lock for what was written before the address was published.
final class PagedBytes {

  static final int SHIFT = 16;
  static final int MASK = (1 << SHIFT) - 1;

  private final String what;
  private volatile byte[][] pages = {};
  private int count;
  private int used = 1 << SHIFT;
  private long bytes;

  /// @param what named in the error when it is full
  PagedBytes(String what) {
    this.what = what;
  }

  byte[] page(int address) {
    return pages[address >>> SHIFT];
  }

  /// Copies `source[from, to)` to a new place.
  int add(byte[] source, int from, int to) {
    int length = to - from;
    if (used + length > 1 << SHIFT) {
      addPage(Math.max(length, Math.min(1 << SHIFT, count == 0 ? 1 << 12 : 1 << SHIFT)));
    }
    byte[] page = pages[count - 1];
    int offset = used;
    if (offset + length > page.length) {
      // The first page starts small and grows: a reader of the old copy finds all it was told of.
      page = Arrays.copyOf(page, Math.min(1 << SHIFT, Math.max(page.length * 4, offset + length)));
      bytes += page.length - pages[count - 1].length;
      byte[][] directory = pages.clone();
      directory[count - 1] = page;
      pages = directory;
    }
    System.arraycopy(source, from, page, offset, length);
    used = offset + length;
    return (count - 1) << SHIFT | offset;
  }

  private void addPage(int size) {
    if (count == 1 << (32 - SHIFT)) {
      throw new IllegalStateException(what + " are full: 4 GiB");
    }
    if (count == pages.length) {
      byte[][] larger = Arrays.copyOf(pages, Math.max(4, count * 2));
      Arrays.fill(larger, count, larger.length, new byte[0]);
      pages = larger;
    }
    byte[] page = new byte[size];
    pages[count++] = page;
    bytes += size + 16;
    used = 0;
  }

  long bytes() {
    return bytes + pages.length * 4L;
  }
}
