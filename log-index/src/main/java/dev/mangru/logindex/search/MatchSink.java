package dev.mangru.logindex.search;

import java.io.IOException;

/// Takes the matching documents of one segment.
interface MatchSink {

  /// Asked before a stretch of documents is looked at: whether any record between the two times
  /// (both inclusive) could still matter.
  default boolean wantsTimes(long minNs, long maxNs) {
    return true;
  }

  /// Asked before a line is read: whether this record could still matter. Documents ascend within a
  /// stretch.
  default boolean wants(int document, long timestampNs) throws IOException {
    return true;
  }

  /// One matching record.
  ///
  /// @param streamOrd number of its stream in the segment
  void match(int document, long timestampNs, int severityNumber, int streamOrd) throws IOException;
}
