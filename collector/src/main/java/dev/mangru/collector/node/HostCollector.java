package dev.mangru.collector.node;

import java.io.Closeable;
import java.io.IOException;

/// One part of the host's metrics, as node_exporter divides them. Confined to the scanner's thread.
///
/// A file that this kernel does not have is not an error: its metrics are not sent.
interface HostCollector extends Closeable {

  /// What node_exporter calls this collector.
  String name();

  /// Writes what can be read now.
  ///
  /// @param nowMs the time of the pass, milliseconds since the epoch
  /// @throws IOException when what should be readable is not; what was written before stays
  void collect(SeriesBook.Group host, long nowMs) throws IOException;

  @Override
  default void close() throws IOException {}
}
