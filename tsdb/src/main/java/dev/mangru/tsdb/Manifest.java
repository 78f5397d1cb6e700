package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.SummaryPlanner.StoredSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// What counts: the files, and the first segment of the write-ahead log that is not in them. One
/// small text file, replaced as a whole, so that sealing, merging, deleting and dropping each
/// happen at one moment. The bytes are drawn in FORMAT.md.
///
/// @param firstSegment records in earlier segments are in files
/// @param nextSeq the next sealing's number
/// @param nextFile no file has this number or a higher one
/// @param registry number of the file that names the series
/// @param registryLength how many of its bytes count
/// @param tombstones number of the file that says what is deleted, 0 if nothing is
/// @param files parts and blocks
/// @param summaries files of summaries
record Manifest(
    long firstSegment,
    long nextSeq,
    long nextFile,
    long registry,
    long registryLength,
    long tombstones,
    List<Entry> files,
    List<Summary> summaries) {

  static final String NAME = "MANIFEST";
  private static final String FORMAT = "mangru-tsdb ";
  static final int VERSION = 3;

  /// Has no summaries, and is read like [#VERSION] otherwise.
  private static final int OLDEST_VERSION = 2;

  /// A line of at most 100 bytes a file: room for a quarter of a million of them.
  private static final long MAX_BYTES = 32L << 20;

  /// A file that counts.
  ///
  /// @param block whether it is a block; else it is a part
  /// @param number names the file
  /// @param createdMs when it was written
  record Entry(boolean block, long number, long createdMs) {

    /// Where the file is.
    Path path(Path directory) {
      return block
          ? directory.resolve("blocks").resolve("%06d.blk".formatted(number))
          : directory.resolve("parts").resolve("%06d.part".formatted(number));
    }
  }

  /// A file of summaries that counts.
  ///
  /// @param stored its number, and what it was made from
  /// @param createdMs when it was written
  record Summary(StoredSummary stored, long createdMs) {

    /// Where the file is.
    Path path(Path directory) {
      return directory
          .resolve("summaries")
          .resolve("%06d.%s".formatted(stored.number(), stored.resolution().suffix()));
    }
  }

  Manifest {
    files = List.copyOf(files);
    summaries = List.copyOf(summaries);
  }

  /// One without summaries.
  Manifest(
      long firstSegment,
      long nextSeq,
      long nextFile,
      long registry,
      long registryLength,
      long tombstones,
      List<Entry> files) {
    this(firstSegment, nextSeq, nextFile, registry, registryLength, tombstones, files, List.of());
  }

  /// The same with another registry.
  Manifest withRegistry(long nextFileThen, long number, long length) {
    return new Manifest(
        firstSegment, nextSeq, nextFileThen, number, length, tombstones, files, summaries);
  }

  /// The same with other files.
  Manifest withFiles(long nextFileThen, List<Entry> then, List<Summary> summariesThen) {
    return new Manifest(
        firstSegment,
        nextSeq,
        nextFileThen,
        registry,
        registryLength,
        tombstones,
        then,
        summariesThen);
  }

  Path registryPath(Path directory) {
    return directory.resolve("series").resolve("%08d.reg".formatted(registry));
  }

  Path tombstonesPath(Path directory) {
    return directory.resolve("tombstones").resolve("%06d.del".formatted(tombstones));
  }

  String encode() {
    StringBuilder text = new StringBuilder();
    text.append(FORMAT).append(VERSION).append('\n');
    text.append("wal-first-segment ").append(firstSegment).append('\n');
    text.append("next-seq ").append(nextSeq).append('\n');
    text.append("next-file ").append(nextFile).append('\n');
    text.append("registry ").append(registry).append(' ').append(registryLength).append('\n');
    text.append("tombstones ").append(tombstones).append('\n');
    for (Entry file : files) {
      text.append(file.block() ? "block " : "part ");
      text.append(file.number()).append(' ').append(file.createdMs()).append('\n');
    }
    for (Summary summary : summaries) {
      StoredSummary stored = summary.stored();
      text.append("summary ").append(stored.number()).append(' ');
      text.append(stored.resolution().suffix()).append(' ').append(stored.source()).append(' ');
      text.append(stored.range().startMs()).append(' ').append(stored.range().endMs()).append(' ');
      text.append(summary.createdMs()).append('\n');
    }
    String checksum = checksum(text);
    return text.append("crc32c ").append(checksum).append('\n').toString();
  }

  private static String checksum(CharSequence text) {
    CRC32C crc = new CRC32C();
    crc.update(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    return "%08x".formatted((int) crc.getValue());
  }

  byte[] bytes() {
    return encode().getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Makes this the manifest that counts, durably. After a failure of the renaming or of the sync
  /// of its folder either may count; before that the old one does.
  void write(Disk disk, Path directory) throws IOException {
    Path temporary = directory.resolve(NAME + ".tmp");
    disk.delete(temporary);
    try (WritableFile file = disk.create(temporary)) {
      file.write(ByteBuffer.wrap(bytes()));
      file.sync();
    }
    disk.rename(temporary, directory.resolve(NAME));
    disk.syncDirectory(directory);
  }

  /// Reads the manifest of `directory`.
  ///
  /// @throws MangruException `UNAVAILABLE` if another version of Mangru wrote it
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
    refuseOtherVersions(path, directory, text);
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

  private static void refuseOtherVersions(Path path, Path directory, String text)
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
    if (version < OLDEST_VERSION) {
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

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    String line = end < 0 ? text : text.substring(0, end);
    return line.length() <= 60 ? line : line.substring(0, 60) + "…";
  }

  private static Manifest parse(Path path, String text) throws CorruptDataException {
    long firstSegment = 0;
    long nextSeq = 0;
    long nextFile = 0;
    long registry = 0;
    long registryLength = 0;
    long tombstones = 0;
    List<Entry> files = new ArrayList<>();
    List<Summary> summaries = new ArrayList<>();
    for (String line : text.lines().skip(1).toList()) {
      String[] words = line.split(" ", -1);
      String key = words[0];
      int wanted =
          switch (key) {
            case "part", "block", "registry" -> 3;
            case "summary" -> 7;
            default -> 2;
          };
      if (words.length != wanted) {
        throw new CorruptDataException(path, 0, "a key and its numbers", "\"" + line + "\"");
      }
      long value = number(path, words[1]);
      switch (key) {
        case "wal-first-segment" -> firstSegment = value;
        case "next-seq" -> nextSeq = value;
        case "next-file" -> nextFile = value;
        case "registry" -> {
          registry = value;
          registryLength = number(path, words[2]);
        }
        case "tombstones" -> tombstones = value;
        case "part", "block" ->
            files.add(new Entry(key.equals("block"), value, number(path, words[2])));
        case "summary" -> summaries.add(summary(path, value, words));
        default -> throw new CorruptDataException(path, 0, "a known key", "\"" + key + "\"");
      }
    }
    if (firstSegment < 1 || nextSeq < 1 || nextFile < 1 || registry < 1) {
      throw new CorruptDataException(
          path, 0, "wal-first-segment, next-seq, next-file and registry", "\"" + text + "\"");
    }
    return new Manifest(
        firstSegment, nextSeq, nextFile, registry, registryLength, tombstones, files, summaries);
  }

  private static Summary summary(Path path, long number, String[] words)
      throws CorruptDataException {
    long start = number(path, words[4]);
    long end = number(path, words[5]);
    for (Resolution resolution : Resolution.values()) {
      if (resolution.suffix().equals(words[2]) && start <= end) {
        return new Summary(
            new StoredSummary(
                number, number(path, words[3]), resolution, new TimeRange(start, end)),
            number(path, words[6]));
      }
    }
    throw new CorruptDataException(
        path, 0, "a resolution and a range", "\"" + firstLine(String.join(" ", words)) + "\"");
  }

  private static long number(Path path, String text) throws CorruptDataException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new CorruptDataException(path, 0, "a number", "\"" + firstLine(text) + "\"");
    }
  }
}
