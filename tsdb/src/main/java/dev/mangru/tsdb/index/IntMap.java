package dev.mangru.tsdb.index;

import java.util.Arrays;

/// A small map from numbers ≥ 0 to numbers, without objects. Confined to one thread.
final class IntMap {

  private int[] keys = new int[64]; // key + 1; 0 is free
  private int[] values = new int[64];
  private int size;

  /// The value of a key, or -1.
  int get(int key) {
    int at = slot(keys, key);
    return keys[at] == 0 ? -1 : values[at];
  }

  /// Adds a key that is not there.
  void put(int key, int value) {
    if (2 * (size + 1) > keys.length) {
      int[] oldKeys = keys;
      int[] oldValues = values;
      keys = new int[oldKeys.length * 2];
      values = new int[oldKeys.length * 2];
      for (int i = 0; i < oldKeys.length; i++) {
        if (oldKeys[i] != 0) {
          int at = slot(keys, oldKeys[i] - 1);
          keys[at] = oldKeys[i];
          values[at] = oldValues[i];
        }
      }
    }
    int at = slot(keys, key);
    keys[at] = key + 1;
    values[at] = value;
    size++;
  }

  private static int slot(int[] keys, int key) {
    int mask = keys.length - 1;
    int at = (key * 0x9E3779B9) >>> 7 & mask;
    while (keys[at] != 0 && keys[at] != key + 1) {
      at = (at + 1) & mask;
    }
    return at;
  }

  void clear() {
    Arrays.fill(keys, 0);
    size = 0;
  }
}
