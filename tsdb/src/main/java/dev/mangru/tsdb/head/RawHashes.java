package dev.mangru.tsdb.head;

import dev.mangru.tsdb.index.IntTable;
import dev.mangru.tsdb.index.PagedInts;
import dev.mangru.tsdb.index.PagedLongs;

/// From the 128-bit hash of the bytes a sender used for a series' labels to the series' ref. One
/// writer remembers; any number of readers find without a lock. About 28 bytes an entry.
///
/// ## Why entries are numbered
///
/// A sender repeats its series in the same order in every body. Entries are kept in order of first
/// sight, so the entry after the last hit is nearly always the next one asked for: two longs are
/// compared that the processor has already fetched, and the table is not touched.
///
/// ## The race
///
/// The writer fills entry `n` (two hash words and a ref), then stores `n + 1` to `size` and then
/// the entry's slot of the table, both with release. A reader loads `size` (volatile) before it
/// looks at a guessed entry, and a slot (acquire) before it looks at a found one; either way the
/// entry it looks at is complete. A guess at or beyond `size` is not looked at, so a half-written
/// entry is never compared. An entry's hashes never change. Its ref may: when a series was dropped
/// and comes back under a new ref; a reader gets the old or the new one, and whoever gets the old
/// one finds it flagged [SeriesTable#DROPPED] under the submit lock.
///
/// Forgetting replaces the whole object, so that entry and ref are always read from the same one;
/// that is also why a hit carries both. A guess from before is then only a wrong guess.
final class RawHashes {

  private final PagedLongs words = new PagedLongs();
  private final PagedInts refs = new PagedInts();
  private final IntTable table = new IntTable(entry -> slotHash(words.get(2 * entry)));
  private volatile int size;

  /// Both halves of the hash are uniform; the table takes the segment from the high bits.
  private static int slotHash(long hash1) {
    return (int) (hash1 >>> 32) ^ (int) hash1;
  }

  /// Entry (high half) and ref (low half), or -1.
  long find(long hash1, long hash2, int guess) {
    if (guess >= 0
        && guess < size
        && words.get(2 * guess) == hash1
        && words.get(2 * guess + 1) == hash2) {
      return (long) guess << 32 | refs.getAcquire(guess);
    }
    int[] slots = table.slots(slotHash(hash1));
    int mask = slots.length - 1;
    for (int slot = slotHash(hash1) & mask; ; slot = (slot + 1) & mask) {
      int entry = IntTable.at(slots, slot);
      if (entry < 0) {
        return -1;
      }
      if (words.get(2 * entry) == hash1 && words.get(2 * entry + 1) == hash2) {
        return (long) entry << 32 | refs.getAcquire(entry);
      }
    }
  }

  /// Adds an entry or gives a known one another ref. Writer only.
  ///
  /// @return whether there was room
  boolean remember(long hash1, long hash2, int ref) {
    long hit = find(hash1, hash2, -1);
    if (hit >= 0) {
      refs.setRelease((int) (hit >>> 32), ref);
      return true;
    }
    int entry = size;
    if (entry == Integer.MAX_VALUE / 2) {
      return false;
    }
    words.set(2 * entry, hash1);
    words.set(2 * entry + 1, hash2);
    refs.set(entry, ref);
    size = entry + 1;
    table.insert(slotHash(hash1), entry);
    return true;
  }

  int size() {
    return size;
  }

  long hash1(int entry) {
    return words.get(2 * entry);
  }

  long hash2(int entry) {
    return words.get(2 * entry + 1);
  }

  int ref(int entry) {
    return refs.getAcquire(entry);
  }

  long bytes() {
    return words.bytes() + refs.bytes() + table.bytes();
  }
}
