package dev.mangru.tsdb.v1;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.v1.block.BlockCheck;
import dev.mangru.tsdb.v1.chunk.Newest;
import dev.mangru.tsdb.v1.head.BatchRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks a data directory: every checksum, every chunk, every log record, and what must agree
/// between them. Changes nothing. The tests run it after every crash they make.
public final class TsdbCheck {

  private TsdbCheck() {}

  /// Checks the store in `directory`, which nobody may have open.
  ///
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if the directory is in use or
  ///   cannot be read
  /// @throws IOException if the disk fails; bytes that cannot be right are problems in the report
  public static CheckReport check(Path directory) throws IOException {
    return check(directory, Disk.REAL);
  }

  /// As [#check(Path)], on another disk.
  public static CheckReport check(Path directory, Disk disk) throws IOException {
    if (!disk.exists(directory)) {
      throw new NoSuchFileException(
          directory.toString(), null, "there is no such data directory; name an existing one");
    }
    List<String> checked = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try (Closeable _ = disk.lock(directory)) {
      long firstSegment = BlockCheck.check(disk, directory, checked, problems);
      Path wal = directory.resolve(OldStore.WAL_FOLDER);
      LogReader log = new LogReader(wal);
      try {
        RecordLog.read(disk, wal, firstSegment, log);
      } catch (IOException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      checked.add("%,d log records with %,d samples".formatted(log.records, log.samples));
    }
    return new CheckReport(checked, problems);
  }

  /// Reads records, and remembers which series they have defined.
  private static final class LogReader implements RecordLog.Reader, BatchRecord.Visitor {

    private final Path directory;
    private final Set<Long> defined = new HashSet<>();
    private long records;
    private long samples;

    LogReader(Path directory) {
      this.directory = directory;
    }

    @Override
    public void read(RecordLog.Position position, ByteBuffer payload) throws IOException {
      records++;
      Path file = directory.resolve("%08d.log".formatted(position.segment()));
      BatchRecord.read(payload, file, position.offset() + RecordLog.RECORD_HEADER_BYTES, this);
    }

    @Override
    public void define(long ref, Labels labels, @Nullable Newest newest) {
      defined.add(ref);
    }

    @Override
    public void sample(long ref, long timestampMs, long valueBits) throws IOException {
      samples++;
      if (!defined.contains(ref)) {
        throw new IOException(directory + ": a sample names series " + ref + ", which is unknown");
      }
    }
  }
}
