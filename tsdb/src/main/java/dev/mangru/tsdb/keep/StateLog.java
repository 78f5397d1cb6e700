package dev.mangru.tsdb.keep;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Durability;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log of a state that is in memory: it is replayed into the state at the start, and replaced
/// by the state itself when it has grown to several times its size.
///
/// Replacing it writes the state to new segments and then deletes the old ones. A crash between
/// leaves both, so applying a record that the state holds already must change nothing: that is the
/// owner's part. Confined to one thread at a time; the owner has a lock.
///
/// A log with a damaged record before its end is set aside and the state begins anew: what is kept
/// here is a help beside samples and no reason not to start.
public final class StateLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);

  private static final long SEGMENT_BYTES = 16 << 20;

  /// Bytes under which a log is not worth replacing. Chosen.
  private static final long SMALL_BYTES = 1 << 20;

  /// A log this many times as large as the state was when it was last written is replaced. Chosen:
  /// each byte of change is written four thirds times in the long run.
  private static final int GROWTH = 4;

  private static final String DAMAGED = ".damaged";

  private final RecordLog log;
  private long bytes;
  private long stateBytes;

  /// Takes the records of the log.
  @FunctionalInterface
  public interface Replay {

    /// Applies one record.
    void apply(ByteReader record) throws CorruptDataException;
  }

  private StateLog(RecordLog log, long bytes) {
    this.log = log;
    this.bytes = bytes;
    this.stateBytes = bytes / GROWTH;
  }

  /// Opens the log in a folder, makes it if there is none, and replays it.
  ///
  /// @param name names its thread
  /// @param begin empties the state: called before each replay
  /// @throws IOException if the disk fails
  public static StateLog open(
      Disk disk, Path folder, String name, Durability durability, Runnable begin, Replay replay)
      throws IOException {
    begin.run();
    try {
      return openWhole(disk, folder, name, durability, replay);
    } catch (CorruptDataException e) {
      setAside(disk, folder);
      LOG.atError()
          .addKeyValue("folder", folder)
          .addKeyValue("kept", "*" + DAMAGED)
          .setCause(e)
          .log("a damaged log was set aside; what it held is forgotten");
      begin.run();
      return openWhole(disk, folder, name, durability, replay);
    }
  }

  private static StateLog openWhole(
      Disk disk, Path folder, String name, Durability durability, Replay replay)
      throws IOException {
    long[] bytes = new long[1];
    RecordLog log =
        RecordLog.open(
            disk,
            folder,
            name,
            SEGMENT_BYTES,
            0,
            durability,
            (position, payload) -> {
              bytes[0] += payload.remaining();
              replay.apply(reader(folder, position, payload));
            });
    return new StateLog(log, bytes[0]);
  }

  private static ByteReader reader(Path folder, RecordLog.Position position, ByteBuffer payload) {
    byte[] copy = new byte[payload.remaining()];
    payload.get(payload.position(), copy);
    return new ByteReader(
        copy,
        folder.resolve("%08d.log".formatted(position.segment())),
        position.offset() + RecordLog.RECORD_HEADER_BYTES);
  }

  private static void setAside(Disk disk, Path folder) throws IOException {
    for (Path file : disk.list(folder)) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(".log")) {
        disk.rename(file, folder.resolve(name + DAMAGED));
      }
    }
    disk.syncDirectory(folder);
  }

  /// Reads a log without changing it, for checks.
  ///
  /// @param what the records are of, in the plural
  public static CheckReport check(Disk disk, Path folder, String what, Replay replay)
      throws IOException {
    long[] records = new long[1];
    try {
      RecordLog.read(
          disk,
          folder,
          (position, payload) -> {
            records[0]++;
            replay.apply(reader(folder, position, payload));
          });
      return new CheckReport(List.of("%,d records of %s".formatted(records[0], what)), List.of());
    } catch (CorruptDataException e) {
      return new CheckReport(List.of(), List.of(String.valueOf(e.getMessage())));
    }
  }

  /// Writes one change.
  ///
  /// @throws MangruException `UNAVAILABLE` if that is not possible
  public void append(ByteWriter record) {
    log.append(record.toBuffer());
    bytes += record.length();
  }

  /// Replaces the log by the state if it has outgrown it. A full disk leaves it as it is.
  ///
  /// @param state gives the state as records
  public void replaceIfLarge(Supplier<List<ByteWriter>> state) {
    if (bytes < SMALL_BYTES || bytes < GROWTH * stateBytes) {
      return;
    }
    try {
      long first = log.rotate();
      long written = 0;
      for (ByteWriter record : state.get()) {
        log.append(record.toBuffer());
        written += record.length();
      }
      log.deleteBefore(first);
      bytes = written;
      stateBytes = written;
    } catch (IOException | MangruException e) {
      stateBytes = bytes; // tried again when it has grown further
      LOG.atWarn().setCause(e).log("a log could not be replaced by what it holds");
    }
  }

  /// Bytes of the records in the log, about.
  public long bytes() {
    return bytes;
  }

  /// What broke the log for good, or null.
  public @Nullable IOException brokenBy() {
    return log.brokenBy();
  }

  @Override
  public void close() {
    log.close();
  }
}
