package dev.mangru.tsdb.v1.head;

import org.jspecify.annotations.Nullable;

/// Series by the number that log records give them. Replay asks it once a sample, so numbers are
/// not boxed. Confined to one thread.
public final class RefTable {

  private long[] refs = new long[64];
  private @Nullable HeadSeries[] series = new HeadSeries[64];
  private int size;
  private long highest;

  /// The series called `ref`, or null.
  public @Nullable HeadSeries get(long ref) {
    return series[slot(ref)];
  }

  /// Calls a series `ref`.
  public void put(long ref, HeadSeries one) {
    int slot = slot(ref);
    if (series[slot] == null && ++size > refs.length / 2) {
      grow();
      slot = slot(ref);
    }
    refs[slot] = ref;
    series[slot] = one;
    highest = Math.max(highest, ref);
  }

  /// The highest number used, or 0.
  public long highest() {
    return highest;
  }

  /// Where `ref` is, or the free place where it would be.
  private int slot(long ref) {
    int mask = refs.length - 1;
    int slot = Long.hashCode(ref * 0x9e3779b97f4a7c15L) & mask;
    while (series[slot] != null && refs[slot] != ref) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldRefs = refs;
    @Nullable HeadSeries[] oldSeries = series;
    refs = new long[oldRefs.length * 2];
    series = new HeadSeries[oldRefs.length * 2];
    for (int i = 0; i < oldRefs.length; i++) {
      if (oldSeries[i] != null) {
        int slot = slot(oldRefs[i]);
        refs[slot] = oldRefs[i];
        series[slot] = oldSeries[i];
      }
    }
  }
}
