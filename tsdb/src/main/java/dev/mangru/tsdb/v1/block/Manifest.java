package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.tsdb.codec.ManifestText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What counts: the blocks, and the first segment of the write-ahead log that is not in them. One
/// small text file, replaced as a whole, so that sealing, merging and dropping each happen at one
/// moment.
///
/// ```
/// mangru-tsdb 1
/// wal-first-segment 7
/// next-block 12
/// block 9
/// block 11
/// crc32c 5d3bd1a8
/// ```
///
/// @param firstSegment records in earlier segments are in blocks
/// @param nextBlock no block has this number or a higher one
/// @param blocks their numbers
record Manifest(long firstSegment, long nextBlock, List<Long> blocks) {

  static final String NAME = ManifestText.NAME;
  private static final int VERSION = 1;

  Manifest {
    blocks = List.copyOf(blocks);
  }

  /// Reads the manifest of `directory`.
  ///
  /// @throws MangruException `UNAVAILABLE` if a newer Mangru wrote it
  /// @throws CorruptDataException if it does not check
  static Manifest read(Disk disk, Path directory) throws IOException {
    ManifestText text = ManifestText.read(disk, directory, Integer.MIN_VALUE, VERSION);
    long firstSegment = 0;
    long nextBlock = 0;
    List<Long> blocks = new ArrayList<>();
    for (String line : text.lines()) {
      int space = line.indexOf(' ');
      String key = space < 0 ? line : line.substring(0, space);
      long value = text.number(line.substring(space + 1));
      switch (key) {
        case "wal-first-segment" -> firstSegment = value;
        case "next-block" -> nextBlock = value;
        case "block" -> blocks.add(value);
        default -> throw text.corrupt("a known key", key);
      }
    }
    if (firstSegment < 1 || nextBlock < 1) {
      throw text.corrupt("wal-first-segment and next-block", String.join(", ", text.lines()));
    }
    return new Manifest(firstSegment, nextBlock, blocks);
  }
}
