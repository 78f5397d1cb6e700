package dev.mangru.tsdb.wal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What writer and reader of the log remember of each series to foretell its next value: a
/// [ValueState] each, for one epoch. Two bytes a series, in pages that come with their first
/// series. Guarded by its owner.
public final class SeriesStates {

  private static final int SHIFT = 12;
  static final int MASK = (1 << SHIFT) - 1;

  private short[] @Nullable [] pages = new short[0] @Nullable [];

  /// Nothing remembered of any series.
  public SeriesStates() {}

  /// Forgets everything: an epoch begins.
  public void reset() {
    pages = new short[0] @Nullable [];
  }

  /// The states around `ref`; its own one is at `ref & MASK`.
  short[] page(int ref) {
    int number = ref >>> SHIFT;
    short[] page = number < pages.length ? pages[number] : null;
    return page == null ? add(number) : page;
  }

  private short[] add(int number) {
    if (number >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(number + 1, pages.length * 2));
    }
    short[] page = new short[1 << SHIFT];
    pages[number] = page;
    return page;
  }
}
