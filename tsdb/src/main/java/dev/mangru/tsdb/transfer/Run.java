package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;
import java.io.Closeable;
import java.io.IOException;

/// Samples sorted by window, then labels, then time. Stands before the first group at the
/// beginning. Confined to one thread.
interface Run extends Closeable {

  /// Moves to the next window of a series; false at the end.
  boolean next() throws IOException;

  /// The number of the window: its first millisecond is this times the width.
  long window();

  /// The series.
  Labels labels();

  /// Adds the samples of this series in this window.
  void copyTo(SampleBuffer target);

  @Override
  void close() throws IOException;
}
