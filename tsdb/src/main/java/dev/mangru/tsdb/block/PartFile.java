package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;

/// A sealed file of chunks by series reference, without labels. Immutable and thread-safe; mapped
/// until its owner and everyone who retained it have released it. On POSIX it may be deleted
/// meanwhile.
public final class PartFile {

  private final SealedFile file;

  private PartFile(SealedFile file) {
    this.file = file;
  }

  /// Maps a part and checks its header, footer and table of page checksums. The caller holds it.
  ///
  /// @throws CorruptDataException if they do not check
  public static PartFile open(Disk disk, Path path) throws IOException {
    return new PartFile(SealedFile.open(disk, path, Footer.Kind.PART));
  }

  SealedFile file() {
    return file;
  }

  /// Where it is.
  public Path path() {
    return file.path();
  }

  /// What its writer said of it.
  public Sealed sealed() {
    return file.footer().sealed();
  }

  /// The lowest sequence number in it.
  public long firstSeq() {
    return sealed().firstSeq();
  }

  /// The highest sequence number in it.
  public long lastSeq() {
    return sealed().lastSeq();
  }

  /// Times of its first and last sample.
  public TimeRange range() {
    return file.footer().range();
  }

  /// Samples in it.
  public long samples() {
    return file.footer().samples();
  }

  /// Series in it.
  public int series() {
    return file.footer().series();
  }

  /// Chunks in it.
  public long chunks() {
    return file.footer().chunks();
  }

  /// Size of the file.
  public long lengthBytes() {
    return file.lengthBytes();
  }

  /// Bytes of heap, about.
  public long bytes() {
    return file.bytes();
  }

  /// A cursor before the first series. Cheap enough for one per query and thread, not for one per
  /// series.
  public ChunkCursor cursor() throws IOException {
    try {
      return new ChunkCursor(file);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), file.footer().index(), e);
    }
  }

  /// Holds the mapping; false if it was let go of already.
  public boolean tryRetain() {
    return file.tryRetain();
  }

  /// Undoes one [#tryRetain], or lets go as the owner; the last one unmaps the file.
  public void release() {
    file.release();
  }

  @Override
  public String toString() {
    return file.path() + "[" + sealed().firstSeq() + ".." + sealed().lastSeq() + "]";
  }
}
