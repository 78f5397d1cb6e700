package dev.mangru.tsdb.compact;

import dev.mangru.model.time.TimeRange;
import java.util.Comparator;

/// One immutable file of a store, as planning sees it.
///
/// **Precedence.** Where files overlap in time, the one with the lower [#firstSeq] was written
/// first, and of two samples of one series at one time its sample counts ([#BY_PRECEDENCE]).
/// Compaction only makes files for which that stays true.
///
/// @param number names the file; files are numbered in the order in which they are begun
/// @param kind what it is
/// @param range from the time of its oldest to that of its newest sample
/// @param firstSeq first seal whose samples it holds
/// @param lastSeq last seal whose samples it holds; not before `firstSeq`
/// @param samples how many samples it holds
/// @param bytes its size
/// @param createdMs when it was written, by the store's clock; 0 if that is not known, which reads
///   as long ago
public record StoredFile(
    long number,
    Kind kind,
    TimeRange range,
    long firstSeq,
    long lastSeq,
    long samples,
    long bytes,
    long createdMs) {

  /// First written first.
  public static final Comparator<StoredFile> BY_PRECEDENCE =
      Comparator.comparingLong(StoredFile::firstSeq)
          .thenComparingLong(StoredFile::lastSeq)
          .thenComparingLong(StoredFile::number);

  /// The two kinds of files.
  public enum Kind {
    /// Chunks by series reference, without labels.
    PART,
    /// Chunks in label order, with an index.
    BLOCK
  }

  public StoredFile {
    if (lastSeq < firstSeq) {
      throw new IllegalArgumentException(
          "file " + number + " has the seals " + firstSeq + " to " + lastSeq);
    }
  }

  /// Whether this is a part.
  public boolean isPart() {
    return kind == Kind.PART;
  }
}
