package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What was deleted from a block and is still in its chunks. Immutable.
///
/// ```
/// magic 0x0130ba30 │ version u8 = 1 │ (series uvarint │ from varint │ to varint)… │ CRC-32C u32
/// ```
///
/// The checksum covers the entries only.
final class Tombstones {

  private static final int MAGIC = 0x0130ba30;
  private static final int HEADER_BYTES = 5;

  private final Map<Long, List<TimeRange>> bySeries;

  private Tombstones(Map<Long, List<TimeRange>> bySeries) {
    this.bySeries = bySeries;
  }

  /// Reads a tombstone file; a block without one has nothing deleted.
  static Tombstones read(Disk disk, Path path) throws IOException {
    Map<Long, List<TimeRange>> found = new HashMap<>();
    if (!disk.exists(path)) {
      return new Tombstones(found);
    }
    try (SourceFile file = SourceFile.open(disk, path)) {
      if (file.length() > Integer.MAX_VALUE - 16 || file.length() < HEADER_BYTES + 4) {
        throw new CorruptDataException(
            path, 0, "from 9 bytes to 2 GiB of tombstones", file.length() + " bytes");
      }
      FileBytes in = new FileBytes(path, 0, file.bytes(0, (int) file.length()));
      int magic = in.u32();
      int version = in.u8();
      if (magic != MAGIC || version != 1) {
        throw new CorruptDataException(
            path,
            0,
            "%08x, version 1".formatted(MAGIC),
            "%08x, version %d".formatted(magic, version));
      }
      in.verify(HEADER_BYTES, (int) file.length() - HEADER_BYTES - 4);
      while (in.remaining() > 0) {
        long series = in.uvarint();
        long from = in.varint();
        long to = in.varint();
        if (to < from) {
          throw in.corrupt("an interval that ends after " + from, String.valueOf(to));
        }
        found.computeIfAbsent(series, _ -> new ArrayList<>()).add(new TimeRange(from, to));
      }
    }
    return new Tombstones(found);
  }

  /// The deleted intervals of a series, by its reference in the index.
  List<TimeRange> of(long series) {
    return bySeries.getOrDefault(series, List.of());
  }
}
