package dev.mangru.tsdb.compact;

import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.PartFile;

/// A file that a merge reads. Whoever merges holds it until the merge is over.
public sealed interface MergeInput {

  /// The file as planning sees it.
  StoredFile stored();

  /// A part.
  record Part(StoredFile stored, PartFile file) implements MergeInput {}

  /// A block.
  record Block(StoredFile stored, BlockFile file) implements MergeInput {}
}
