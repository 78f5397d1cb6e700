package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.codec.ManifestText;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.SummaryPlanner.StoredSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

  static final String NAME = ManifestText.NAME;
  static final int VERSION = 3;

  /// Has no summaries, and is read like [#VERSION] otherwise.
  private static final int OLDEST_VERSION = 2;

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
    return ManifestText.encode(VERSION, text);
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
    ManifestText text = ManifestText.read(disk, directory, OLDEST_VERSION, VERSION);
    long firstSegment = 0;
    long nextSeq = 0;
    long nextFile = 0;
    long registry = 0;
    long registryLength = 0;
    long tombstones = 0;
    List<Entry> files = new ArrayList<>();
    List<Summary> summaries = new ArrayList<>();
    for (String line : text.lines()) {
      String[] words = line.split(" ", -1);
      String key = words[0];
      int wanted =
          switch (key) {
            case "part", "block", "registry" -> 3;
            case "summary" -> 7;
            default -> 2;
          };
      if (words.length != wanted) {
        throw text.corrupt("a key and its numbers", line);
      }
      long value = text.number(words[1]);
      switch (key) {
        case "wal-first-segment" -> firstSegment = value;
        case "next-seq" -> nextSeq = value;
        case "next-file" -> nextFile = value;
        case "registry" -> {
          registry = value;
          registryLength = text.number(words[2]);
        }
        case "tombstones" -> tombstones = value;
        case "part", "block" ->
            files.add(new Entry(key.equals("block"), value, text.number(words[2])));
        case "summary" -> summaries.add(summary(text, value, words));
        default -> throw text.corrupt("a known key", key);
      }
    }
    if (firstSegment < 1 || nextSeq < 1 || nextFile < 1 || registry < 1) {
      throw text.corrupt(
          "wal-first-segment, next-seq, next-file and registry", String.join(", ", text.lines()));
    }
    return new Manifest(
        firstSegment, nextSeq, nextFile, registry, registryLength, tombstones, files, summaries);
  }

  private static Summary summary(ManifestText text, long number, String[] words)
      throws CorruptDataException {
    long start = text.number(words[4]);
    long end = text.number(words[5]);
    for (Resolution resolution : Resolution.values()) {
      if (resolution.suffix().equals(words[2]) && start <= end) {
        return new Summary(
            new StoredSummary(number, text.number(words[3]), resolution, new TimeRange(start, end)),
            text.number(words[6]));
      }
    }
    throw text.corrupt("a resolution and a range", String.join(" ", words));
  }
}
