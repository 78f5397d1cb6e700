package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;

/// Counts different series by a 64-bit hash of their labels, 16 bytes each at most: for telling
/// people, so one in 10^12 may be missed. Confined to one thread.
final class SeriesCounter {

  private long[] slots = new long[1024];
  private int count;

  long count() {
    return count;
  }

  void add(Labels labels) {
    long hash = hash(labels);
    if (insert(slots, hash) && ++count > slots.length / 2) {
      long[] wider = new long[Math.multiplyExact(slots.length, 2)];
      for (long one : slots) {
        if (one != 0) {
          insert(wider, one);
        }
      }
      slots = wider;
    }
  }

  private static boolean insert(long[] slots, long hash) {
    int at = (int) (hash >>> 32) & (slots.length - 1);
    while (slots[at] != 0) {
      if (slots[at] == hash) {
        return false;
      }
      at = (at + 1) & (slots.length - 1);
    }
    slots[at] = hash;
    return true;
  }

  /// FNV-1a over characters, mixed at the end; never 0, which is an empty slot.
  private static long hash(Labels labels) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < labels.count(); i++) {
      hash = mix(mix(hash, labels.name(i)), labels.value(i));
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash ^= hash >>> 29;
    return hash == 0 ? 1 : hash;
  }

  private static long mix(long hash, String text) {
    long mixed = hash;
    for (int i = 0; i < text.length(); i++) {
      mixed = (mixed ^ text.charAt(i)) * 0x100000001b3L;
    }
    return (mixed ^ 0xffff) * 0x100000001b3L;
  }
}
