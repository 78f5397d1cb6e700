package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

  static final String NAME = "MANIFEST";
  private static final String FORMAT = "mangru-tsdb ";
  private static final int VERSION = 1;

  /// A line of at most 26 bytes a block: room for a million of them.
  private static final long MAX_BYTES = 32L << 20;

  Manifest {
    blocks = List.copyOf(blocks);
  }

  private static String checksum(CharSequence text) {
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    return "%08x".formatted(Checksums.crc32c(bytes, 0, bytes.length));
  }

  /// Reads the manifest of `directory`.
  ///
  /// @throws MangruException `UNAVAILABLE` if a newer Mangru wrote it
  /// @throws CorruptDataException if it does not check
  static Manifest read(Disk disk, Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    String text;
    try (ReadableFile file = disk.open(path)) {
      long length = file.length();
      if (length > MAX_BYTES) {
        throw new CorruptDataException(
            path, 0, "at most " + MAX_BYTES + " bytes", length + " bytes");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) length);
      file.readFully(0, bytes);
      text = StandardCharsets.ISO_8859_1.decode(bytes.flip()).toString();
    }
    refuseNewer(path, directory, text);
    int last = text.lastIndexOf("crc32c ");
    if (last < 0 || !text.endsWith("\n")) {
      throw new CorruptDataException(path, text.length(), "a checksum line", "the end");
    }
    String wanted = text.substring(last + "crc32c ".length(), text.length() - 1);
    String found = checksum(text.substring(0, last));
    if (!wanted.equals(found)) {
      throw new CorruptDataException(path, last, "checksum " + found, "\"" + wanted + "\"");
    }
    return parse(path, text.substring(0, last));
  }

  private static void refuseNewer(Path path, Path directory, String text)
      throws CorruptDataException {
    int end = text.indexOf('\n');
    if (end < 0 || !text.startsWith(FORMAT)) {
      throw new CorruptDataException(
          path, 0, "\"" + FORMAT + VERSION + "\"", "\"" + firstLine(text) + "\"");
    }
    long version = number(path, text.substring(FORMAT.length(), end));
    if (version > VERSION) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "the data directory "
              + directory
              + " has format "
              + version
              + ", this Mangru reads up to "
              + VERSION
              + ": use the newer Mangru that wrote it, or another directory");
    }
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    String line = end < 0 ? text : text.substring(0, end);
    return line.length() <= 60 ? line : line.substring(0, 60) + "…";
  }

  private static Manifest parse(Path path, String text) throws CorruptDataException {
    long firstSegment = 0;
    long nextBlock = 0;
    List<Long> blocks = new ArrayList<>();
    for (String line : text.lines().skip(1).toList()) {
      int space = line.indexOf(' ');
      String key = space < 0 ? line : line.substring(0, space);
      long value = number(path, line.substring(space + 1));
      switch (key) {
        case "wal-first-segment" -> firstSegment = value;
        case "next-block" -> nextBlock = value;
        case "block" -> blocks.add(value);
        default -> throw new CorruptDataException(path, 0, "a known key", "\"" + key + "\"");
      }
    }
    if (firstSegment < 1 || nextBlock < 1) {
      throw new CorruptDataException(
          path, 0, "wal-first-segment and next-block", "\"" + text + "\"");
    }
    return new Manifest(firstSegment, nextBlock, blocks);
  }

  private static long number(Path path, String text) throws CorruptDataException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new CorruptDataException(path, 0, "a number", "\"" + firstLine(text) + "\"");
    }
  }
}
