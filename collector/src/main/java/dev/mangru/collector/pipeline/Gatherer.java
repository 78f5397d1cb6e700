package dev.mangru.collector.pipeline;

import java.io.IOException;
import java.time.Instant;

/// One source of samples: a scanner of this machine, a scraper, a probe.
///
/// A pass calls [#gather] on one thread at a time; implementations need not be thread-safe. A
/// source that works in parts skips the part that failed, says so in its own samples, and throws
/// only when nothing could be gathered at all.
public interface Gatherer extends AutoCloseable {

  /// A short name for log lines and self metrics, such as `node`.
  String name();

  /// Appends what is known at `now` to `into`. Samples already in the batch are left alone.
  ///
  /// @throws IOException when the whole source cannot be read; nothing else of it is in the batch
  void gather(Instant now, SampleBatch into) throws IOException;

  /// Lets go of open files and threads. The default holds none.
  @Override
  default void close() throws IOException {}
}
