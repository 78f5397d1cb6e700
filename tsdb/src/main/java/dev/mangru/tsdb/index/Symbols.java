package dev.mangru.tsdb.index;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Texts as numbers from 0 in order of first sight: UTF-8 bytes in pages, found through an
/// open-addressing table. About 12 bytes a text beside its own.
///
/// One writer adds; any number of readers look up without a lock. A text is handed out as a String
/// from a bounded cache, so that those in use are the same object each time and compare by
/// identity.
public final class Symbols {

  /// Strings kept at most, chosen: label values on a dashboard are some thousands.
  private static final int CACHE_LIMIT = 1 << 16;

  private record Interned(int id, String text) {}

  private final PagedBytes bytes = new PagedBytes("label texts");
  private final PagedInts addresses = new PagedInts();
  private final PagedInts hashes = new PagedInts();
  private final IntTable table = new IntTable(hashes::get);
  private byte[] scratch = new byte[256];
  private volatile int count;

  // Racy on purpose: an element is immutable, and a lost one is made again.
  private volatile @Nullable Interned[] cache = new Interned[64];

  /// How many texts there are.
  public int count() {
    return count;
  }

  /// The number of `text`, or -1.
  public int find(String text) {
    byte[] utf8 = new byte[Utf8.maxBytes(text)];
    int end = Utf8.encode(text, utf8, 0);
    return find(utf8, 0, end, Hashing.of(utf8, 0, end));
  }

  private int find(byte[] utf8, int from, int to, int hash) {
    int[] slots = table.slots(hash);
    int mask = slots.length - 1;
    for (int slot = hash & mask; ; slot = (slot + 1) & mask) {
      int id = IntTable.at(slots, slot);
      if (id < 0) {
        return -1;
      }
      if (hashes.get(id) == hash && equals(id, utf8, from, to)) {
        return id;
      }
    }
  }

  private boolean equals(int id, byte[] utf8, int from, int to) {
    int address = addresses.get(id);
    byte[] page = bytes.page(address);
    int at = address & PagedBytes.MASK;
    int length = length(page, at);
    int start = at + sizeOf(length);
    return length == to - from && Arrays.equals(page, start, start + length, utf8, from, to);
  }

  /// The number of `text`, which is added if need be. Writer only.
  public int findOrAdd(String text) {
    int room = Utf8.maxBytes(text) + 5;
    if (scratch.length < room) {
      scratch = new byte[Math.max(room, scratch.length * 2)];
    }
    return findOrAdd(scratch, 5, Utf8.encode(text, scratch, 5));
  }

  /// The number of the text with these UTF-8 bytes. There must be 5 bytes of room before `from`.
  private int findOrAdd(byte[] utf8, int from, int to) {
    int hash = Hashing.of(utf8, from, to);
    int found = find(utf8, from, to, hash);
    if (found >= 0) {
      return found;
    }
    int start = from - sizeOf(to - from);
    int rest = to - from;
    for (int at = start; at < from; at++, rest >>>= 7) {
      utf8[at] = (byte) (at + 1 < from ? rest | 0x80 : rest);
    }
    int id = count;
    hashes.set(id, hash);
    addresses.set(id, bytes.add(utf8, start, to));
    count = id + 1;
    table.insert(hash, id);
    if (id >= cache.length && cache.length < CACHE_LIMIT) {
      cache = Arrays.copyOf(cache, cache.length * 2);
    }
    return id;
  }

  /// As [#findOrAdd(String)], for UTF-8 bytes from a file. Writer only.
  public int findOrAddUtf8(byte[] utf8, int from, int to) {
    int room = to - from + 5;
    if (scratch.length < room) {
      scratch = new byte[Math.max(room, scratch.length * 2)];
    }
    System.arraycopy(utf8, from, scratch, 5, to - from);
    return findOrAdd(scratch, 5, room);
  }

  /// The text with this number.
  public String get(int id) {
    @Nullable Interned[] kept = cache;
    int slot = id & (kept.length - 1);
    Interned interned = kept[slot];
    if (interned == null || interned.id != id) {
      int address = addresses.get(id);
      byte[] page = bytes.page(address);
      int at = address & PagedBytes.MASK;
      int length = length(page, at);
      interned = new Interned(id, Utf8.decode(page, at + sizeOf(length), length));
      kept[slot] = interned;
    }
    return interned.text;
  }

  /// Bytes of the text with this number.
  public int length(int id) {
    int address = addresses.get(id);
    return length(bytes.page(address), address & PagedBytes.MASK);
  }

  /// Whether the text with this number begins with these UTF-8 bytes.
  boolean startsWith(int id, byte[] prefix) {
    int address = addresses.get(id);
    byte[] page = bytes.page(address);
    int at = address & PagedBytes.MASK;
    int length = length(page, at);
    int start = at + sizeOf(length);
    return length >= prefix.length
        && Arrays.equals(page, start, start + prefix.length, prefix, 0, prefix.length);
  }

  /// Copies the UTF-8 bytes of the text with this number to `target` from `at`.
  ///
  /// @return the end
  public int copy(int id, byte[] target, int at) {
    int address = addresses.get(id);
    byte[] page = bytes.page(address);
    int offset = address & PagedBytes.MASK;
    int length = length(page, offset);
    System.arraycopy(page, offset + sizeOf(length), target, at, length);
    return at + length;
  }

  private static int length(byte[] page, int at) {
    int value = 0;
    for (int i = at, shift = 0; ; i++, shift += 7) {
      value |= (page[i] & 0x7f) << shift;
      if (page[i] >= 0) {
        return value;
      }
    }
  }

  private static int sizeOf(int length) {
    return length < 1 << 7
        ? 1
        : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5;
  }

  /// Memory held, without the Strings in the cache.
  public long bytes() {
    return bytes.bytes() + addresses.bytes() + hashes.bytes() + table.bytes() + cache.length * 4L;
  }
}
