package dev.mangru.collector.tail;

import java.time.ZoneId;

/// Turns the lines of one file into records. Holds what belongs to a record that is not complete
/// yet. Confined to the tailing thread.
sealed interface LineDecoder permits PlainDecoder, CriDecoder, DockerDecoder {

  /// No line is being held.
  long NOTHING_PENDING = Long.MAX_VALUE;

  /// One line without its end of line.
  ///
  /// @param offset where it begins in the file
  /// @param nowNs the time of reading, nanoseconds since the epoch
  void line(byte[] buffer, int from, int to, long offset, long nowNs, RecordSink sink);

  /// Where the oldest line begins that is held back, or [#NOTHING_PENDING]. Reading must start
  /// there again after a restart.
  long pendingOffset();

  /// Hands over what is held back as it is.
  void flush(RecordSink sink);

  /// A decoder for one file.
  ///
  /// @param zone of times that do not say theirs
  static LineDecoder of(LogFormat format, int maxLineBytes, ZoneId zone) {
    return switch (format) {
      case PLAIN -> new PlainDecoder(zone);
      case CRI -> new CriDecoder(maxLineBytes);
      case DOCKER -> new DockerDecoder(maxLineBytes);
    };
  }
}
