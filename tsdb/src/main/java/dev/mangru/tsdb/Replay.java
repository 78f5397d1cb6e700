package dev.mangru.tsdb;

import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.wal.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts the records of an earlier run back into memory: the same rows in the same order. What the
/// clock or a limit refused never got into the log. Confined to one thread.
final class Replay implements RecordLog.Reader, RecordReader.Visitor {

  private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

  /// Series that a registry may have lost at its end; chosen: some bytes of memory each.
  private static final int MAX_LOST = 1 << 22;

  private final SeriesTable table;
  private final Rows rows;
  private final Path directory;
  private final RecordReader reader = new RecordReader();
  private long epoch;
  private long epochFirstRow;
  private long samples;
  private long bytes;
  private long segment;
  private long wholeEnd;
  private Path file;

  /// @param directory of the log
  Replay(SeriesTable table, Rows rows, Path directory) {
    this.table = table;
    this.rows = rows;
    this.directory = directory;
    this.file = directory;
  }

  /// The last epoch read, or 0.
  long epoch() {
    return epoch;
  }

  long samples() {
    return samples;
  }

  /// Bytes of the records read.
  long bytes() {
    return bytes;
  }

  /// The segment that was read last.
  long segment() {
    return segment;
  }

  /// Where in it the last whole record ends; 0 if it has none.
  long wholeEnd() {
    return wholeEnd;
  }

  @Override
  public void read(RecordLog.Position position, ByteBuffer payload) throws IOException {
    if (position.segment() != segment) {
      segment = position.segment();
      wholeEnd = 0;
      file = segmentPath(directory, segment);
    }
    reader.read(payload, file, position.offset() + RecordLog.RECORD_HEADER_BYTES, this);
    wholeEnd = position.offset() + RecordLog.RECORD_HEADER_BYTES + payload.remaining();
    bytes += payload.remaining();
  }

  static Path segmentPath(Path directory, long segment) {
    return directory.resolve("%08d.log".formatted(segment));
  }

  @Override
  public void begin(long ofEpoch) {
    if (ofEpoch != epoch) {
      epoch = ofEpoch;
      epochFirstRow = rows.nextRow();
    }
  }

  @Override
  public void define(int ref, Labels labels) throws CorruptDataException {
    int end = table.endRef();
    int before = table.find(labels);
    if (before >= 0 && before < ref && table.lastRow(before) < 0) {
      // It was dropped and came again, and a crash kept the registry from saying so.
      table.forget(before);
    }
    if (ref < end) {
      int known = table.find(labels);
      if (known != ref && known >= 0) {
        throw corrupt("series " + known + " for " + labels, "series " + ref);
      }
      return;
    }
    if (ref > end && table.find(labels) < 0) {
      reserve(ref);
    }
    int given = table.findOrAdd(labels);
    if (given != ref) {
      throw corrupt("series " + given + " for " + labels, "series " + ref);
    }
  }

  @Override
  public long base(int ref) throws CorruptDataException {
    check(ref);
    return table.lastRow(ref) >= epochFirstRow ? table.newestBits(ref) : 0;
  }

  private void check(int ref) throws CorruptDataException {
    if (ref >= table.endRef()) {
      reserve(ref + 1);
    }
    if (!table.isWritable(ref)) {
      table.makeWritable(ref);
    }
  }

  /// The registry has lost its end, and the log goes on with series that come after those lost,
  /// whose samples stay without a name.
  private void reserve(int end) throws CorruptDataException {
    int before = table.endRef();
    if (end < 0 || end - before > MAX_LOST) {
      throw corrupt("a series below " + (before + (long) MAX_LOST), "series " + (end - 1L));
    }
    table.reserve(end);
    LOG.atWarn()
        .addKeyValue("first", before)
        .addKeyValue("end", end)
        .log("the log has series that the registry does not know; their names are lost");
  }

  @Override
  public void sample(int ref, long timestampMs, long bits) {
    long last = table.lastRow(ref);
    if (timestampMs > table.newestMs(ref) || table.newestMs(ref) == Long.MIN_VALUE) {
      table.setNewest(ref, timestampMs, bits, rows.append(timestampMs, bits, last, 0), 0);
    } else {
      table.setLastRow(ref, rows.append(timestampMs, bits, last, Rows.LATE));
    }
    samples++;
  }

  @Override
  public void newest(int ref, long newestMs, long newestBits, boolean extended)
      throws CorruptDataException {
    check(ref);
    table.setNewest(ref, newestMs, newestBits, table.lastRow(ref), extended ? Extended.FLAG : 0);
  }

  @Override
  public void extended(
      int ref, long timestampMs, long startMs, long bits, @Nullable NativeHistogram histogram)
      throws CorruptDataException {
    check(ref);
    long last = table.lastRow(ref);
    long newest = table.newestMs(ref);
    boolean late = newest != Long.MIN_VALUE && timestampMs <= newest;
    long value = histogram == null ? bits : Double.doubleToRawLongBits(histogram.sum());
    long row = rows.append(timestampMs, startMs, value, histogram, last, late ? Rows.LATE : 0);
    if (late) {
      table.setLastRow(ref, row);
    } else {
      boolean plain = histogram == null && startMs == 0;
      table.setNewest(
          ref,
          timestampMs,
          plain ? bits : Extended.bits(startMs, bits, histogram),
          row,
          plain ? 0 : Extended.FLAG);
    }
    samples++;
  }

  private CorruptDataException corrupt(String expected, String found) {
    return new CorruptDataException(file, wholeEnd, expected, found);
  }
}
