package dev.mangru.logindex;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;

/// Everything that can be set about a log index. The defaults are chosen, not measured, unless one
/// says so.
///
/// @param directory where everything lies; made if it is not there
/// @param retention a shard is removed once all of it is older than this; positive
/// @param shard how much time one Lucene index holds; whole hours. Records that are there stay in
///   the shards that have them when this changes
/// @param acceptAhead records further in the future than this are refused
/// @param records limits on what is stored
/// @param searches limits on one search
/// @param writing sizes and intervals on the way to the disk
/// @param disk what the write-ahead log is written through; Lucene writes through its own directory
/// @param ticker elapsed time, for time limits
public record LogIndexOptions(
    Path directory,
    Duration retention,
    Duration shard,
    Duration acceptAhead,
    RecordLimits records,
    SearchLimits searches,
    Writing writing,
    Disk disk,
    Ticker ticker) {

  public LogIndexOptions {
    positive("retention", retention);
    positive("shard", shard);
    if (acceptAhead.isNegative()) {
      throw new IllegalArgumentException("acceptAhead must not be negative: " + acceptAhead);
    }
    if (shard.compareTo(Duration.ofDays(366)) > 0
        || !shard.equals(Duration.ofHours(shard.toHours()))) {
      throw new IllegalArgumentException("shard must be whole hours, at most 366 days: " + shard);
    }
    if (retention.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException("retention must be at most 36500 days: " + retention);
    }
  }

  /// Limits on records.
  ///
  /// @param maxLineBytes a longer line (UTF-8) is cut, and its attribute `truncated_bytes` says by
  ///   how much; 16 bytes to 8 MiB
  /// @param maxStreamLabels labels of one stream; records with more are refused
  /// @param maxStreamLabelBytes names and values of one stream's labels together (UTF-8), at most
  ///   30,000 (Lucene's longest term is 32,766); records with more are refused
  /// @param maxAttributes attributes of one record; further ones are dropped, and its attribute
  ///   `dropped_attributes` says how many
  /// @param maxAttributeBytes names and values of one record's attributes together (UTF-8);
  ///   likewise
  public record RecordLimits(
      int maxLineBytes,
      int maxStreamLabels,
      int maxStreamLabelBytes,
      int maxAttributes,
      int maxAttributeBytes) {

    /// Lines of 256 KiB (Loki's default), 40 stream labels of 16 KiB, 128 attributes of 64 KiB.
    public static final RecordLimits DEFAULT =
        new RecordLimits(256 << 10, 40, 16 << 10, 128, 64 << 10);

    public RecordLimits {
      within("maxLineBytes", maxLineBytes, 16, 8 << 20);
      within("maxStreamLabels", maxStreamLabels, 1, 1_000);
      within("maxStreamLabelBytes", maxStreamLabelBytes, 16, 30_000);
      within("maxAttributes", maxAttributes, 0, 10_000);
      within("maxAttributeBytes", maxAttributeBytes, 0, 8 << 20);
    }
  }

  /// Limits on searches. A search that reaches one fails and says how to narrow it.
  ///
  /// @param timeout longest time of one search
  /// @param maxLinesRead most stored lines that one search reads to check their text
  /// @param maxPageSize most records on a page
  /// @param maxTails most live subscriptions at once
  public record SearchLimits(Duration timeout, long maxLinesRead, int maxPageSize, int maxTails) {

    /// 30 s, 20 million lines, pages of 50,000, 1,000 subscriptions.
    public static final SearchLimits DEFAULT =
        new SearchLimits(Duration.ofSeconds(30), 20_000_000, 50_000, 1_000);

    public SearchLimits {
      positive("timeout", timeout);
      within("maxLinesRead", maxLinesRead, 1, Long.MAX_VALUE);
      within("maxPageSize", maxPageSize, 1, 1_000_000);
      within("maxTails", maxTails, 0, 100_000);
    }
  }

  /// Sizes and intervals on the way to the disk.
  ///
  /// @param bufferBytes memory that the writer of a shard fills before it writes a segment; 1 MiB
  ///   to 1 GiB
  /// @param queueBytes acknowledged records that may wait for indexing before appending waits too;
  ///   bounds how long a search waits for what was just written
  /// @param walSegmentBytes size of a segment of the write-ahead log
  /// @param commitInterval how often Lucene commits, which bounds what a restart replays
  /// @param commitBytes appended bytes after which it commits earlier
  /// @param minFreeBytes less free space than this on the disk refuses further records
  public record Writing(
      long bufferBytes,
      long queueBytes,
      long walSegmentBytes,
      Duration commitInterval,
      long commitBytes,
      long minFreeBytes) {

    /// 48 MiB buffers, a queue of 16 MiB, segments of 64 MiB, commits every 30 s or 256 MiB, and
    /// 512 MiB left free.
    public static final Writing DEFAULT =
        new Writing(
            48L << 20, 16L << 20, 64L << 20, Duration.ofSeconds(30), 256L << 20, 512L << 20);

    public Writing {
      within("bufferBytes", bufferBytes, 1 << 20, 1L << 30);
      within("queueBytes", queueBytes, 1 << 20, 1L << 40);
      within("walSegmentBytes", walSegmentBytes, 1 << 10, 1L << 40);
      positive("commitInterval", commitInterval);
      within("commitBytes", commitBytes, 1, Long.MAX_VALUE);
      within("minFreeBytes", minFreeBytes, 0, Long.MAX_VALUE);
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }

  private static void within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ": " + value);
    }
  }

  /// The defaults: 30 days in shards of a day (UTC), up to 10 minutes ahead.
  public static LogIndexOptions defaults(Path directory) {
    return new LogIndexOptions(
        directory,
        Duration.ofDays(30),
        Duration.ofDays(1),
        Duration.ofMinutes(10),
        RecordLimits.DEFAULT,
        SearchLimits.DEFAULT,
        Writing.DEFAULT,
        Disk.REAL,
        Ticker.SYSTEM);
  }

  /// With another retention.
  public LogIndexOptions withRetention(Duration value) {
    return new LogIndexOptions(
        directory, value, shard, acceptAhead, records, searches, writing, disk, ticker);
  }

  /// With another length of shards.
  public LogIndexOptions withShard(Duration value) {
    return new LogIndexOptions(
        directory, retention, value, acceptAhead, records, searches, writing, disk, ticker);
  }

  /// With other limits on records.
  public LogIndexOptions withRecords(RecordLimits value) {
    return new LogIndexOptions(
        directory, retention, shard, acceptAhead, value, searches, writing, disk, ticker);
  }

  /// With other limits on searches.
  public LogIndexOptions withSearches(SearchLimits value) {
    return new LogIndexOptions(
        directory, retention, shard, acceptAhead, records, value, writing, disk, ticker);
  }

  /// With other sizes and intervals of writing.
  public LogIndexOptions withWriting(Writing value) {
    return new LogIndexOptions(
        directory, retention, shard, acceptAhead, records, searches, value, disk, ticker);
  }

  /// With another disk under the write-ahead log.
  public LogIndexOptions withDisk(Disk value) {
    return new LogIndexOptions(
        directory, retention, shard, acceptAhead, records, searches, writing, value, ticker);
  }
}
