package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// A record of the write-ahead log cannot be right. Records build upon those before them, so the
/// log ends before that record: it and everything after it is set aside.
final class DamagedLog extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient Path wal;
  private final long segment;
  private final long wholeEnd;
  private final CorruptDataException damage;

  /// @param segment the last segment with a whole record, or 0
  /// @param wholeEnd where in it the last whole record ends
  DamagedLog(Path wal, long segment, long wholeEnd, CorruptDataException damage) {
    super(damage.getMessage(), damage);
    this.wal = wal;
    this.segment = segment;
    this.wholeEnd = wholeEnd;
    this.damage = damage;
  }

  /// Cuts the log there.
  void cut(Disk disk, Path directory, Stats stats) throws IOException {
    Quarantine quarantine = new Quarantine(disk, directory, stats);
    Path last = Replay.segmentPath(wal, segment);
    for (Path file : disk.list(wal)) {
      String name = file.getFileName().toString();
      if (name.endsWith(".log") && file.compareTo(last) > 0) {
        quarantine.setAside(file, "the samples in it", damage);
      }
    }
    if (segment == 0 || !disk.exists(last)) {
      return;
    }
    if (wholeEnd == 0) {
      quarantine.setAside(last, "the samples in it", damage);
      disk.syncDirectory(wal);
      return;
    }
    ByteBuffer whole;
    boolean cut;
    try (ReadableFile file = disk.open(last)) {
      cut = file.length() > wholeEnd;
      whole = ByteBuffer.allocate(Math.toIntExact(wholeEnd));
      file.readFully(0, whole);
    }
    if (cut) {
      Path fresh = wal.resolve(last.getFileName() + ".cut");
      disk.delete(fresh);
      try (WritableFile file = disk.create(fresh)) {
        file.write(whole.flip());
        file.sync();
      }
      // What is whole is always there: a crash before the renaming leaves the damaged segment.
      quarantine.keep(last, "its samples from offset " + wholeEnd + " on", damage);
      disk.rename(fresh, last);
      disk.syncDirectory(wal);
    }
  }
}
