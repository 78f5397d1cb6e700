package dev.mangru.tsdb.compact;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.BlockWriter;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.compact.SummaryColumns.Column;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CancellationException;

/// Writes and reads files of summaries. Stateless.
///
/// Such a file is a block with the series of the block it was made from, so that its index, its
/// checksums and its check are those of blocks. Its samples are the values of summaries: those of
/// column `k` stand at the end of their bucket plus `k x 2^44` ms, one column in a chunk. It is
/// told from a block by its place and name (`FORMAT.md`), never by looking.
public final class Summaries {

  private static final Column[] COLUMNS = Column.values();

  private Summaries() {}

  /// Summarises a block into a new file. A failure or a cancellation leaves none.
  ///
  /// @param block no other file has samples in its time, or samples could be counted twice
  /// @param tombstones taken together with the number of the new file, as for a [Merge]
  /// @return series written; with 0 there is no file
  /// @throws CancellationException if it was cancelled
  public static int write(
      Disk disk,
      MergeInput.Block block,
      Tombstones tombstones,
      Resolution resolution,
      Path target,
      Cancellation cancellation)
      throws IOException {
    TimeRange range = block.stored().range();
    if (!SummaryColumns.holds(range)) {
      throw new IllegalArgumentException(
          block.file().path() + " has times that summaries cannot have: " + range);
    }
    Deleted deleted = tombstones.in(block.stored().number(), range);
    Sealed sealed = block.file().sealed();
    ChunkCursor chunks = block.file().cursor();
    SampleColumns samples = new SampleColumns();
    SummaryColumns summaries = new SummaryColumns();
    int series = 0;
    try (BlockWriter writer = new BlockWriter(disk, target, sealed)) {
      while (chunks.next()) {
        checkCancelled(cancellation);
        Labels labels = block.file().labels(chunks.ref());
        samples.clear();
        chunks.read(TimeRange.ALL, samples);
        Deleted.remove(samples, deleted.intervals(labels));
        summaries.summarize(samples, resolution);
        if (summaries.count() > 0) {
          add(writer, labels, summaries, samples);
          series++;
        }
      }
      if (series > 0) {
        writer.finish();
      }
    }
    return series;
  }

  /// Writes the summaries of a file again without the buckets that a tombstone touches. For those
  /// whose block is gone: as long as it is there, they are made from it again.
  ///
  /// @param number the file's number
  /// @param file a file that [#write] or this wrote; it stays as it is
  /// @return series written; with 0 there is no file
  /// @throws CancellationException if it was cancelled
  public static int erase(
      Disk disk,
      long number,
      BlockFile file,
      Tombstones tombstones,
      Resolution resolution,
      Path target,
      Cancellation cancellation)
      throws IOException {
    Deleted deleted = tombstones.in(number, TimeRange.ALL);
    ChunkCursor chunks = file.cursor();
    SampleColumns scratch = new SampleColumns();
    SummaryColumns summaries = new SummaryColumns();
    int series = 0;
    try (BlockWriter writer = new BlockWriter(disk, target, file.sealed())) {
      while (chunks.next()) {
        checkCancelled(cancellation);
        Labels labels = file.labels(chunks.ref());
        read(file, chunks, TimeRange.ALL, scratch, summaries);
        summaries.removeOverlapping(deleted.intervals(labels), resolution);
        if (summaries.count() > 0) {
          add(writer, labels, summaries, scratch);
          series++;
        }
      }
      if (series > 0) {
        writer.finish();
      }
    }
    return series;
  }

  private static void checkCancelled(Cancellation cancellation) {
    if (cancellation.requested()) {
      throw new CancellationException("the summary of a block was cancelled");
    }
  }

  private static void add(
      BlockWriter writer, Labels labels, SummaryColumns summaries, SampleColumns scratch)
      throws IOException {
    for (Column column : Column.values()) {
      if (column != Column.HISTOGRAMS || summaries.anyHistogram()) {
        summaries.toSamples(column, scratch);
        writer.add(labels, scratch);
      }
    }
  }

  /// Replaces what `out` holds by the summaries of the series that `chunks` is at, of the buckets
  /// that end inside `range`.
  ///
  /// @param file a file that [#write] wrote
  /// @param chunks a cursor of it
  /// @param scratch overwritten
  public static void read(
      BlockFile file,
      ChunkCursor chunks,
      TimeRange range,
      SampleColumns scratch,
      SummaryColumns out)
      throws IOException {
    read(file, chunks, range, ALL, scratch, out);
  }

  private static final Set<Column> ALL = EnumSet.allOf(Column.class);

  /// As [#read(BlockFile, ChunkCursor, TimeRange, SampleColumns, SummaryColumns)], some columns
  /// only.
  ///
  /// @param wanted those that are read, and the counts; the others are 0 then
  public static void read(
      BlockFile file,
      ChunkCursor chunks,
      TimeRange range,
      Set<Column> wanted,
      SampleColumns scratch,
      SummaryColumns out)
      throws IOException {
    long start = Math.max(range.startMs(), -SummaryColumns.MAX_END_MS);
    long end = Math.min(range.endMs(), SummaryColumns.MAX_END_MS);
    out.clear();
    if (start > end) {
      return;
    }
    for (Column column : COLUMNS) {
      if (column != Column.COUNT && !wanted.contains(column)) {
        out.zero(column);
        continue;
      }
      long shift = column.place() * SummaryColumns.SHIFT_MS;
      scratch.clear();
      chunks.read(new TimeRange(start + shift, end + shift), scratch);
      if (!out.fromSamples(column, scratch)) {
        throw new CorruptDataException(
            file.path(),
            chunks.offset(0),
            out.count() + " buckets in column " + column + " of series " + chunks.ref(),
            scratch.count() + " or others");
      }
    }
  }
}
