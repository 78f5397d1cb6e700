package dev.mangru.tsdb.codec;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/// The frame of a manifest, whatever its version: a line with the format, lines of keys and
/// numbers, a line with the checksum of all before it. Immutable.
///
/// ```
/// mangru-tsdb 3
/// …
/// crc32c 5d3bd1a8
/// ```
///
/// @param path where it was read
/// @param lines those between the first and the last
public record ManifestText(Path path, List<String> lines) {

  /// The file's name in a data directory.
  public static final String NAME = "MANIFEST";

  private static final String FORMAT = "mangru-tsdb ";
  private static final String CHECKSUM = "crc32c ";

  /// A line of at most 100 bytes a file: room for a quarter of a million of them.
  private static final long MAX_BYTES = 32L << 20;

  public ManifestText {
    lines = List.copyOf(lines);
  }

  /// The text of a manifest with these lines.
  ///
  /// @param lines each with its end
  public static String encode(int version, CharSequence lines) {
    String text = FORMAT + version + '\n' + lines;
    return text + CHECKSUM + checksum(text) + '\n';
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return "%08x".formatted((int) crc.getValue());
  }

  /// Reads the manifest of `directory` and checks its frame.
  ///
  /// @param oldest version that the caller reads
  /// @param newest version that the caller reads
  /// @throws MangruException `UNAVAILABLE` if it is of another version
  /// @throws CorruptDataException if it does not check
  public static ManifestText read(Disk disk, Path directory, int oldest, int newest)
      throws IOException {
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
    refuseOtherVersions(path, directory, text, oldest, newest);
    int last = text.lastIndexOf(CHECKSUM);
    if (last < 0 || !text.endsWith("\n")) {
      throw new CorruptDataException(path, text.length(), "a checksum line", "the end");
    }
    String wanted = text.substring(last + CHECKSUM.length(), text.length() - 1);
    String found = checksum(text.substring(0, last));
    if (!wanted.equals(found)) {
      throw new CorruptDataException(path, last, "checksum " + found, "\"" + wanted + "\"");
    }
    return new ManifestText(path, text.substring(0, last).lines().skip(1).toList());
  }

  private static void refuseOtherVersions(
      Path path, Path directory, String text, int oldest, int newest) throws CorruptDataException {
    int end = text.indexOf('\n');
    if (end < 0 || !text.startsWith(FORMAT)) {
      throw new CorruptDataException(
          path, 0, "\"" + FORMAT + newest + "\"", "\"" + firstLine(text) + "\"");
    }
    long version = number(path, text.substring(FORMAT.length(), end));
    if (version > newest) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "the data directory "
              + directory
              + " has format "
              + version
              + ", this Mangru reads up to "
              + newest
              + ": use the newer Mangru that wrote it, or another directory");
    }
    if (version < oldest) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "the data directory "
              + directory
              + " has format "
              + version
              + " of the first time-series engine: take its samples over with \"mangru import\""
              + " into another directory, or start with an empty one");
    }
  }

  /// A number in it.
  ///
  /// @throws CorruptDataException if it is none
  public long number(String text) throws CorruptDataException {
    return number(path, text);
  }

  private static long number(Path path, String text) throws CorruptDataException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      CorruptDataException corrupt =
          new CorruptDataException(path, 0, "a number", "\"" + firstLine(text) + "\"");
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  /// That something else should stand there.
  public CorruptDataException corrupt(String expected, String found) {
    return new CorruptDataException(path, 0, expected, "\"" + firstLine(found) + "\"");
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    String line = end < 0 ? text : text.substring(0, end);
    return line.length() <= 60 ? line : line.substring(0, 60) + "…";
  }
}
