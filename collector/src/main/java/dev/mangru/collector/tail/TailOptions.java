package dev.mangru.collector.tail;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;

/// What a [Tailer] follows and how much it may hold.
///
/// @param directory where positions are kept; one tailer per folder
/// @param sources files to follow; the first that names a file decides
/// @param exclude globs of files to leave alone
/// @param host value of the `host` label
/// @param discovery how often folders are listed for new files
/// @param rotatedLinger how long a renamed or deleted file is held open after its last byte was
///   read: writers go on until they reopen
/// @param idleFlush after how long without a new byte the unfinished last line of a file counts as
///   one
/// @param maxLineBytes bytes kept of a line, joined from pieces or not
/// @param maxBatchBytes text in a batch
/// @param maxBatchRecords records in a batch
/// @param firstReadBytes of a file that was there before the first start, so much of its end is
///   read, from the start of a line; a smaller file is read whole
/// @param maxFiles files known at a time
/// @param maxOpenFiles files open at a time
/// @param zone of times in plain lines that do not say theirs
public record TailOptions(
    Path directory,
    List<LogSource> sources,
    List<String> exclude,
    String host,
    Duration discovery,
    Duration rotatedLinger,
    Duration idleFlush,
    int maxLineBytes,
    int maxBatchBytes,
    int maxBatchRecords,
    long firstReadBytes,
    int maxFiles,
    int maxOpenFiles,
    ZoneId zone) {

  public TailOptions {
    sources = List.copyOf(sources);
    exclude = List.copyOf(exclude);
    exclude.forEach(Glob::parse);
    positive("discovery", discovery);
    positive("rotatedLinger", rotatedLinger);
    positive("idleFlush", idleFlush);
    positive("maxLineBytes", maxLineBytes);
    positive("maxBatchBytes", maxBatchBytes);
    positive("maxBatchRecords", maxBatchRecords);
    positive("firstReadBytes", firstReadBytes);
    positive("maxFiles", maxFiles);
    positive("maxOpenFiles", maxOpenFiles);
  }

  /// The default sources and limits: new files every second, 5 s linger and idle flush, lines of
  /// 256 KiB, batches of 1 MB or 20,000 records, 1 MiB of files from before the first start, 10,000
  /// files, 1,000 of them open, times in the zone of this machine. Chosen.
  public static TailOptions defaults(Path directory, String host) {
    return new TailOptions(
        directory,
        LogSource.DEFAULTS,
        List.of(),
        host,
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        256 * 1024,
        1_000_000,
        20_000,
        1024 * 1024,
        10_000,
        1_000,
        ZoneId.systemDefault());
  }

  /// The same with other files.
  public TailOptions withSources(List<LogSource> newSources, List<String> newExclude) {
    return new TailOptions(
        directory,
        newSources,
        newExclude,
        host,
        discovery,
        rotatedLinger,
        idleFlush,
        maxLineBytes,
        maxBatchBytes,
        maxBatchRecords,
        firstReadBytes,
        maxFiles,
        maxOpenFiles,
        zone);
  }

  /// The same with another zone.
  public TailOptions withZone(ZoneId newZone) {
    return new TailOptions(
        directory,
        sources,
        exclude,
        host,
        discovery,
        rotatedLinger,
        idleFlush,
        maxLineBytes,
        maxBatchBytes,
        maxBatchRecords,
        firstReadBytes,
        maxFiles,
        maxOpenFiles,
        newZone);
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }
}
