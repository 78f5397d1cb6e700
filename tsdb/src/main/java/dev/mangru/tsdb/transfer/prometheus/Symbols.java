package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.error.CorruptDataException;
import java.io.IOException;
import java.util.Arrays;

/// The texts of an index: numbered in version 2, named by their file offset in version 1. Confined
/// to one thread.
///
/// ```
/// length u32 │ count u32 │ (length uvarint │ UTF-8)… │ CRC-32C u32
/// ```
final class Symbols {

  /// Texts kept decoded, so that the label names of a million series are one object each.
  private static final int CACHE = 1 << 14;

  private final FileBytes bytes;

  /// Positions in `bytes` by number; empty in version 1.
  private final int[] positions;

  /// Offset in the file of the first byte of `bytes`.
  private final long start;

  /// As many as there are texts, up to [#CACHE], rounded up to a power of two.
  private final long[] cachedRefs;

  private final String[] cached;

  private Symbols(FileBytes bytes, int count, int[] positions, long start) {
    this.bytes = bytes;
    this.positions = positions;
    this.start = start;
    int slots = Integer.highestOneBit(Math.clamp(count, 1, CACHE / 2)) * 2;
    this.cachedRefs = new long[slots];
    this.cached = new String[slots];
    Arrays.fill(cachedRefs, -1);
    Arrays.fill(cached, "");
  }

  static Symbols read(SourceFile file, long offset, int version) throws IOException {
    FileBytes header = file.upTo(offset, 4);
    int length = header.u32();
    if (length < 4) {
      throw new CorruptDataException(
          file.path(), offset, "a symbol table of up to 2 GiB", (length & 0xffffffffL) + " bytes");
    }
    FileBytes bytes = file.checked(offset + 4, length);
    int count = bytes.u32();
    if (count < 0 || count > bytes.remaining()) {
      throw bytes.corrupt(
          "a count of at most " + bytes.remaining(), String.valueOf(count & 0xffffffffL));
    }
    int[] positions = new int[version == 1 ? 0 : count];
    for (int i = 0; i < count; i++) {
      if (version > 1) {
        positions[i] = bytes.position();
      }
      bytes.skip(bytes.count());
    }
    return new Symbols(bytes, count, positions, offset + 4);
  }

  /// The text that a series names.
  String get(long ref, FileBytes from) throws CorruptDataException {
    int slot = (int) (ref & (cachedRefs.length - 1));
    if (cachedRefs[slot] == ref) {
      return cached[slot];
    }
    long position = ref - start;
    if (positions.length > 0) {
      if (ref < 0 || ref >= positions.length) {
        throw from.corrupt("a symbol below " + positions.length, String.valueOf(ref));
      }
      position = positions[(int) ref];
    }
    if (position < 4 || position > Integer.MAX_VALUE) {
      throw from.corrupt("a symbol inside the table", String.valueOf(ref));
    }
    bytes.position((int) position);
    String text = bytes.text();
    cachedRefs[slot] = ref;
    cached[slot] = text;
    return text;
  }
}
