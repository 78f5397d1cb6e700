package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.block.PartFile;
import dev.mangru.tsdb.block.SampleFile;
import dev.mangru.tsdb.compact.MergeInput;
import dev.mangru.tsdb.compact.StoredFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;

/// A part or a block that counts. Immutable and thread-safe; mapped until the store and everyone
/// who retained it have let go.
sealed interface StoreFile {

  /// First written first: of two samples of one series at one time the one in the earlier file
  /// counts.
  Comparator<StoreFile> BY_PRECEDENCE =
      Comparator.comparing(StoreFile::stored, StoredFile.BY_PRECEDENCE);

  /// A part.
  record Part(Manifest.Entry entry, PartFile file, StoredFile stored) implements StoreFile {}

  /// A block.
  record Block(Manifest.Entry entry, BlockFile file, StoredFile stored) implements StoreFile {}

  /// The file's line in the manifest.
  Manifest.Entry entry();

  /// The file as planning sees it.
  StoredFile stored();

  /// The samples.
  SampleFile file();

  /// Opens the file that `entry` names. The caller holds it.
  ///
  /// @throws dev.mangru.model.error.CorruptDataException if it does not check
  static StoreFile open(Disk disk, Path directory, Manifest.Entry entry) throws IOException {
    Path path = entry.path(directory);
    if (entry.block()) {
      BlockFile file = BlockFile.open(disk, path);
      return new Block(entry, file, stored(entry, StoredFile.Kind.BLOCK, file));
    }
    PartFile file = PartFile.open(disk, path);
    return new Part(entry, file, stored(entry, StoredFile.Kind.PART, file));
  }

  private static StoredFile stored(Manifest.Entry entry, StoredFile.Kind kind, SampleFile file) {
    return new StoredFile(
        entry.number(),
        kind,
        file.range(),
        file.firstSeq(),
        file.lastSeq(),
        file.samples(),
        file.lengthBytes(),
        entry.createdMs());
  }

  /// Times of the first and the last sample.
  default TimeRange range() {
    return stored().range();
  }

  /// The file as a merge takes it.
  default MergeInput input() {
    return switch (this) {
      case Part part -> new MergeInput.Part(part.stored(), part.file());
      case Block block -> new MergeInput.Block(block.stored(), block.file());
    };
  }

  /// A cursor before the first series.
  default ChunkCursor cursor() throws IOException {
    return file().cursor();
  }

  /// Bytes of heap, about.
  default long heapBytes() {
    return file().bytes();
  }

  /// Holds the mapping; false if it was let go of already.
  default boolean tryRetain() {
    return file().tryRetain();
  }

  /// Undoes one [#tryRetain], or lets go as the owner.
  default void release() {
    file().release();
  }
}
