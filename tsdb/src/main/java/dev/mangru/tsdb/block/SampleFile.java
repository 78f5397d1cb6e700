package dev.mangru.tsdb.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;

/// A sealed file of samples. Immutable and thread-safe; mapped until its owner and everyone who
/// retained it have released it. On POSIX it may be deleted meanwhile.
public abstract sealed class SampleFile permits PartFile, BlockFile {

  final SealedFile file;

  SampleFile(SealedFile file) {
    this.file = file;
  }

  SealedFile file() {
    return file;
  }

  /// Where it is.
  public final Path path() {
    return file.path();
  }

  /// What its writer said of it.
  public final Sealed sealed() {
    return file.footer().sealed();
  }

  /// The lowest sequence number in it.
  public final long firstSeq() {
    return sealed().firstSeq();
  }

  /// The highest sequence number in it.
  public final long lastSeq() {
    return sealed().lastSeq();
  }

  /// Times of its first and last sample.
  public final TimeRange range() {
    return file.footer().range();
  }

  /// Samples in it.
  public final long samples() {
    return file.footer().samples();
  }

  /// Series in it.
  public final int series() {
    return file.footer().series();
  }

  /// Chunks in it.
  public final long chunks() {
    return file.footer().chunks();
  }

  /// Size of the file.
  public final long lengthBytes() {
    return file.lengthBytes();
  }

  /// Bytes of heap, about.
  public long bytes() {
    return file.bytes();
  }

  /// A cursor before the first series, by number. Cheap enough for one per query and thread, not
  /// for one per series.
  ///
  /// @throws CorruptDataException if what it needs does not check, or the disk does not give it
  public final ChunkCursor cursor() throws IOException {
    try {
      return new ChunkCursor(file);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), file.footer().index(), e);
    }
  }

  /// Holds the mapping; false if it was let go of already.
  public final boolean tryRetain() {
    return file.tryRetain();
  }

  /// Undoes one [#tryRetain], or lets go as the owner; the last one unmaps the file.
  public final void release() {
    file.release();
  }

  @Override
  public final String toString() {
    return file.path() + "[" + firstSeq() + ".." + lastSeq() + "]";
  }
}
