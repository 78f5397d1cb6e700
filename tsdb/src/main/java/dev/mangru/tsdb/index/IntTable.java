package dev.mangru.tsdb.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntUnaryOperator;

/// Open addressing from 32-bit hashes to numbers; whoever looks something up compares the keys
/// itself. One writer inserts, readers probe without a lock.
///
/// At most half of the slots are taken: looking up what is not there, as a new series is, compares
/// with few others, and each comparison is a cache miss.
///
/// A slot holds a number plus one and is stored with release after everything that the number
/// stands for; a reader loads it with acquire. The table is cut into segments by the hash's high
/// bits, so that growing moves one part in 32 at a time; a segment that has grown replaces the old
/// one, which stays as it was for those who are reading it.
public final class IntTable {

  private static final int SEGMENT_BITS = 5;
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(int[].class);

  private final AtomicReferenceArray<int[]> segments =
      new AtomicReferenceArray<>(1 << SEGMENT_BITS);
  private final int[] sizes = new int[1 << SEGMENT_BITS];
  private final IntUnaryOperator hashOf;

  /// An empty table.
  ///
  /// @param hashOf the hash that a number was inserted with
  public IntTable(IntUnaryOperator hashOf) {
    this.hashOf = hashOf;
    for (int i = 0; i < segments.length(); i++) {
      segments.setRelease(i, new int[4]);
    }
  }

  /// Where to probe, from `hash & (slots.length - 1)` upwards and around.
  public int[] slots(int hash) {
    return segments.getAcquire(hash >>> (32 - SEGMENT_BITS));
  }

  /// The number in a slot, -1 at the end of the probing, or -2 for one that was removed.
  public static int at(int[] slots, int slot) {
    return (int) SLOT.getAcquire(slots, slot) - 1;
  }

  /// Adds a number that is not there.
  public void insert(int hash, int number) {
    int segment = hash >>> (32 - SEGMENT_BITS);
    int[] slots = segments.getPlain(segment);
    if (2 * (sizes[segment] + 1) > slots.length) {
      int[] larger = new int[slots.length * 2];
      for (int stored : slots) {
        if (stored > 0) {
          put(larger, hashOf.applyAsInt(stored - 1), stored);
        }
      }
      slots = larger;
      put(slots, hash, number + 1);
      segments.setRelease(segment, slots);
    } else {
      put(slots, hash, number + 1);
    }
    sizes[segment]++;
  }

  /// Removes a number; whoever is probing goes on past it.
  public void remove(int hash, int number) {
    int[] slots = slots(hash);
    int mask = slots.length - 1;
    for (int slot = hash & mask; (int) SLOT.get(slots, slot) != 0; slot = (slot + 1) & mask) {
      if ((int) SLOT.get(slots, slot) == number + 1) {
        SLOT.setRelease(slots, slot, -1);
        return;
      }
    }
  }

  private static void put(int[] slots, int hash, int stored) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    while ((int) SLOT.get(slots, slot) != 0) {
      slot = (slot + 1) & mask;
    }
    SLOT.setRelease(slots, slot, stored);
  }

  /// Memory held.
  public long bytes() {
    long total = 0;
    for (int i = 0; i < segments.length(); i++) {
      total += 16 + 4L * segments.getPlain(i).length;
    }
    return total;
  }
}
