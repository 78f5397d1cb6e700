package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import java.io.IOException;
import java.nio.file.Path;

/// A sealed file of chunks by series reference, without labels. Immutable and thread-safe; mapped
/// until its owner and everyone who retained it have released it. On POSIX it may be deleted
/// meanwhile.
public final class PartFile extends SampleFile {

  private PartFile(SealedFile file) {
    super(file);
  }

  /// Maps a part and checks its header, footer and table of page checksums. The caller holds it.
  ///
  /// @throws CorruptDataException if they do not check
  public static PartFile open(Disk disk, Path path) throws IOException {
    return new PartFile(SealedFile.open(disk, path, Footer.Kind.PART));
  }
}
