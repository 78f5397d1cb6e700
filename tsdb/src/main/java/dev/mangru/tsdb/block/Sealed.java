package dev.mangru.tsdb.block;

import dev.mangru.model.time.TimeRange;

/// What whoever seals a file says of it.
///
/// @param level how often its samples were merged: 0 for what comes from memory
/// @param window the aligned window of time that the samples belong to; the writer does not compare
/// @param firstSeq the lowest sequence number in it; of two samples of one series at one time the
///   one in the file of lower numbers counts
/// @param lastSeq the highest sequence number in it
public record Sealed(int level, TimeRange window, long firstSeq, long lastSeq) {

  public Sealed {
    if (level < 0 || firstSeq < 0 || lastSeq < firstSeq) {
      throw new IllegalArgumentException(
          "a sealed file has a level and sequence numbers that ascend, not level %d, %d to %d"
              .formatted(level, firstSeq, lastSeq));
    }
  }
}
