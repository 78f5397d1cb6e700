package dev.mangru.collector.tail;

/// Takes batches from a [Tailer].
@FunctionalInterface
public interface LogBatchSink {

  /// Takes a batch, or gives false if there is no room, after at most a fraction of a second: the
  /// tailer stops reading and offers it again in its next pass.
  boolean offer(LogBatch batch);
}
