package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import java.io.IOException;

/// Takes what an [ImportSource] reads. Confined to one thread.
public interface ImportSink {

  /// Samples of one series in any order. `samples` is not kept.
  void add(Labels labels, SampleColumns samples) throws IOException;

  /// One float.
  ///
  /// @param startMs when its counter began, or [dev.mangru.model.metric.SampleCursor#NO_START]
  void add(Labels labels, long timestampMs, long startMs, double value) throws IOException;

  /// How far the source has been read, in a unit of its own. May be called often.
  default void progress(long done, long total) {}
}
