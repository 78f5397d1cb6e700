package dev.mangru.tsdb.transfer;

import java.io.IOException;

/// Something that samples can be read from once. Confined to one thread.
public interface ImportSource {

  /// Tells `sink` everything there is, in any order; of two samples of one series at one time the
  /// one told first counts.
  ///
  /// @throws dev.mangru.model.error.CorruptDataException if bytes cannot be right
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the source holds something that
  ///   is not supported; the message names it
  void read(ImportSink sink) throws IOException;
}
