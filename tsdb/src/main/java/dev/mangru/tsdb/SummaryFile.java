package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.compact.SummaryPlanner.StoredSummary;
import java.io.IOException;
import java.nio.file.Path;

/// A file of summaries that counts. Immutable and thread-safe; mapped until the store and everyone
/// who retained it have let go.
///
/// @param entry its line in the manifest
/// @param file read with [dev.mangru.tsdb.compact.Summaries]
record SummaryFile(Manifest.Summary entry, BlockFile file) {

  /// Opens the file that `entry` names. The caller holds it.
  ///
  /// @throws dev.mangru.model.error.CorruptDataException if it does not check
  static SummaryFile open(Disk disk, Path directory, Manifest.Summary entry) throws IOException {
    return new SummaryFile(entry, BlockFile.open(disk, entry.path(directory)));
  }

  /// The file as planning sees it.
  StoredSummary stored() {
    return entry.stored();
  }

  /// Size of the file.
  long bytes() {
    return file.lengthBytes();
  }

  /// Holds the mapping; false if it was let go of already.
  boolean tryRetain() {
    return file.tryRetain();
  }

  /// Undoes one [#tryRetain], or lets go as the owner.
  void release() {
    file.release();
  }
}
