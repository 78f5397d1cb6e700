package dev.mangru.tsdb.transfer;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import java.io.IOException;
import java.nio.file.Path;

/// Reads a piece of an import that somebody sent, which lies in a file. Trusts nothing but the
/// version. Confined to one thread.
public final class PieceSource implements ImportSource {

  private final Disk disk;
  private final Path path;

  /// @param path frames as [ImportPieces] makes them
  public PieceSource(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  /// @throws MangruException `BAD_DATA` if the bytes are not those of a piece
  @Override
  public void read(ImportSink sink) throws IOException {
    SampleBuffer samples = new SampleBuffer();
    SampleColumns columns = new SampleColumns();
    try (SpillFile file = SpillFile.open(disk, path)) {
      while (file.next()) {
        check(file.labels());
        samples.clear();
        file.copyTo(samples);
        columns.clear();
        for (int i = 0; i < samples.count(); i++) {
          samples.copyTo(columns, i);
        }
        sink.add(file.labels(), columns);
      }
    } catch (CorruptDataException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, "this is no piece of an import: " + e.getMessage(), e);
    }
  }

  /// Labels have come as they are stored: sorted, each name once, nothing empty.
  private void check(Labels labels) throws CorruptDataException {
    for (int i = 0; i < labels.count(); i++) {
      if (labels.name(i).isEmpty()
          || labels.value(i).isEmpty()
          || (i > 0 && Labels.compareUtf8(labels.name(i - 1), labels.name(i)) >= 0)) {
        throw new CorruptDataException(path, 0, "sorted labels that are not empty", labels + "");
      }
    }
  }
}
